"""A service that answers, fails, is slow, and says what nobody expects."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connect_jira.aws.service import AwsFailed, AwsService
from connect_jira.aws.services import Aws
from connect_jira.errors import TemporarilyUnavailable
from connect_local.aws_environment import NOBODYS

type Answer = tuple[int, bytes] | Callable[[], tuple[int, bytes]]

DONE = (200, b'{"Done": true}')
THROTTLED = (400, b'{"__type": "com.amazonaws.kms#ThrottlingException", "message": "private"}')
REFUSED = (400, b'{"__type": "NotFoundException", "message": "private"}')


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

    def reached(self, *, read_seconds: float = 2.0, attempts: int = 3, **env: str) -> AwsService:
        endpoint = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server.server_port}"}
        return Aws({**NOBODYS, **endpoint, **env}).service(
            "kms", read_seconds=read_seconds, attempts=attempts
        )

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
    assert kms.reached().call("Decrypt", KeyId="k", Text="ü\ud83d") == {"Done": True}
    ((headers, body),) = kms.requests
    assert (headers["x-amz-target"], body) == ("TrentService.Decrypt", {"KeyId": "k", "Text": "ü\ud83d"})
    assert "x-amzn-trace-id" not in headers


def test_an_answer_without_content_is_one(scripted: Callable[..., Scripted]) -> None:
    assert scripted((200, b"")).reached().call("ChangeMessageVisibility") == {}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    "passing", [(500, b"{}"), (503, b"<html>"), THROTTLED, hang_up, dawdle], ids=lambda it: str(it)[:30]
)
def test_what_passes_is_tried_again(passing: Answer, scripted: Callable[..., Scripted]) -> None:
    kms = scripted(passing, passing)
    assert kms.reached(read_seconds=0.2).call("Decrypt") == {"Done": True}
    assert len(kms.requests) == 3


def test_each_attempt_is_signed_for_its_own_moment(
    scripted: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    kms, clock = scripted((500, b"{}")), iter(range(0, 10**6, 1000))
    monkeypatch.setattr("connect_jira.aws.service.time.time", lambda: next(clock))
    kms.reached().call("Decrypt")
    assert len({headers["x-amz-date"] for headers, _ in kms.requests}) == 2


@pytest.mark.parametrize(
    ("answer", "code", "tried"),
    [
        ((500, b'{"__type": "InternalServerError"}'), "InternalServerError", 3),
        (THROTTLED, "ThrottlingException", 3),
        (REFUSED, "NotFoundException", 1),
        ((403, b"not json"), "403", 1),
        ((404, b"[]"), "404", 1),
        ((302, b""), "302", 1),
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
