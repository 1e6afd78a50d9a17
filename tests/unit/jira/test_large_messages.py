"""The bucket of large messages, as S3 answers."""

import io
from collections.abc import Callable, Iterator

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from connect_jira.aws.failures import AwsFailed, AwsRefused
from connect_jira.errors import MessageUnreadable, TemporarilyUnavailable
from connect_jira.worker.large_messages import LargeMessages
from connect_jwt.identity import ClientKey

SITE = ClientKey("site")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client("s3", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    monkeypatch.setattr("boto3.Session.client", lambda *_, **__: client)
    with Stubber(client) as stubber:
        yield stubber


def test_what_is_kept_is_found_again_by_its_key(s3: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connect_jira.worker.large_messages.uuid.uuid4", lambda: "key-1")
    key = "ari%3Acloud%2F1/key-1"
    kept = {"Bucket": "b", "Key": key, "Body": "ü".encode(), "ContentType": "application/json"}
    s3.add_response("put_object", {}, kept)
    assert LargeMessages("b").keep("ü", client_key=ClientKey("ari:cloud/1")) == key
    body = StreamingBody(io.BytesIO("ü".encode()), 2)
    s3.add_response("get_object", {"Body": body}, {"Bucket": "b", "Key": key})
    assert LargeMessages("b").fetch(key) == "ü"


def keep(large: LargeMessages) -> object:
    return large.keep("text", client_key=SITE)


def fetch(large: LargeMessages) -> object:
    return large.fetch("key")


FAILURES: dict[str, tuple[str, Callable[[LargeMessages], object], str, int, type[Exception]]] = {
    "gone": ("get_object", fetch, "NoSuchKey", 404, MessageUnreadable),
    "not permitted to read": ("get_object", fetch, "AccessDenied", 403, AwsRefused),
    "not permitted to write": ("put_object", keep, "AccessDenied", 403, AwsRefused),
    "no bucket": ("put_object", keep, "NoSuchBucket", 404, AwsRefused),
    "slow down": ("put_object", keep, "SlowDown", 503, AwsFailed),
    "an error": ("get_object", fetch, "InternalError", 500, AwsFailed),
}


@pytest.mark.parametrize(("operation", "ask", "code", "status", "error"), FAILURES.values(), ids=FAILURES)
def test_each_failure_is_what_it_is(
    s3: Stubber,
    operation: str,
    ask: Callable[[LargeMessages], object],
    code: str,
    status: int,
    error: type[Exception],
) -> None:
    s3.add_client_error(operation, service_error_code=code, http_status_code=status)
    with pytest.raises(error) as failed:
        ask(LargeMessages("b"))
    assert type(failed.value) is error


def test_a_bucket_that_does_not_answer_may_answer_later(s3: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(**_: object) -> None:
        raise ReadTimeoutError(endpoint_url="https://s3")

    monkeypatch.setattr(s3.client, "put_object", silent)
    with pytest.raises(TemporarilyUnavailable, match="s3:PutObject failed: ReadTimeoutError"):
        LargeMessages("b").keep("text", client_key=SITE)
