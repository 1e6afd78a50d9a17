"""Requests of the functions to AWS, compared with those of AWS's own SDK for Python."""

import re
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
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker
from hypothesis import given, settings
from hypothesis import strategies as some

from connect_jira.aws.credentials import Credentials
from connect_jira.aws.dynamodb import attribute, value_of
from connect_jira.aws.failures import PASSING_CODES
from connect_jira.aws.json_protocol import MEMBERS, OPTIONAL, signed
from connect_jira.aws.service import Aws
from connect_jira.errors import AwsNotConfigured
from connect_tools.project import PROJECT

SERVICES = ("dynamodb", "events", "kms", "sqs")
VISIBLE = some.text(some.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}


@settings(deadline=None)
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


@settings(deadline=None)
@given(VALUES)
def test_attributes_are_written_and_read_as_boto3_writes_and_reads_them(value: Any) -> None:
    written = attribute(value)
    assert written == TypeSerializer().serialize(value)
    assert value_of(written) == value
    assert TypeDeserializer().deserialize(written) == value


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return the request sent for an operation."""

    def ask(service: str, **env: str) -> Any:
        sent: list[tuple[str, dict[str, str]]] = []

        class Pool:
            def request(self, _method: str, url: str, *, headers: dict[str, str], **_: object) -> Any:
                sent.append((url, headers))
                return urllib3.HTTPResponse(b"{}", status=200)

        monkeypatch.setattr("connect_jira.aws.json_protocol.new_pool", Pool)
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


def test_what_passes_is_what_passes_for_botocore() -> None:
    throttled = vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"]
    transient = vars(TransientRetryableChecker)["_TRANSIENT_ERROR_CODES"]
    assert {*throttled, *transient} == PASSING_CODES


def test_answers_are_checked_for_what_the_models_say_that_they_have() -> None:
    kinds = {"string": str, "blob": bytes, "integer": int, "list": list, "structure": dict, "map": dict}
    session = botocore.session.get_session()
    models = [session.get_service_model(service) for service in SERVICES]
    for operation, members in (*MEMBERS.items(), *OPTIONAL.items()):
        (model,) = (one for one in models if operation in one.operation_names)
        output = model.operation_model(operation).output_shape
        assert output is not None
        theirs = output.members
        assert members == {name: kinds[theirs[name].type_name] for name in members}


def called_operations() -> set[str]:
    source = "\n".join(file.read_text() for file in (PROJECT / "layers" / "jira").rglob("*.py"))
    return set(re.findall(r"(?:\.call|_change_own)\(\s*\"([A-Z][a-z][A-Za-z]+)\"", source))


def test_every_operation_that_answers_with_something_is_checked() -> None:
    silent = {"ChangeMessageVisibility"}
    assert called_operations() - silent == {*MEMBERS, *OPTIONAL}


@pytest.mark.parametrize(
    ("env", "service", "url"),
    [
        ({"AWS_ENDPOINT_URL_EVENTBRIDGE": "http://127.0.0.1:1"}, "events", "http://127.0.0.1:1"),
        ({"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:2"}, "dynamodb", "http://127.0.0.1:2"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:3"}, "sqs", "http://127.0.0.1:3"),
        ({"AWS_URL_SUFFIX": ""}, "kms", "https://kms.eu-west-1.amazonaws.com"),
        (
            {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "amazonaws.com"},
            "kms",
            "https://kms.eu-west-1.amazonaws.com",
        ),
        ({"AWS_USE_FIPS_ENDPOINT": "false"}, "kms", "https://kms.eu-west-1.amazonaws.com"),
    ],
)
def test_boto3s_variables_lead_where_they_lead_boto3(
    env: dict[str, str], service: Any, url: str, asked: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    ours, _ = asked(service, AWS_REGION="eu-west-1", **env)
    peer = boto3.client(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    assert ours.removesuffix("/") == peer.meta.endpoint_url == url


@pytest.mark.parametrize(
    ("env", "what_to_do"),
    [
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, "AWS_USE_FIPS_ENDPOINT is not supported: name the FIPS endpoint"),
        ({"AWS_USE_DUALSTACK_ENDPOINT": "True"}, "AWS_USE_DUALSTACK_ENDPOINT is not supported"),
        ({"AWS_CA_BUNDLE": "/etc/ca.pem"}, "SSL_CERT_FILE"),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "add kms.eu-west-1.amazonaws.com to NO_PROXY"),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "example.com"}, "NO_PROXY"),
    ],
)
def test_what_is_not_supported_is_refused_at_the_start_in_a_sentence(
    env: dict[str, str], what_to_do: str
) -> None:
    with pytest.raises(AwsNotConfigured, match=f"{what_to_do}.*; or deploy with AwsSdk=boto3"):
        Aws({**KEYS, "AWS_REGION": "eu-west-1", **env}).service("kms")
