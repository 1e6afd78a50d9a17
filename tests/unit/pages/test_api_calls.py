"""Calls of pages: who may, what the function gets, and what it is protected from."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.app.call_bodies import MAX_BODY_BYTES
from connect_jira.app.pages import ApiRequest, Pages, Refused
from connect_jira.app.permissions import (
    Permission,
    administers_jira,
    administers_project,
    browses_issue,
    browses_project,
    edits_issue,
    everybody,
    issue_permission,
)
from connect_jira.app.site import Site
from connect_jira.data.entries import JsonValue
from connect_jira.data.errors import DataChanged
from connect_jira.errors import TemporarilyUnavailable
from connect_jwt.errors import ConnectError, TokenRefused
from connect_jwt.identity import ClientKey
from tests.emf import times_counted
from tests.unit.jira.conftest import CLIENT_KEY
from tests.unit.pages.site import ISSUE, OTHER, PROJECT_EX, SECRET, USER, Browser

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend


@dataclass(frozen=True)
class DueDate:
    issue: str
    due: str | None = None


@dataclass
class Called:
    """The requests and sites that functions were called with."""

    requests: list[ApiRequest[Any]]
    sites: list[Site]

    def note(self, request: ApiRequest[Any], site: Site) -> JsonValue:
        self.requests.append(request)
        self.sites.append(site)
        return {"ok": True}


@pytest.fixture
def called() -> Called:
    return Called([], [])


@pytest.fixture
def browser(backend: "Backend", called: Called) -> Browser:
    return Browser(backend, registered(called))


def registered(called: Called) -> Pages:
    pages = Pages()

    def call(method: str, path: str, allowed: Permission) -> None:
        def function(request: ApiRequest, site: Site) -> JsonValue:
            return called.note(request, site)

        pages.call(method, path, allowed=allowed)(function)

    call("GET", "open", everybody)
    call("GET", "site", administers_jira)
    call("GET", "issue", browses_issue)
    call("GET", "issue/{key}", browses_issue.of("key"))
    call("DELETE", "issue/{key}", issue_permission("DELETE_ISSUES").of("key"))
    call("GET", "item/{item}", edits_issue.of_page)
    call("GET", "project", administers_project)
    call("GET", "project/{key}", browses_project.of("key"))

    @pages.call("PUT", "due", allowed=edits_issue.of("issue"))
    def set_due(request: ApiRequest[DueDate], site: Site) -> JsonValue:
        return called.note(request, site)

    @pages.call("POST", "any", allowed=everybody)
    def any_json(request: ApiRequest[JsonValue], site: Site) -> JsonValue:
        called.note(request, site)
        return request.body

    return pages


OK = (200, {"ok": True})


def denied(reason: str) -> tuple[int, Any]:
    return 403, {"reason": reason}


# --- who may: the page's own issue and project


def test_the_issue_that_the_token_names_is_asked_for_and_is_at_hand(browser: Browser, called: Called) -> None:
    browser.jira.may = {("BROWSE_PROJECTS", 10001)}
    assert browser.call("GET issue", jira={"issue": ISSUE, "project": PROJECT_EX}) == OK
    assert browser.jira.checks == [
        {"accountId": USER, "projectPermissions": [{"permissions": ["BROWSE_PROJECTS"], "issues": [10001]}]}
    ]
    (request,) = called.requests
    assert (request.user, request.issue.id, request.issue.key) == (USER, "10001", "EX-1")
    assert request.context.project is not None
    assert request.context.project.key == "EX"
    with pytest.raises(LookupError):
        _ = request.project


@pytest.mark.parametrize("may", [set(), {("BROWSE_PROJECTS", 10002)}, {("EDIT_ISSUES", 10001)}], ids=repr)
def test_who_may_not_is_refused_and_the_function_not_called(
    browser: Browser, called: Called, may: set[tuple[str, int | None]]
) -> None:
    browser.jira.may = may
    assert browser.call("GET issue", jira={"issue": ISSUE}) == denied("permission-missing")
    assert called.requests == []


UNNAMED: dict[str, Any] = {
    "nothing": {},
    "null": {"issue": None},
    "a text": {"issue": "EX-1"},
    "a key alone": {"issue": {"key": "EX-1"}},
    "an id alone": {"issue": {"id": "10001"}},
    "an id that is none": {"issue": {"id": "10001/../10002", "key": "EX-1"}},
    "an id in other digits": {"issue": {"id": "\u0661", "key": "EX-1"}},
    "a key that is a path": {"issue": {"id": "10001", "key": "EX-1/../EX-2"}},
    "a list": {"issue": [ISSUE]},
}


@pytest.mark.parametrize("jira", UNNAMED.values(), ids=UNNAMED)
def test_where_the_token_names_no_issue_nobody_may_and_the_log_says_what_to_do(
    browser: Browser, called: Called, caplog: pytest.LogCaptureFixture, jira: Any
) -> None:
    browser.jira.may = {("BROWSE_PROJECTS", 10001), ("BROWSE_PROJECTS", 10002)}
    with caplog.at_level(logging.INFO):
        assert browser.call("GET issue", jira=jira) == denied("no-issue")
    (record,) = [record for record in caplog.records if getattr(record, "reason", "") == "no-issue"]
    assert "let the call name the issue by .of()" in record.explanation  # type: ignore[attr-defined]
    assert record.used == "GET issue"  # type: ignore[attr-defined]
    assert (called.requests, browser.jira.asked) == ([], [])


@pytest.mark.parametrize("context", [None, [], "x", {"jira": []}, {"jira": "x"}, 5], ids=repr)
def test_a_context_of_another_form_names_nothing(browser: Browser, context: Any) -> None:
    token = browser.token(qsh="context-qsh", context=context)
    assert browser.call("GET issue", token=token) == denied("no-issue")
    assert browser.call("GET open", token=token) == OK


def test_a_projects_administrator_is_asked_for_as_such(browser: Browser, called: Called) -> None:
    assert browser.call("GET project", jira={"project": PROJECT_EX}) == denied("permission-missing")
    browser.jira.may = {("ADMINISTER_PROJECTS", 10000)}
    assert browser.call("GET project", jira={"project": PROJECT_EX}) == OK
    assert called.requests[0].project.key == "EX"
    assert browser.call("GET project", jira={"issue": ISSUE}) == denied("no-project")


def test_an_administrator_of_jira_is_asked_for_as_such(browser: Browser) -> None:
    assert browser.call("GET site") == denied("permission-missing")
    browser.jira.may = {("ADMINISTER", None)}
    assert browser.call("GET site") == OK


ANYTHING = ["GET site", "GET issue", "GET issue/EX-1", "GET item/1", "GET project", "GET project/EX"]


@pytest.mark.parametrize("sub", [None, "", 5, ["a"], {"accountId": "a"}], ids=repr)
def test_who_is_not_logged_in_may_only_do_what_everybody_may(
    browser: Browser, called: Called, sub: Any
) -> None:
    claims: dict[str, Any] = {"jira": {"issue": ISSUE, "project": PROJECT_EX}, "sub": sub}
    for call in ANYTHING:
        assert browser.call(call, **claims) == denied("user-anonymous"), call
    assert browser.jira.asked == []
    assert browser.call("GET open", **claims) == OK
    assert [request.user for request in called.requests] == [None]


def test_everybody_is_everybody_and_jira_is_not_asked(browser: Browser) -> None:
    assert browser.call("GET open") == OK
    assert browser.jira.asked == []


@pytest.mark.parametrize("call", ["GET site", "GET issue", "GET issue/EX-1", "GET project"])
@pytest.mark.parametrize("status", [400, 401, 403, 500, 503])
def test_when_jira_cannot_be_asked_nobody_may(
    browser: Browser, called: Called, call: str, status: int
) -> None:
    browser.jira.fails = status
    answered, body = browser.call(call, jira={"issue": ISSUE, "project": PROJECT_EX})
    assert (answered, called.requests) == (503, [])
    assert body["reason"]


def test_permissions_are_asked_once_for_a_request(browser: Browser) -> None:
    browser.jira.may = {("BROWSE_PROJECTS", 10001), ("BROWSE_PROJECTS", 10002)}
    browser.call("GET issue", jira={"issue": ISSUE})
    assert len(browser.jira.asked) == 1
    browser.call("GET issue/EX-2", jira={"issue": ISSUE})
    assert len(browser.jira.checks) == 2


# --- who may: an issue that the call names


@pytest.mark.parametrize("name", ["EX-2", "10002"])
def test_the_issue_in_the_path_is_asked_for_and_not_that_of_the_page(
    browser: Browser, called: Called, name: str
) -> None:
    browser.jira.may = {("BROWSE_PROJECTS", 10001), ("DELETE_ISSUES", 10001)}
    context = {"issue": ISSUE}
    assert browser.call(f"GET issue/{name}", jira=context) == denied("permission-missing")
    assert browser.call(f"DELETE issue/{name}", jira=context) == denied("permission-missing")
    browser.jira.may = {("BROWSE_PROJECTS", 10002)}
    assert browser.call(f"GET issue/{name}", jira=context) == OK
    assert browser.call(f"DELETE issue/{name}", jira=context) == denied("permission-missing")
    (request,) = called.requests
    assert (request.issue.id, request.issue.key) == ("10002", "EX-2")
    assert request.context.issue is not None
    assert request.context.issue.key == "EX-1"


def test_the_issue_in_the_body_is_asked_for_and_not_that_of_the_page(
    browser: Browser, called: Called
) -> None:
    browser.jira.may = {("EDIT_ISSUES", 10001)}
    body = {"issue": "EX-2", "due": "2026-12-24"}
    assert browser.call("PUT due", jira={"issue": ISSUE}, json_body=body) == denied("permission-missing")
    assert called.requests == []
    assert browser.call("PUT due", jira={"issue": OTHER}, json_body={"issue": "EX-1"}) == OK
    assert called.requests[0].issue.key == "EX-1"


@pytest.mark.parametrize(
    "name",
    ["EX-3", "", "..", "EX-1/../EX-2", "EX-1?x", "EX-1#", "ÉX-1", "EX-1\x00", "x" * 300, " EX-1", "%2e%2e"],
)
def test_an_issue_that_is_not_there_is_refused_as_one_that_is_not_seen(
    browser: Browser, called: Called, name: str
) -> None:
    browser.jira.may = {("EDIT_ISSUES", 10001), ("EDIT_ISSUES", 10002)}
    assert browser.call("PUT due", json_body={"issue": name}) == denied("permission-missing")
    assert called.requests == []
    assert {path for _, path, _ in browser.jira.asked} <= {"issue/EX-3"}


def test_what_jira_calls_an_issue_counts_and_not_what_the_path_does(browser: Browser, called: Called) -> None:
    """An issue that has moved answers to its old key, too."""
    browser.jira.seen["issue/OLD-1"] = OTHER
    browser.jira.may = {("BROWSE_PROJECTS", 10002)}
    assert browser.call("GET issue/OLD-1") == OK
    assert called.requests[0].issue.key == "EX-2"


def test_another_part_of_the_path_names_no_issue(browser: Browser, called: Called) -> None:
    browser.jira.may = {("EDIT_ISSUES", 10002)}
    assert browser.call("GET item/EX-2", jira={"issue": ISSUE}) == denied("permission-missing")
    browser.jira.may = {("EDIT_ISSUES", 10001)}
    assert browser.call("GET item/EX-2", jira={"issue": ISSUE}) == OK
    assert (called.requests[0].issue.key, called.requests[0].path) == ("EX-1", {"item": "EX-2"})


# --- tokens


def test_a_site_that_signs_for_itself_is_that_site(
    browser: Browser, backend: "Backend", called: Called
) -> None:
    other = ClientKey("other-site")
    row = backend.store.rows[CLIENT_KEY]
    backend.store.rows[other] = replace(
        row,
        site=replace(row.site, client_key=other),
        sealed_secret=backend.sealer.seal(
            other, row_secret := backend.sealer.open(CLIENT_KEY, row.sealed_secret or b"")
        ),
    )
    assert row_secret.reveal() == SECRET
    assert browser.call("GET open", iss=other) == OK
    assert browser.call("GET open") == OK
    assert [site.key for site in called.sites] == [other, CLIENT_KEY]


REFUSED_TOKENS: dict[str, tuple[Callable[[Browser], str], str]] = {
    "of a page": (lambda browser: browser.page_token("/pages/hello-world"), "qsh-is-not-context"),
    "of a page, for the call": (lambda browser: browser.page_token("/api/open"), "qsh-is-not-context"),
    "of another secret": (lambda browser: browser.context_token(secret="o" * 40), "secret-mismatch"),
    "of nobody's site": (lambda browser: browser.context_token(iss="nobody"), "app-not-installed"),
    "at its end": (lambda browser: browser.context_token(iat=1, exp=181), "expired"),
    "unsigned": (lambda browser: browser.context_token().rpartition(".")[0] + ".", "secret-mismatch"),
}


@pytest.mark.parametrize("call", ["GET open", "PUT due", "POST any"])
@pytest.mark.parametrize(("made", "reason"), REFUSED_TOKENS.values(), ids=REFUSED_TOKENS)
def test_no_other_token_makes_a_call(
    browser: Browser, called: Called, made: Callable[[Browser], str], reason: str, call: str
) -> None:
    with pytest.raises(ConnectError) as refused:
        browser.call(call, token=made(browser))
    assert refused.value.reason == reason
    assert (called.requests, browser.jira.asked) == ([], [])


def test_a_context_token_loads_no_page(browser: Browser) -> None:
    pages = Pages()
    pages.page("open", template="hello-world.html", allowed=everybody)
    other = Browser(browser.backend, pages)
    assert other.load("/pages/open")["statusCode"] == 200
    with pytest.raises(TokenRefused, match="qsh-is-context"):
        other.load("/pages/open", token=browser.context_token())


# --- paths and methods


@pytest.mark.parametrize(
    "asked",
    [
        *(
            "GET ",
            "GET /",
            "GET /open",
            "GET open/",
            "GET open//",
            "GET //open",
            "GET Open",
            "GET open.",
            "GET open/x",
        ),
        *("GET ./open", "GET ../api/open", "GET issue/..", "GET issue/../open", "GET issue/.", "GET issue/ü"),
        *(
            "GET issue/a b",
            "GET issue/%45X-1",
            "GET issue/EX-1;x",
            "GET issue/EX-1\n",
            "GET open?x=1",
            "GET open#",
        ),
        *(
            "get open",
            "HEAD open",
            "PATCH open",
            "POST open",
            "PUT open",
            "DELETE open",
            "TRACE open",
            " open",
        ),
        *("GET due", "POST due", "DELETE due", "GET any", "CONNECT open", "PROPFIND open"),
    ],
)
def test_what_is_not_exactly_registered_is_not_there(browser: Browser, called: Called, asked: str) -> None:
    assert browser.call(asked, jira={"issue": ISSUE}) == (404, None)
    assert (called.requests, browser.jira.asked) == ([], [])


def test_a_browser_that_asks_first_is_told_the_methods_and_proves_nothing(browser: Browser) -> None:
    for path in ("/api/open", "/api/nothing", "/api/"):
        answer = browser.answer("OPTIONS", path)
        assert answer["statusCode"] == 204
        assert answer["headers"]["Access-Control-Allow-Methods"] == "DELETE, GET, POST, PUT"


# --- parameters and bodies


def test_parameters_are_texts_each_once(browser: Browser, called: Called) -> None:
    assert browser.call("GET open", query="a=1&b=%C3%BC+x&c=") == OK
    assert called.requests[0].query == {"a": "1", "b": "ü x", "c": ""}


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("a=1&a=2", "query-parameter-twice"),
        ("a=1&b=2&%61=3", "query-parameter-twice"),
        ("a=%ff", "query-malformed"),
        ("a=%ed%a0%bd", "query-malformed"),
        ("&".join(f"a{n}=1" for n in range(101)), "query-malformed"),
    ],
)
def test_other_parameters_are_refused(browser: Browser, called: Called, query: str, reason: str) -> None:
    assert browser.call("GET open", query=query) == (400, {"reason": reason})
    assert called.requests == []


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json; charset=UTF-8",
    ],
)
def test_a_body_is_read_into_what_is_declared(browser: Browser, called: Called, content_type: str) -> None:
    browser.jira.may = {("EDIT_ISSUES", 10001)}
    body = json.dumps({"issue": "EX-1", "due": "2026-12-24"}).encode()
    assert browser.call("PUT due", body=body, content_type=content_type) == OK
    assert called.requests[0].body == DueDate("EX-1", "2026-12-24")


@pytest.mark.parametrize(
    "content_type",
    [
        *(None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json"),
        *("application/json; charset=latin-1", "application/json; charset=utf-16", "application/jsonp"),
        *("application/problem+json", "application/json, text/plain", "text/plain; application/json"),
    ],
)
def test_what_a_form_of_another_page_can_send_is_no_body(
    browser: Browser, called: Called, content_type: str | None
) -> None:
    body = json.dumps({"issue": "EX-1"}).encode()
    answer = browser.call("PUT due", body=body, content_type=content_type)
    assert answer == (415, {"reason": "content-type-not-json"})
    assert (called.requests, browser.jira.asked) == ([], [])


def test_a_body_that_is_not_what_is_declared_is_refused_with_one_line(browser: Browser) -> None:
    answer = browser.call("PUT due", json_body={"issue": 5})
    message = "issue: a text is expected, not a number"
    assert answer == (400, {"reason": "body-invalid", "message": message})
    assert browser.jira.asked == []


def test_a_call_without_a_body_takes_none(browser: Browser) -> None:
    assert browser.call("GET open", json_body={}) == (400, {"reason": "body-unexpected"})


def test_a_call_with_a_body_needs_one(browser: Browser) -> None:
    assert browser.call("POST any")[0] == 415


def test_a_body_is_limited_in_size(browser: Browser) -> None:
    most = json.dumps("x" * (MAX_BODY_BYTES - 2)).encode()
    assert len(most) == MAX_BODY_BYTES
    assert browser.call("POST any", body=most)[0] == 200
    assert browser.call("POST any", body=most + b" ") == (413, {"reason": "body-too-large"})


# --- what the function returns or raises


def answering(backend: "Backend", answer: Callable[[], Any]) -> Browser:
    pages = Pages()

    @pages.call("GET", "x", allowed=everybody)
    def function(_request: ApiRequest, _site: Site) -> JsonValue:
        value: JsonValue = answer()
        return value

    return Browser(backend, pages)


@pytest.mark.parametrize("value", [None, 0, "", "ü", [], {}, {"a": [1, None]}, True], ids=repr)
def test_the_answer_is_what_the_function_returns(backend: "Backend", value: JsonValue) -> None:
    assert answering(backend, lambda: value).call("GET x") == (200, value)


def test_half_a_character_of_jiras_is_no_answer(backend: "Backend") -> None:
    assert answering(backend, lambda: "\ud83d").call("GET x") == (502, {"reason": "answer-unusable"})


def raising(error: Exception) -> Callable[[], Any]:
    def function() -> Any:
        raise error

    return function


RAISED: dict[str, tuple[Exception, tuple[int, Any]]] = {
    "a refusal": (Refused(409, "closed"), (409, {"reason": "closed"})),
    "with a message": (Refused(400, "closed", "It is."), (400, {"reason": "closed", "message": "It is."})),
    "a change by somebody else": (DataChanged("1"), (409, {"reason": "data-changed"})),
}


@pytest.mark.parametrize(("error", "expected"), RAISED.values(), ids=RAISED)
def test_a_refusal_is_told_to_the_script(
    backend: "Backend", error: Exception, expected: tuple[int, Any]
) -> None:
    assert answering(backend, raising(error)).call("GET x") == expected


CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)
BROKEN: dict[str, Callable[[], Any]] = {
    "a mistake": raising(ZeroDivisionError("division by zero")),
    "no key": raising(KeyError("summary")),
    "an assertion": raising(AssertionError()),
    "no JSON": lambda: {1, 2},
    "an object": object,
    "no number": lambda: float("nan"),
    "endless": lambda: {"a": float("inf")},
    "a circle": lambda: CIRCLE,
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_whatever_else_happens_is_500_with_nothing_in_it_and_a_line_in_the_log(
    backend: "Backend",
    answer: Callable[[], Any],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    browser = answering(backend, answer)
    assert browser.call("GET x", query="secret=secret") == (500, None)
    assert times_counted(capsys.readouterr().out, "OwnCodeFailed") == 1
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert (record.used, record.clientKey) == ("GET x", CLIENT_KEY)  # type: ignore[attr-defined]
    assert record.exc_info
    assert "secret" not in caplog.text


def test_when_aws_does_not_answer_it_is_not_the_functions_fault(backend: "Backend") -> None:
    with pytest.raises(TemporarilyUnavailable):
        answering(backend, raising(TemporarilyUnavailable("dynamodb"))).call("GET x")


def test_work_is_put_on_the_queue_by_its_name_each_time_anew(backend: "Backend") -> None:
    pages = Pages()

    @pages.call("POST", "x", allowed=everybody)
    def function(_request: ApiRequest, site: Site) -> JsonValue:
        site.enqueue("post_status", {"key": "EX-1"}, idempotent=False)
        site.enqueue("post_status", {"key": "EX-1"})
        return None

    browser = Browser(backend, pages)
    for _ in range(2):
        assert browser.call("POST x") == (200, None)
    assert {(work.client_key, work.name, work.depth) for work in browser.sent} == {
        (CLIENT_KEY, "post_status", 1)
    }
    assert [work.is_idempotent for work in browser.sent] == [False, True] * 2
    assert len({work.work_id for work in browser.sent}) == 4


# --- what nobody serves


def test_a_call_that_nobody_serves_is_logged_once_with_the_lines_that_would(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        assert browser.call("PUT due/EX-1")[0] == 404
    (record,) = caplog.records
    assert '@pages.call("PUT", "due/{key}", allowed=browses_issue.of("key"))' in record.getMessage()
    assert "def put_due(request: ApiRequest, site: Site) -> JsonValue:" in record.getMessage()


def test_the_log_cannot_be_filled_by_asking_for_what_is_not_there(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(100):
        browser.answer("GET", f"/api/nothing-{number}")
        browser.answer("GET", f"/api/with\nline-{number}")
    assert len(caplog.records) == 20
    assert not any("with" in record.getMessage() for record in caplog.records)
