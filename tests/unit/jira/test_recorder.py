"""Only verified requests are recorded."""

from typing import TYPE_CHECKING, Any

import jwt
import pytest

from connect_jira.auth import forge_invocations as invocations
from connect_jira.auth import tenants
from connect_jira.errors import InvocationRefused
from connect_jira.jira import exchange
from connect_jira.jira.client import JiraClient
from connect_jira.jira.response import JiraResponse
from connect_jira.lifecycle import connect as lifecycle
from connect_jira.shape_recorder import MAX_OF_A_KIND, MAX_OF_A_PROCESS, SEEN, Recorder
from connect_jwt.errors import TokenRefused
from tests.unit.jira.conftest import CLIENT_KEY
from tests.unit.jira.forge import forge_request, page_call, product_event
from tests.unit.jira.test_client import Pool

if TYPE_CHECKING:
    from connect_jira.shapes import Shape
    from tests.unit.jira.conftest import Backend

SECRET = "s3cr3t" * 8


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> "dict[str, Shape]":
    told: dict[str, Shape] = {}
    one = Recorder(is_on=True, tell=told.__setitem__)
    for module in (exchange, lifecycle, tenants, invocations):
        monkeypatch.setattr(module, "RECORDER", one)
    return told


def answer(number: int, status: int = 200) -> JiraResponse:
    return JiraResponse(status, {"a" * (number % 20 + 1): {"b" * (number // 20 + 1): 1}}, {})


def test_each_shape_is_told_once_and_so_many_of_a_kind_and_of_a_process() -> None:
    told: list[str] = []
    recorder = Recorder(is_on=True, tell=lambda kind, _: told.append(kind))
    for _ in range(2):
        recorder.answer("GET", "/rest/api/3/myself", answer(0), by_token=False)
    assert len(told) == 1
    for number in range(MAX_OF_A_KIND + 5):
        recorder.answer("GET", "/rest/api/3/myself", answer(number), by_token=False)
    assert len(told) == MAX_OF_A_KIND
    for status in range(MAX_OF_A_PROCESS + 5):
        recorder.answer("GET", "/rest/api/3/myself", answer(0, status), by_token=True)
    assert len(told) == MAX_OF_A_PROCESS


def test_off_it_looks_at_nothing() -> None:
    recorder = Recorder(is_on=False, tell=lambda *_: pytest.fail("told"))
    recorder.answer("GET", "/", answer(0), by_token=False)
    recorder.request(None, "")  # type: ignore[arg-type]
    recorder.key_host("", 200, {}, b"")


def test_what_cannot_be_recorded_fails_nothing_and_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_kind: str, _shape: object) -> None:
        raise ValueError(SECRET)

    Recorder(is_on=True, tell=fail).answer("GET", "/", answer(0), by_token=False)
    (line,) = caplog.records
    assert line.getMessage() == "Shape not recorded"
    assert vars(line)["error"] == "ValueError"
    assert SECRET not in str(vars(line))


# --- who calls it ----------------------------------------------------------------------------------------


def sections(shape: "Shape") -> set[str]:
    return {path.partition(".")[0] for path in shape}


def test_an_install_is_recorded_once_it_is_proved(backend: "Backend", told: "dict[str, Shape]") -> None:
    forged = backend.signed_by_site("/lifecycle/installed", backend.payload("installed"), SECRET)
    with pytest.raises(TokenRefused):
        backend.lifecycle.installed(forged)
    assert told == {}
    backend.install(SECRET)
    shape = told["Connect sends POST /lifecycle/installed"]
    assert shape["body.sharedSecret"] == {"string"}
    assert shape["body.aFieldOfTomorrow.of[]"] == {"string"}
    assert shape["token.header.alg"] == {"string = RS256"}


def test_a_webhook_is_recorded_once_it_is_proved(backend: "Backend", told: "dict[str, Shape]") -> None:
    backend.install(SECRET)
    told.clear()
    path, body = "/webhooks/whatever", {"webhookEvent": "jira:of_tomorrow", "sam": 1}
    with pytest.raises(TokenRefused):
        backend.tenants.verify_request(backend.signed_by_site(path, body, "x" * 40))
    assert told == {}
    backend.tenants.verify_request(backend.signed_by_site(path, body, SECRET))
    assert told["Connect sends POST /webhooks/{…} jira:of_tomorrow"]["body.sam"] == {"integer"}


def test_of_a_page_the_token_is_recorded_alone(backend: "Backend", told: "dict[str, Shape]") -> None:
    backend.install(SECRET)
    told.clear()
    backend.tenants.verify_context_request(
        backend.signed_by_site("/api/greeting", {"sam": 1}, SECRET, qsh="context-qsh")
    )
    shape = told["Connect sends POST /api/{…}"]
    assert shape["token.claims.qsh"] == {"string = context-qsh"}
    assert sections(shape) == {"token"}


def test_an_event_of_forges_is_recorded(backend: "Backend", told: "dict[str, Shape]") -> None:
    backend.forge.event(product_event(backend))
    shape = told["Forge sends POST /forge/events avi:jira:created:issue"]
    assert shape["token.claims.app.module.type"] == {"string = core:trigger"}
    assert shape["body.issue.fields.summary"] == {"string"}


@pytest.mark.parametrize("module", ["core:webtrigger", "core:ofTomorrow", "jira:globalPage"])
def test_a_token_of_forges_that_is_refused_here_is_recorded_alone(
    backend: "Backend", told: "dict[str, Shape]", module: str
) -> None:
    app = {"module": {"type": module, "key": "k"}}
    with pytest.raises(InvocationRefused):
        backend.forge.refresh(forge_request(backend, "refresh", {"sam": 1}, app=app))
    shape = told["Forge sends POST /forge/refresh"]
    assert shape["token.claims.app.module.type"] == {f"string = {module}"}
    assert sections(shape) == {"token"}


def test_an_event_of_unknown_origin_is_recorded_alone(backend: "Backend", told: "dict[str, Shape]") -> None:
    app = {"module": {"type": "core:webtrigger", "key": "k"}}
    backend.forge.event(product_event(backend, app=app))
    assert sections(told["Forge sends POST /forge/events"]) == {"token"}


def test_what_a_page_has_forge_send_is_recorded_alone(backend: "Backend", told: "dict[str, Shape]") -> None:
    backend.forge._invocations.verify_page(page_call(backend))  # noqa: SLF001 - as the pages' function does
    assert sections(told["Forge sends POST /api/{…}"]) == {"token"}


@pytest.mark.parametrize("claims", [{}, {"app": {"module": {"type": "core:webtrigger"}}}, {"aud": "another"}])
def test_a_forged_token_of_forges_is_not_recorded(
    backend: "Backend", told: "dict[str, Shape]", claims: dict[str, Any]
) -> None:
    request = forge_request(backend, "refresh", {}, **claims)
    if "aud" not in claims:
        head, _, _ = request.headers["authorization"].rpartition(".")
        signature = jwt.encode({}, SECRET, algorithm="HS256").rpartition(".")[2]
        object.__setattr__(request, "headers", {"authorization": f"{head}.{signature}"})
    with pytest.raises(InvocationRefused):
        backend.forge.refresh(request)
    assert told == {}


def test_an_answer_of_jiras_is_recorded_also_when_it_is_an_error(
    backend: "Backend", told: "dict[str, Shape]"
) -> None:
    backend.install(SECRET)
    told.clear()
    pool = Pool([(404, {"errorMessages": ["sam"], "errors": {"sam": "x"}})])
    client = JiraClient(backend.credentials, CLIENT_KEY, http=pool)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="404"):
        client.get("/rest/api/3/issue/DEMO-1")
    shape = told["Jira answers GET /rest/api/3/issue/{…} with a JWT: 404"]
    assert shape["body.errorMessages[]"] == {"string"}
    assert shape["body.errors"] == {"object"}


def test_the_log_has_a_line_of_a_fixed_form(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        Recorder(is_on=True).answer("GET", "/rest/api/3/myself", answer(0), by_token=False)
    (line,) = caplog.records
    assert line.getMessage() == SEEN
    assert vars(line)["kind"] == "Jira answers GET /rest/api/3/myself with a JWT: 200"
    assert vars(line)["shape"] == {"body": ["object"], "body.a": ["object"], "body.a.b": ["integer"]}
