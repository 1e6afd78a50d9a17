"""What the functions say to AWS, beside what AWS's own SDK for Python says."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.session
import pytest
import urllib3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as some

from connect_jira.aws.attributes import attribute, value_of
from connect_jira.aws.credentials import Credentials
from connect_jira.aws.services import Aws
from connect_jira.aws.signature import signed

SERVICES = ("dynamodb", "events", "kms", "sqs")
VISIBLE = some.text(some.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}


@given(
    body=some.binary(max_size=300),
    target=VISIBLE,
    host=some.sampled_from(["kms.eu-west-1.amazonaws.com", "127.0.0.1:8000"]),
    key_id=VISIBLE,
    secret=VISIBLE,
    session_token=some.none() | VISIBLE,
    service=some.sampled_from(SERVICES),
    region=some.sampled_from(["eu-west-1", "us-gov-west-1", "cn-north-1"]),
    now=some.integers(0, 4_000_000_000),
)
def test_a_request_is_signed_as_botocore_signs_it(
    body: bytes,
    target: str,
    host: str,
    key_id: str,
    secret: str,
    session_token: str | None,
    service: str,
    region: str,
    now: int,
) -> None:
    headers = {"host": host, "content-type": "application/x-amz-json-1.0", "x-amz-target": target}
    ours = signed(
        headers, body, Credentials(key_id, secret, session_token), service=service, region=region, now=now
    )
    peers = AWSRequest("POST", f"https://{host}/", headers=headers, data=body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda: datetime.fromtimestamp(now, UTC))
        SigV4Auth(BotocoreCredentials(key_id, secret, session_token), service, region).add_auth(peers)
    assert ours == {name.lower(): value for name, value in peers.headers.items()}


VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-(10**30), 10**30) | some.text() | some.binary(),
    lambda values: some.lists(values) | some.dictionaries(some.text(), values),
)


@given(VALUES)
def test_attributes_are_written_and_read_as_boto3_writes_and_reads_them(value: Any) -> None:
    written = attribute(value)
    assert written == json.loads(json.dumps(TypeSerializer().serialize(value), default=_base64))
    assert value_of(written) == value
    assert TypeDeserializer().deserialize(_binary(written)) == value


def _base64(value: Any) -> str:
    return base64.b64encode(bytes(value)).decode()


def _binary(written: Any) -> Any:
    """As botocore hands it to boto3: what is binary is bytes."""
    ((kind, value),) = written.items()
    match kind:
        case "B":
            return {"B": base64.b64decode(value)}
        case "L":
            return {"L": [_binary(one) for one in value]}
        case "M":
            return {"M": {name: _binary(one) for name, one in value.items()}}
        case _:
            return written


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """What is sent when an operation of a service is called."""

    def ask(service: str, **env: str) -> Any:
        sent: list[tuple[str, dict[str, str]]] = []

        class Pool:
            def request(self, _method: str, url: str, *, headers: dict[str, str], **_: object) -> Any:
                sent.append((url, headers))
                return urllib3.HTTPResponse(b"{}", status=200)

        monkeypatch.setattr("connect_jira.aws.services.new_pool", Pool)
        Aws({**KEYS, **env}).service(service).call("Operation")
        (once,) = sent
        return once

    return ask


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_is_spoken_to_as_its_model_says(service: str, asked: Callable[..., Any]) -> None:
    model = botocore.session.get_session().get_service_model(service)
    _, headers = asked(service, AWS_REGION="eu-west-1")
    assert model.metadata["protocol"] == "json"
    assert model.signing_name == service
    assert headers["x-amz-target"] == f"{model.metadata['targetPrefix']}.Operation"
    assert headers["content-type"] == f"application/x-amz-json-{model.metadata['jsonVersion']}"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("region", "suffix"),
    [
        ("eu-west-1", "amazonaws.com"),
        ("us-gov-west-1", "amazonaws.com"),
        ("cn-north-1", "amazonaws.com.cn"),
        ("eusc-de-east-1", "amazonaws.eu"),
    ],
)
def test_each_service_is_where_boto3_finds_it(
    service: Any, region: str, suffix: str, asked: Callable[..., Any]
) -> None:
    url, _ = asked(service, AWS_REGION=region, AWS_URL_SUFFIX=suffix)
    peer = boto3.client(service, region_name=region, aws_access_key_id="x", aws_secret_access_key="x")
    assert url.removesuffix("/") == peer.meta.endpoint_url
