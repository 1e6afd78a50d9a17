"""A refused request: its response for the sender, its log line for the developer."""

import json
import sys
import time
from types import FrameType
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from connect_jira.errors import (
    DisabledWithoutToken,
    EventOutdated,
    InstalledElsewhere,
    LimitedForNow,
    NotInstalled,
    PayloadRefused,
    ProductNotServed,
    SecretDoesNotOpen,
    TemporarilyUnavailable,
)
from connect_jira.settings import AppSettings
from connect_jira.web.front_door import answer
from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Response, empty_response
from connect_jwt.diagnosis import Diagnosis, Evidence, diagnose
from connect_jwt.errors import (
    ConnectError,
    KeyHostUnavailable,
    RefusedUnsigned,
    SignatureMismatch,
    TokenRefused,
)
from connect_jwt.tokens import parse_token
from tests.emf import emitted
from tests.unit.jira.conftest import PROJECT

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

SECRET = "o" * 40
PATH = "/webhooks/issue_created"


@pytest.fixture
def event() -> dict[str, Any]:
    text = (PROJECT / "events" / "webhooks-issue_created.json").read_text(encoding="utf-8")
    event: dict[str, Any] = json.loads(text)
    event["rawQueryString"] = "private=query"
    return event


def failing(error: Exception) -> Any:
    def handle(_: GatewayRequest) -> Any:
        raise error

    return handle


STATUSES: list[tuple[ConnectError, int]] = [
    (TokenRefused("expired", "long ago"), 401),
    (SignatureMismatch("secret-mismatch", "no"), 401),
    (EventOutdated("event-outdated", "no"), 401),
    (PayloadRefused("body-not-json", "no"), 400),
    (KeyHostUnavailable("no answer"), 503),
    (TemporarilyUnavailable("no answer"), 503),
    (LimitedForNow("key-id-limited", "no"), 503),
    (SecretDoesNotOpen(), 503),
    (NotInstalled(), 401),
]


@pytest.mark.parametrize(("error", "status"), STATUSES, ids=lambda value: type(value).__name__)
def test_the_sender_is_told_a_status_and_nothing_else(
    app: AppSettings, event: dict[str, Any], error: ConnectError, status: int
) -> None:
    assert answer(event, failing(error), app=app) == empty_response(status)


@pytest.mark.parametrize("handle", [lambda _: empty_response(204), failing(NotInstalled())])
def test_every_answer_has_the_headers_that_its_request_asks_for(
    app: AppSettings, event: dict[str, Any], handle: Any
) -> None:
    plain = answer(event, handle, app=app)
    more = answer(event, handle, app=app, more_headers=lambda request: {"X-Path": request.path})
    assert more == plain | {"headers": plain["headers"] | {"X-Path": PATH}}


def test_what_nobody_foresaw_is_lambdas_to_report(app: AppSettings, event: dict[str, Any]) -> None:
    with pytest.raises(ZeroDivisionError):
        answer(event, failing(ZeroDivisionError()), app=app)


