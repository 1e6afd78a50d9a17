"""A service that answers, fails, is slow, and says what nobody expects."""

import json
import logging
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from connect_jira.aws.failures import CONDITION_FAILED, AwsFailed, AwsRefused
from connect_jira.errors import TemporarilyUnavailable
from connect_tools.aws_environment import forget_real_aws
from tests.contract.scripted import DONE, OPENED, Answer, Scripted
from tests.emf import times_counted

THROTTLED = (400, b'{"__type": "com.amazonaws.kms#ThrottlingException", "message": "private"}')
REFUSED = (400, b'{"__type": "ValidationException", "message": "private"}')


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connect_jira.aws.service.random.uniform", lambda low, high: (low + high) / 100)


@pytest.fixture(params=["direct", "boto3"])
def scripted(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Scripted]]:
    forget_real_aws()
    monkeypatch.setenv("AWS_SDK", request.param)
    made: list[Scripted] = []

    def make(*answers: Answer) -> Scripted:
        made.append(Scripted(monkeypatch.setenv, *answers))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def hang_up() -> tuple[int, bytes]:
    raise ConnectionAbortedError  # the handler's thread ends, and with it the connection


def dawdle() -> tuple[int, bytes]:
    time.sleep(0.5)
    return DONE


def test_what_is_asked_and_answered(scripted: Callable[..., Scripted]) -> None:
    kms = scripted()
    asked = {"KeyId": "k", "EncryptionContext": {"clientKey": "ü\ud83d"}}
    assert kms.reached().call("Decrypt", **asked, CiphertextBlob=b"sealed") == OPENED
    ((headers, body),) = kms.requests
    assert headers["x-amz-target"] == "TrentService.Decrypt"
    assert body == {**asked, "CiphertextBlob": "c2VhbGVk"}
    assert "x-amzn-trace-id" not in headers


def test_an_answer_without_content_is_one(scripted: Callable[..., Scripted]) -> None:
    asked = {"QueueUrl": "https://queue", "ReceiptHandle": "r", "VisibilityTimeout": 1}
    assert scripted((200, b"")).reached("sqs").call("ChangeMessageVisibility", **asked) == {}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    "passing",
    [(500, b"{}"), (503, b"<html>"), THROTTLED, hang_up, dawdle],
    ids=lambda it: getattr(it, "__name__", str(it)[:30]),
)
def test_what_passes_is_tried_again(passing: Answer, scripted: Callable[..., Scripted]) -> None:
    kms = scripted(passing, passing)
    assert kms.reached(read_seconds=0.2).call("Decrypt", CiphertextBlob=b"sealed") == OPENED
    assert len(kms.requests) == 3


