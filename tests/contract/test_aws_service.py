"""A service that answers, fails, is slow, and says what nobody expects."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connect_jira.aws.failures import AwsFailed, AwsRefused
from connect_jira.aws.service import AwsService
from connect_jira.aws.services import Aws
from connect_jira.errors import TemporarilyUnavailable
from connect_tools.aws_environment import NOBODYS

type Answer = tuple[int, bytes] | Callable[[], tuple[int, bytes]]

OPENED = {"Plaintext": b"opened"}
DONE = (200, b'{"Plaintext": "b3BlbmVk"}')
THROTTLED = (400, b'{"__type": "com.amazonaws.kms#ThrottlingException", "message": "private"}')
REFUSED = (400, b'{"__type": "ValidationException", "message": "private"}')


class Scripted:
    """A service that answers as it is told, then with `DONE`."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[dict[str, str], Any]] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                script.requests.append((headers, json.loads(body)))
                answer = script.answers.pop(0) if script.answers else DONE
                status, content = answer() if callable(answer) else answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def aws(self, **env: str) -> Aws:
        endpoint = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server.server_port}"}
        return Aws({**NOBODYS, **endpoint, **env})

    def reached(self, *, read_seconds: float = 2.0, attempts: int = 3, **env: str) -> AwsService:
        return self.aws(**env).service("kms", read_seconds=read_seconds, attempts=attempts)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    made: list[Scripted] = []

    def make(*answers: Answer) -> Scripted:
        made.append(Scripted(*answers))
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
    assert scripted((200, b"")).reached().call("ChangeMessageVisibility") == {}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    "passing",
    [(500, b"{}"), (503, b"<html>"), THROTTLED, hang_up, dawdle],
    ids=lambda it: getattr(it, "__name__", str(it)[:30]),
)
def test_what_passes_is_tried_again(passing: Answer, scripted: Callable[..., Scripted]) -> None:
    kms = scripted(passing, passing)
    assert kms.reached(read_seconds=0.2).call("Decrypt") == OPENED
    assert len(kms.requests) == 3


def test_each_attempt_is_signed_for_its_own_moment(
    scripted: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    kms, clock = scripted((500, b"{}")), iter(range(0, 10**6, 1000))
    monkeypatch.setattr("connect_jira.aws.direct_client.time.time", lambda: next(clock))
    kms.reached().call("Decrypt")
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
        kms.reached().call("Decrypt")
    assert str(failed.value) == f"temporarily-unavailable: kms:Decrypt failed: {code}"
    assert isinstance(failed.value, AwsFailed)
    assert (failed.value.code, len(kms.requests)) == (code, tried)


def test_a_service_that_is_tried_once_is_tried_once(scripted: Callable[..., Scripted]) -> None:
    kms = scripted(dawdle)
    with pytest.raises(AwsFailed, match="kms:Decrypt failed: ReadTimeoutError"):
        kms.reached(read_seconds=0.1, attempts=1).call("Decrypt")
    assert len(kms.requests) == 1


def test_a_request_is_part_of_the_trace_of_its_event(scripted: Callable[..., Scripted]) -> None:
    kms = scripted()
    kms.reached(_X_AMZN_TRACE_ID="Root=1-5759e988").call("Decrypt")
    assert kms.requests[0][0]["x-amzn-trace-id"] == "Root=1-5759e988"


def test_a_connection_that_broke_is_used_again_at_once(
    scripted: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("connect_jira.aws.service.time.sleep", waits.append)
    kms = scripted(DONE, hang_up, (503, b""))
    service = kms.reached()
    service.call("Decrypt")
    assert service.call("Decrypt") == OPENED
    assert len(kms.requests) == 4
    assert (waits[0], len(waits), waits[1] > 0) == (0.0, 2, True)


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
    for operation in ("Decrypt", "Encrypt"):  # one deadline for all of them
        with pytest.raises(AwsFailed):
            aws.service("kms").call(operation)
    assert time.monotonic() - started < 1.5
    with pytest.raises(AwsFailed, match="DeadlineExceeded"):
        aws.service("kms").call("Decrypt")
    aws.begin(Stopping(10))
    assert aws.service("kms").call("Decrypt") == OPENED


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
        ("IncorrectKeyException", "The key ID in the request does not identify", "", "restored beside"),
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
    with pytest.raises(AwsRefused):
        kms.reached().call("Decrypt")
    assert len(kms.requests) == 1
    (line,) = (vars(record) for record in caplog.records)
    assert line["reason"] == "aws-refused"
    for part in (f"kms:Decrypt failed: {code}", said, remedy):
        assert part in line["explanation"]
    assert json.loads(capsys.readouterr().out)["AwsRefused"] == [1.0]
    assert "PRIVATE" not in str(line)


TRACE = "Root=1-5759e988;Parent=3995c3f4;Sampled=1"
LINEAGE = ";Lineage=1:a87bd80c:15"


@pytest.mark.parametrize(("options", "sent"), [({}, TRACE + LINEAGE), ({"continues_chain": False}, TRACE)])
def test_what_is_sent_again_is_no_further_pass_of_a_chain(
    options: dict[str, Any], sent: str, scripted: Callable[..., Scripted]
) -> None:
    kms = scripted()
    kms.aws(_X_AMZN_TRACE_ID=TRACE + LINEAGE).service("kms", **options).call("Decrypt")
    assert kms.requests[0][0]["x-amzn-trace-id"] == sent