def test_the_developer_is_told_the_reason_and_it_is_counted(
    app: AppSettings,
    event: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer(event, failing(TokenRefused("expired", "expired 40 seconds ago")), app=app)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.__dict__["reason"] == "expired"
    assert record.__dict__["status"] == 401
    assert record.__dict__["path"] == PATH
    metric = json.loads(next(line for line in capsys.readouterr().out.splitlines() if "_aws" in line))
    assert metric["RequestRefused"] == [1.0]
    assert metric["reason"] == "expired"
    everything = json.dumps(metric) + repr(record.__dict__)
    assert "private=query" not in everything
    assert event["headers"]["authorization"].partition(" ")[2] not in everything


def test_a_refusal_names_the_site_that_the_token_claims(
    app: AppSettings, event: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    short, long = (jwt.encode({"iss": "x" * n}, "k" * 32, algorithm="HS256") for n in (36, 1000))
    for authorization in (f"JWT {short}", f"JWT {long}", ""):
        answer(event | {"headers": {"authorization": authorization}}, failing(NotInstalled()), app=app)
    assert [vars(record)["claimedClientKey"] for record in caplog.records] == ["x" * 36, None, None]


def test_a_key_host_that_does_not_answer_is_counted_for_all_functions(
    app: AppSettings, event: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    for error in (KeyHostUnavailable("no answer"), TemporarilyUnavailable("no answer")):
        answer(event, failing(error), app=app)
    (metric,) = (each for each in emitted(capsys.readouterr().out) if each.name == "KeyHostUnavailable")
    assert dict(metric.dimensions) == {"service": "all"}


EXPECTED: list[tuple[ConnectError, int]] = [
    (DisabledWithoutToken(), 401),
    (InstalledElsewhere("Confluence"), 400),
    (ProductNotServed("product-not-served", "Confluence"), 401),
]


@pytest.mark.parametrize(("error", "status"), EXPECTED, ids=lambda value: type(value).__name__)
def test_what_is_known_to_come_is_counted_apart_and_is_no_warning(
    app: AppSettings,
    event: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    error: ConnectError,
    status: int,
) -> None:
    caplog.set_level("INFO")
    assert answer(event, failing(error), app=app) == empty_response(status)
    (record,) = caplog.records
    assert (record.levelname, record.__dict__["reason"]) == ("INFO", error.reason)
    metric = json.loads(next(line for line in capsys.readouterr().out.splitlines() if "_aws" in line))
    assert (metric["RequestRefusedAsExpected"], metric["reason"]) == ([1.0], error.reason)
    assert "RequestRefused" not in metric


@pytest.mark.parametrize(("error", "status"), STATUSES, ids=lambda value: type(value).__name__)
def test_who_observes_is_told_of_what_is_refused_for_good_and_of_nothing_else(
    app: AppSettings, event: dict[str, Any], error: ConnectError, status: int
) -> None:
    told: list[tuple[str, str, int]] = []
    answer(
        event,
        failing(error),
        app=app,
        on_refused=lambda request, *refused: told.append((request.path, *refused)),
    )
    assert told == ([(PATH, error.reason, status)] if status < 500 else [])


def test_a_hash_of_another_request_is_explained_by_the_mistake_that_leads_to_it(
    backend: "Backend", event: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    backend.install(SECRET)
    request = backend.signed_by_site(f"/prod{PATH}", {}, SECRET)  # hashed with the stage in front
    event["headers"]["authorization"] = request.headers["authorization"]
    event["rawQueryString"] = ""

    def prove(read: GatewayRequest) -> Response:
        backend.tenants.verify_request(read)
        return empty_response(204)

    result = answer(event, prove, app=backend.app)
    assert result == empty_response(401)
    assert caplog.records[-1].__dict__["reason"] == "qsh-stage-prefix"


def _sent(claims: dict[str, Any], scheme: str = "JWT ") -> dict[str, str]:
    return {"authorization": f"{scheme}{jwt.encode(claims, SECRET)}"}


NOW = int(time.time())
EXPLAINED: dict[str, tuple[str, dict[str, str]]] = {
    "made by hand, with a secret": ("webhook-made-by-hand", {"x-hub-signature": "sha256=00"}),
    "made by hand": ("webhook-made-by-hand", {"user-agent": "Atlassian Webhook HTTP Client"}),
    "of an OAuth app's": ("webhook-of-oauth-app", _sent({"iss": "its-client-id", "iat": NOW}, "Bearer ")),
    "of Forge's": ("invocation-token-misrouted", _sent({"iss": "forge/invocation-token"}, "Bearer ")),
    "with something around the token": ("token-decorated", _sent({"iss": "x"}, "JWT token=")),
    "with an access token": ("access-token-to-app", {"authorization": "Bearer opaque"}),
    "with nothing": ("token-missing", {}),
}


@pytest.mark.parametrize(("code", "headers"), EXPLAINED.values(), ids=EXPLAINED)
def test_what_is_no_request_of_a_site_s_is_called_by_its_name_in_the_log(
    backend: "Backend",
    event: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    code: str,
    headers: dict[str, str],
) -> None:
    event["headers"] = headers

    def prove(read: GatewayRequest) -> Response:
        backend.tenants.verify_request(read)
        return empty_response(204)

    assert answer(event, prove, app=backend.app) == empty_response(401)
    record = caplog.records[-1].__dict__
    assert record["reason"] == code
    assert "Sign " not in record["explanation"]
    for secret in headers.values():
        assert secret.rpartition(" ")[2] not in record["explanation"]


REFUSED_AFTER: dict[str, tuple[str, dict[str, Any], int]] = {
    "nothing: it is taken": (SECRET, {}, 204),
    "the signature": ("f" * 40, {}, 401),
    "the times": (SECRET, {"exp": 1}, 401),
    "the hash": (SECRET, {"qsh": "0" * 64}, 401),
    "the proof": (SECRET, {}, 400),
}


@pytest.mark.parametrize("by_page", [False, True], ids=["site", "page"])
@pytest.mark.parametrize(("secret", "claims", "status"), REFUSED_AFTER.values(), ids=REFUSED_AFTER)
def test_a_token_is_parsed_once_whatever_becomes_of_its_request(
    backend: "Backend",
    event: dict[str, Any],
    secret: str,
    claims: dict[str, Any],
    status: int,
    *,
    by_page: bool,
) -> None:
    backend.install(SECRET)
    of_page = {"qsh": "context-qsh"} if by_page else {}
    request = backend.signed_by_site(PATH, {}, secret, **{**of_page, **claims})
    event["headers"]["authorization"] = request.headers["authorization"]
    event["rawQueryString"], event["rawPath"] = "", PATH
    claimed: list[str] = []
    parses = 0

    def handle(read: GatewayRequest) -> Response:
        verify = backend.tenants.verify_context_request if by_page else backend.tenants.verify_request
        verify(read)
        if status == 400:
            raise PayloadRefused("body-not-json", "no")
        return empty_response(204)

    def count_parses(frame: FrameType, kind: str, _: object) -> None:
        nonlocal parses
        parses += kind == "call" and frame.f_code is parse_token.__code__

    before = sys.getprofile()
    sys.setprofile(count_parses)
    try:
        answered = answer(
            event,
            handle,
            app=backend.app,
            on_refused=lambda read, _code, _status: claimed.append(read.token.issuer),
        )
    finally:
        sys.setprofile(before)
    assert answered == empty_response(status)
    assert claimed == ([] if status == 204 else [backend.row.site.client_key])
    assert parses == 1


@pytest.mark.parametrize(("kind", "searched"), [(TokenRefused, True), (RefusedUnsigned, False)])
def test_only_a_token_whose_signature_is_right_is_searched_for_the_mistake_in_its_hash(
    app: AppSettings,
    event: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    kind: type[TokenRefused],
    *,
    searched: bool,
) -> None:
    asked: list[Evidence] = []

    def diagnosed(evidence: Evidence) -> Diagnosis:
        asked.append(evidence)
        return diagnose(evidence)

    monkeypatch.setattr("connect_jira.web.refusals.diagnose", diagnosed)
    answer(event, failing(kind("qsh-mismatch", "signed for another request")), app=app)
    assert [evidence.method is not None for evidence in asked] == [searched]