def test_each_attempt_is_signed_for_its_own_moment(
    scripted: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    kms, clock = scripted((500, b"{}")), iter(range(0, 10**6, 1000))
    monkeypatch.setattr("connect_jira.aws.json_protocol.time.time", lambda: next(clock))
    now = lambda: datetime.fromtimestamp(next(clock), UTC)  # noqa: E731
    monkeypatch.setattr("botocore.auth.get_current_datetime", now)
    kms.reached().call("Decrypt", CiphertextBlob=b"sealed")
    assert len({headers["x-amz-date"] for headers, _ in kms.requests}) == 2


@pytest.mark.parametrize(
    ("answer", "code", "tried"),
    [
        ((500, b'{"__type": "InternalServerError"}'), "InternalServerError", 3),
        (THROTTLED, "ThrottlingException", 3),
        (REFUSED, "ValidationException", 1),
        ((403, b"not json"), "403", 1),
        ((404, b"[]"), "404", 1),
        ((302, b""), "302", 1),
        ((429, b""), "429", 3),
        ((200, b"garbage"), "NotAnAnswer", 3),
        ((200, b"<html>200 OK</html>"), "NotAnAnswer", 3),
        ((200, b"{}"), "NotAnAnswer", 3),
    ],
)
def test_what_does_not_pass_has_a_code_and_no_words_of_its_own(
    answer: Answer, code: str, tried: int, scripted: Callable[..., Scripted]
) -> None:
    kms = scripted(answer, answer, answer)
    with pytest.raises(TemporarilyUnavailable) as failed:
        kms.reached().call("Decrypt", CiphertextBlob=b"sealed")
    assert str(failed.value) == f"temporarily-unavailable: kms:Decrypt failed: {code}"
    assert isinstance(failed.value, AwsFailed)
    assert (failed.value.code, len(kms.requests)) == (code, tried)


def test_a_service_that_is_tried_once_is_tried_once(scripted: Callable[..., Scripted]) -> None:
    kms = scripted(dawdle)
    with pytest.raises(AwsFailed, match="kms:Decrypt failed: ReadTimeoutError"):
        kms.reached(read_seconds=0.1, attempts=1).call("Decrypt", CiphertextBlob=b"sealed")
    assert len(kms.requests) == 1


def test_a_request_is_part_of_the_trace_of_its_event(scripted: Callable[..., Scripted]) -> None:
    kms = scripted()
    kms.reached(_X_AMZN_TRACE_ID="Root=1-5759e988").call("Decrypt", CiphertextBlob=b"sealed")
    assert kms.requests[0][0]["x-amzn-trace-id"] == "Root=1-5759e988"


def test_a_connection_that_broke_is_used_again_at_once(
    scripted: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("connect_jira.aws.service.time.sleep", waits.append)
    kms = scripted(DONE, hang_up, (503, b""))
    service = kms.reached()
    service.call("Decrypt", CiphertextBlob=b"sealed")
    assert service.call("Decrypt", CiphertextBlob=b"sealed") == OPENED
    assert len(kms.requests) == 4
    assert (waits[0], len(waits), waits[1] > 0) == (0.0, 2, True)


def test_who_asks_the_same_service_asks_over_the_same_connection(scripted: Callable[..., Scripted]) -> None:
    kms = scripted()
    aws = kms.aws()
    for _ in range(2):
        aws.service("kms").call("Decrypt", CiphertextBlob=b"sealed")
    assert len(kms.callers) == 1


class Stopping:
    """Lambda's context of a function that is to be stopped in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return round(self._seconds * 1000)


@pytest.mark.parametrize(("function_has", "at_most"), [(0.8, 60.0), (60.0, 0.3)])
def test_a_silent_service_takes_no_more_than_the_time_of_the_invocation(
    scripted: Callable[..., Scripted], function_has: float, at_most: float
) -> None:
    kms = scripted(*[dawdle] * 6)
    aws = kms.aws()
    aws.begin(Stopping(function_has), at_most=at_most)
    started = time.monotonic()
    for service, operation, asked in (
        ("kms", "Decrypt", {"CiphertextBlob": b"sealed"}),
        ("dynamodb", "GetItem", KEY),
    ):
        with pytest.raises(AwsFailed):  # one deadline for all of them
            aws.service(service).call(operation, **asked)
    assert time.monotonic() - started < 1.5
    with pytest.raises(AwsFailed, match="DeadlineExceeded"):
        aws.service("kms").call("Decrypt", CiphertextBlob=b"sealed")
    aws.begin(Stopping(10))
    assert aws.service("kms").call("Decrypt", CiphertextBlob=b"sealed") == OPENED


DENIED = (
    "User: arn:aws:sts::123456789012:assumed-role/webhooks/f is not authorized to perform: kms:Decrypt on "
    "resource: arn:aws:kms:eu-west-1:123456789012:key/k because no identity-based policy allows the action"
)
UNSIGNED = (
    "The request signature we calculated does not match the signature you provided. Check your key.\n\n"
    "The Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:PRIVATE\n'"
)


@pytest.mark.parametrize(
    ("code", "message", "said", "remedy"),
    [
        ("AccessDeniedException", DENIED, DENIED, "template.yaml"),
        ("InvalidSignatureException", UNSIGNED, UNSIGNED.partition("\n")[0], "clock"),
        ("DisabledException", "key/k is disabled.", "is disabled.", "enable-key"),
        ("KMSInvalidStateException", "key/k is pending deletion.", "pending", "cancel-key-deletion"),
        ("NotFoundException", "Key 'k' does not exist", "does not exist", "deploy it again"),
        ("IncorrectKeyException", "The key ID in the request does not identify", "", "OtherSecretsKeyArn"),
    ],
)
def test_what_aws_refuses_for_good_is_logged_in_its_own_words_with_what_to_do(
    code: str,
    message: str,
    said: str,
    remedy: str,
    scripted: Callable[..., Scripted],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kms = scripted((400, json.dumps({"__type": f"com.amazonaws#{code}", "message": message}).encode()))
    with pytest.raises(AwsRefused) as refused:
        kms.reached().call("Decrypt", CiphertextBlob=b"sealed")
    assert len(kms.requests) == 1
    (line,) = (vars(record) for record in caplog.records)
    assert line["reason"] == "aws-refused"
    for part in (f"kms:Decrypt failed: {code}", said, remedy):
        assert part in line["explanation"]
    assert json.loads(capsys.readouterr().out)["AwsRefused"] == [1.0]
    assert "PRIVATE" not in str(line)
    assert "PRIVATE" not in "".join(traceback.format_exception(refused.value))


PASSING = (503, b"{}")


@pytest.mark.parametrize(("answers", "counts"), [([PASSING] * 2, 1), ([PASSING, DONE], 0)])
def test_what_aws_does_not_answer_in_the_end_is_counted(
    answers: list[Answer],
    counts: int,
    scripted: Callable[..., Scripted],
    capsys: pytest.CaptureFixture[str],
) -> None:
    kms = scripted(*answers)
    with suppress(AwsFailed):
        kms.aws().service("kms", attempts=2).call("Decrypt", CiphertextBlob=b"sealed")
    assert times_counted(capsys.readouterr().out, "AwsUnavailable") == counts


def test_the_first_invocation_of_a_process_is_counted_as_a_cold_start(
    scripted: Callable[..., Scripted], capsys: pytest.CaptureFixture[str]
) -> None:
    aws = scripted().aws()
    assert times_counted(capsys.readouterr().out, "ColdStart") == 0
    for _ in range(2):
        aws.begin(Stopping(10))
    assert times_counted(capsys.readouterr().out, "ColdStart") == 1


TRACE = "Root=1-5759e988;Parent=3995c3f4;Sampled=1"
LINEAGE = ";Lineage=1:a87bd80c:15"


@pytest.mark.parametrize(("options", "sent"), [({}, TRACE + LINEAGE), ({"continues_chain": False}, TRACE)])
def test_what_is_sent_again_is_no_further_pass_of_a_chain(
    options: dict[str, Any], sent: str, scripted: Callable[..., Scripted]
) -> None:
    kms = scripted()
    kms.aws(_X_AMZN_TRACE_ID=TRACE + LINEAGE).service("kms", **options).call(
        "Decrypt", CiphertextBlob=b"sealed"
    )
    assert kms.requests[0][0]["x-amzn-trace-id"] == sent


KEY: dict[str, Any] = {"TableName": "t", "Key": {"clientKey": {"S": "site"}}}
ITEM = {"clientKey": {"S": "site"}, "sealed": {"L": [{"B": b"\x00\xff"}]}, "revision": {"N": "7"}}
IN_JSON = json.dumps({**ITEM, "sealed": {"L": [{"B": "AP8="}]}}).encode()


def test_items_are_the_same_in_answers_and_in_conditions_that_fail(scripted: Callable[..., Scripted]) -> None:
    failed = b'{"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "Item": %s}'
    dynamodb = scripted((200, b'{"Item": %s}' % IN_JSON), (400, failed % IN_JSON))
    service = dynamodb.reached("dynamodb")
    assert service.call("GetItem", **KEY) == {"Item": ITEM}
    with pytest.raises(AwsFailed) as answered:
        service.call("PutItem", TableName="t", Item=ITEM, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert answered.value.code == CONDITION_FAILED
    assert answered.value.details["Item"] == ITEM
    _, (_, sent) = dynamodb.requests
    assert sent["Item"]["sealed"] == {"L": [{"B": "AP8="}]}
    assert sent["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"


@pytest.mark.parametrize("content", [b'{"Item": {"clientKey": {"S": "side"}}}', b'{"status": "ok"}'])
def test_a_row_that_somebody_else_answers_with_is_asked_for_again(
    content: bytes, scripted: Callable[..., Scripted]
) -> None:
    whole = b'{"Item": %s}' % IN_JSON
    dynamodb = scripted((200, content), (200, whole))
    dynamodb.headers = {"x-amz-crc32": str(zlib.crc32(whole))}
    assert dynamodb.reached("dynamodb").call("GetItem", **KEY) == {"Item": ITEM}
    assert len(dynamodb.requests) == 2


def test_nothing_of_secrets_is_logged_where_everything_logs_all_that_it_can(
    scripted: Callable[..., Scripted], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service = scripted((200, b'{"CiphertextBlob": "c2VhbGVk"}')).reached()
    service.call("Encrypt", KeyId="k", Plaintext=b"in the clear")
    service.call("Decrypt", CiphertextBlob=b"sealed")
    for secret in ("in the clear", "aW4gdGhlIGNsZWFy", "opened", "b3BlbmVk", "AWS4-HMAC-SHA256"):
        assert secret not in caplog.text


def test_of_sqs_the_code_is_that_of_its_json_protocol(scripted: Callable[..., Scripted]) -> None:
    sqs = scripted((400, b'{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "m"}'))
    sqs.headers = {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"}
    with pytest.raises(AwsRefused, match="sqs:SendMessage failed: QueueDoesNotExist"):
        sqs.reached("sqs").call("SendMessage", QueueUrl="https://queue", MessageBody="m")
