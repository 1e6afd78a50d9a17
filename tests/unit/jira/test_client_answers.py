"""Jira's responses that are neither a plain success nor a plain error."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from connect_jira.auth.jira_clients import YOUNG_SECONDS
from connect_jira.errors import RequestMalformed, TaskNotCompleted, TemporarilyUnavailable
from connect_jira.events.call_request import CallRequest
from connect_jira.jira.client import JiraClient
from connect_jira.jira.errors import (
    JiraEffectUnknown,
    JiraError,
    JiraForbidden,
    JiraMoved,
    JiraNotFound,
    JiraResponseUnusable,
    JiraServerError,
    JiraSiteUnavailable,
    JiraUnauthorized,
)
from connect_jira.jira.multipart import FilePart, Multipart
from connect_jira.jira.response import MAX_RESPONSE_BYTES
from connect_jira.worker.call_results import call_result
from connect_jwt.causes import Cause
from connect_jwt.identity import ClientKey
from tests.unit.jira.captures import capture
from tests.unit.jira.conftest import CLIENT_KEY
from tests.unit.jira.test_client import SITE, client_over

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

PATH = "/rest/api/3/project/EX/delete"
TASK = "/rest/api/3/task/10641"
SUSPENDED = {"errorMessage": "Site temporarily unavailable", "errorCode": "OTHER"}
HTML = {"Content-Type": "text/html;charset=UTF-8"}
UNAVAILABLE = b"<html><head><title>Atlassian Cloud Notifications - Page Unavailable</title></head></html>"
DEAD_LINK = b"<html><head><title>Oops, you've found a dead link. - JIRA</title></head></html>"
NOT_ON_THE_LIST = {
    "errorMessages": ["The IP address has been rejected because it is not on the allowed list."]
}
SERVER_INFO = (200, {"baseUrl": SITE})


def see_other(location: str) -> tuple[int, object, dict[str, str]]:
    return 303, b"", {"Location": location}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("location", [f"{SITE}{TASK}", TASK])
def test_a_303_to_the_rest_api_is_done_and_says_where_the_task_is(
    backend: "Backend", method: str, location: str
) -> None:
    client, pool = client_over(backend, see_other(f"{location}?expand=x"))
    response = client.request(method, PATH)
    assert (response.status, response.location) == (303, f"{TASK}?expand=x")
    assert len(pool.sent) == 1
    asked = CallRequest(client_key=CLIENT_KEY, method=method, path=PATH)
    assert call_result(asked, response) == {"status": 303, "location": TASK}


ELSEWHERE = [
    "",
    "https://evil.example/rest/api/3/task/1",
    f"{SITE}.evil.example/rest/api/3/task/1",
    f"{SITE}/login.jsp?os_destination=/rest/api/3/task/1",
    f"{SITE}/rest/../login.jsp",
    f"{SITE}/restless",
    "//evil.example/rest/api/3/task/1",
    "@evil.example/rest/api/3/task/1",
    "/login",
    "task/1",
    "https://[half/rest/",
    "/rest/api/3/task/1\t",
]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("location", ELSEWHERE)
def test_a_303_to_anywhere_else_says_nothing_of_what_was_done(
    backend: "Backend", method: str, location: str
) -> None:
    client, pool = client_over(backend, see_other(location))
    with pytest.raises(JiraEffectUnknown) as error:
        client.request(method, PATH)
    assert error.value.reason == "effect-unknown"
    assert len(pool.sent) == 1


def test_where_a_gets_303_leads_is_for_the_caller_alone(
    backend: "Backend", capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = "https://api.media.atlassian.com/file/1/binary?token=of-the-file"
    client, _ = client_over(backend, see_other(elsewhere))
    response = client.get("/rest/api/3/attachment/content/1")
    assert response.location == elsewhere
    asked = CallRequest(client_key=CLIENT_KEY, path="/rest/api/3/attachment/content/1", return_body=True)
    assert (
        "of-the-file"
        not in json.dumps(call_result(asked, response)) + repr(response) + capsys.readouterr().out
    )


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_other_redirects_are_no_success(backend: "Backend", status: int) -> None:
    client, _ = client_over(backend, (status, b"", {"Location": f"{SITE}{TASK}"}))
    with pytest.raises(JiraMoved, match=f"jira-{status}"):
        client.post(PATH, {})


def test_a_task_is_waited_for_until_it_is_complete(backend: "Backend") -> None:
    states = [{"status": "ENQUEUED"}, {"status": "RUNNING"}, {"status": "COMPLETE", "result": 5}]
    client, pool = client_over(backend, see_other(TASK), *((200, state) for state in states))
    assert client.wait_for_task(client.post(PATH, {}))["result"] == 5
    assert [sent.url for sent in pool.sent[1:]] == [f"{SITE}{TASK}"] * 3
    assert len(pool.waits) == 2


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED", "DEAD", "RUNNING"])
def test_a_task_that_does_not_come_to_its_end_is_an_error_that_says_how_it_stands(
    backend: "Backend", status: str
) -> None:
    client, pool = client_over(backend, see_other(TASK), (200, {"status": status, "message": "No."}))
    with pytest.raises(TaskNotCompleted, match=r"No\.") as error:
        client.wait_for_task(client.post(PATH, {}), seconds=8)
    assert (error.value.status, error.value.location) == (status, TASK)
    assert sum(pool.waits) <= 8


@pytest.mark.parametrize("answer", [(404, SUSPENDED), (404, UNAVAILABLE, HTML)], ids=["JSON", "HTML"])
@pytest.mark.parametrize("of_server_info", [(404, SUSPENDED), (503, {}), ConnectionResetError()], ids=str)
def test_a_site_that_answers_nothing_is_no_issue_that_is_not_there(
    backend: "Backend", answer: Any, of_server_info: Any
) -> None:
    client, pool = client_over(backend, answer, of_server_info)
    with pytest.raises(JiraSiteUnavailable) as error:
        client.app_properties.get("settings")
    assert error.value.reason == "site-unavailable"
    assert error.value.pauses_site
    assert pool.sent[1].url == f"{SITE}/rest/api/3/serverInfo"
    assert len(pool.sent) == 2


@pytest.mark.parametrize("answer", [(404, SUSPENDED), (404, UNAVAILABLE, HTML)], ids=["JSON", "HTML"])
@pytest.mark.parametrize("of_server_info", [SERVER_INFO, (401, {}), (403, {}), (429, {})], ids=str)
def test_a_404_that_the_site_itself_belies_is_final(
    backend: "Backend", answer: Any, of_server_info: Any
) -> None:
    client, _ = client_over(backend, answer, of_server_info)
    with pytest.raises(JiraNotFound) as error:
        client.get("/rest/api/3/issue/X-1")
    assert error.value.reason == "jira-404"
    assert not error.value.pauses_site


@pytest.mark.parametrize("answer", [(404, {}), (404, DEAD_LINK, HTML), (404, b"", HTML)], ids=str)
def test_every_other_404_is_final_and_nothing_else_is_asked(backend: "Backend", answer: Any) -> None:
    client, pool = client_over(backend, answer)
    with pytest.raises(JiraNotFound):
        client.get("/rest/api/3/issue/X-1")
    assert len(pool.sent) == 1


def test_a_site_that_was_renamed_is_named(backend: "Backend") -> None:
    client, pool = client_over(backend, (301, b"", {"Location": f"https://new.atlassian.net{PATH}?a=1"}))
    with pytest.raises(JiraMoved, match=r"new\.atlassian\.net") as error:
        client.post(PATH, {}, query={"a": 1})
    assert error.value.reason == "site-moved"
    assert error.value.pauses_site
    assert len(pool.sent) == 1


def test_a_site_that_was_renamed_is_called_at_its_new_address_once_installed_has_brought_it(
    backend: "Backend",
) -> None:
    moved = (301, b"", {"Location": f"https://new.atlassian.net{PATH}"})
    client, pool = client_over(backend, (200, {}), moved, (200, {"ok": True}))
    client.get("/rest/api/3/myself")
    backend.install("n" * 40, baseUrl="https://new.atlassian.net")
    assert client.post(PATH, {}).body == {"ok": True}
    assert [sent.url for sent in pool.sent[1:]] == [f"{SITE}{PATH}", f"https://new.atlassian.net{PATH}"]


REFUSALS: list[tuple[str, Any]] = [
    ("ip-not-allowed", (403, NOT_ON_THE_LIST)),
    ("xsrf-check", (403, b"XSRF check failed", HTML)),
    ("captcha", (403, {}, {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"})),
    ("blocked-by-policy", (403, {"errorMessages": ["Blocked by your admin's data security policy."]})),
    ("scope-missing", (403, {"message": "Request not in an authorized API scope"})),
]


@pytest.mark.parametrize(("reason", "answer"), REFUSALS)
def test_a_403_has_the_reason_that_jira_gives(
    backend: "Backend", reason: str, answer: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    client, _ = client_over(backend, answer)
    with pytest.raises(JiraForbidden) as error:
        client.post("/rest/api/3/issue", {})
    assert error.value.reason == reason
    assert error.value.finding is not None
    assert error.value.finding.code == reason
    assert error.value.pauses_site is (reason == "ip-not-allowed")
    assert f'"reason":"{reason}"' in capsys.readouterr().out.replace('": "', '":"')


def test_a_missing_scope_is_named(backend: "Backend") -> None:
    client, _ = client_over(backend, (403, {"message": "Request not in an authorized API scope"}))
    with pytest.raises(JiraForbidden, match=r"needs WRITE, in a Forge manifest write:jira-work"):
        client.post("/rest/api/3/issue", {})
    with pytest.raises(
        JiraForbidden, match=r"needs READ, in a Forge manifest read:jira-work or read:jira-user"
    ):
        client.post("/rest/api/3/search/jql", {})


@pytest.mark.parametrize("answer", [(403, {}), (403, {"message": "Request not in an authorized API scope"})])
def test_what_a_young_installation_may_not_do_it_may_yet_be_allowed_to(
    backend: "Backend", answer: Any
) -> None:
    client, _ = client_over(backend, answer)
    for later, may_be_granted in [(0, True), (YOUNG_SECONDS - 60, True), (YOUNG_SECONDS, False)]:
        backend.clock.now = backend.row.signed_at + later
        with pytest.raises(JiraForbidden) as error:
            client.get("/rest/api/3/myself")
        assert error.value.may_be_granted is may_be_granted


UNREADABLE = [
    b"[" * 10_000 + b"]" * 10_000,
    b"[" * 5_000 + b"]" * 5_000,
    b'{"a":' * 150 + b"1" + b"}" * 150,
    b'{"errorMessages": 1}',
    b"true",
    b"[1]",
    b"1" * 5000,
    b'{"a": NaN}',
    b'{"a": 1e999}',
    b"{",
    b"\xff\xfe\x00",
    b'{"a": "\\ud800"}',
    b'{"errors": [[[]]], "message": {"a": 1}}',
]


@pytest.mark.parametrize("body", UNREADABLE, ids=lambda body: repr(body[:12]))
@pytest.mark.parametrize("status", [200, 201, 400, 403, 404, 429, 500])
def test_a_body_that_cannot_be_read_changes_nothing_of_what_the_status_says(
    backend: "Backend", status: int, body: bytes
) -> None:
    client, pool = client_over(backend, (status, body))
    if status < 300:
        response = client.post(PATH, {})
        json.dumps(response.body, allow_nan=False)
    else:
        with pytest.raises(JiraError, match=f"jira-{status}"):
            client.post(PATH, {})
    assert len(pool.sent) == 1


def test_an_answer_that_is_too_large_is_an_error_where_it_was_to_be_read_and_done_where_it_was_to_be_made(
    backend: "Backend",
) -> None:
    large = (200, b'{"values": "' + b"x" * MAX_RESPONSE_BYTES + b'"}')
    client, pool = client_over(backend, large)
    with pytest.raises(JiraResponseUnusable, match="larger than what is taken of an answer"):
        client.get(PATH)
    with pytest.raises(JiraResponseUnusable, match="larger than what is taken of an answer"):
        list(client.search("project = DEMO"))
    created = client.post(PATH, {})
    assert (created.status, created.body) == (200, None)
    request = CallRequest(client_key=ClientKey("c"), method="POST", path=PATH, return_body=True)
    assert call_result(request, created) == {"status": 200, "bodyTooLarge": True}
    assert len(pool.sent) == 3


def test_a_body_that_is_compressed_wrongly_is_an_answer_all_the_same(backend: "Backend") -> None:
    client, pool = client_over(backend, (201, b"no gzip", {"Content-Encoding": "gzip"}))
    assert client.post(PATH, {}).body == "no gzip"
    assert len(pool.sent) == 1


@pytest.mark.parametrize(
    ("content_type", "body", "read"),
    [
        ("image/png", b"\x89PNG\r\n", b"\x89PNG\r\n"),
        ("application/octet-stream", b"text", b"text"),
        ("text/csv;charset=UTF-8", "ü".encode(), "ü"),
        ("application/xml", b"<a/>", "<a/>"),
        ("", b"as it is", "as it is"),
        ("application/problem+json", b"{}", {}),
    ],
)
def test_a_body_is_json_text_or_bytes_by_its_type(
    backend: "Backend", content_type: str, body: bytes, read: object
) -> None:
    client, _ = client_over(backend, (200, body, {"Content-Type": content_type}))
    assert client.get("/rest/api/3/attachment/content/1").body == read


def test_bytes_are_told_in_base64(backend: "Backend") -> None:
    client, _ = client_over(backend, (200, b"\x89PNG", {"Content-Type": "image/png"}))
    asked = CallRequest(client_key=CLIENT_KEY, path="/x", return_body=True)
    assert call_result(asked, client.get("/rest/x")) == {"status": 200, "bodyBase64": "iVBORw=="}


def test_headers_are_sent_besides_those_of_every_call(backend: "Backend") -> None:
    client, pool = client_over(backend, (200, {}))
    headers = {"Accept": "image/png", "X-ExperimentalApi": "opt-in"}
    client.get("/rest/x", headers=headers)
    client.put("/rest/x", {}, headers=headers)
    client.post("/rest/x", {}, headers=headers)
    client.delete("/rest/x", headers=headers)
    assert len(pool.sent) == 4
    for sent in (sent.options["headers"] for sent in pool.sent):
        assert (sent["Accept"], sent["X-ExperimentalApi"]) == ("image/png", "opt-in")
        assert sent["Authorization"].startswith("JWT ")


@pytest.mark.parametrize(
    "headers",
    [{"authorization": "JWT x"}, {"Host": "evil.example"}, {"X": "a\r\nB: c"}, {"X:": "a"}, {"": "a"}],
    ids=str,
)
def test_a_header_that_is_not_the_callers_to_give_is_refused(backend: "Backend", headers: Any) -> None:
    client, pool = client_over(backend, (200, {}))
    with pytest.raises(RequestMalformed):
        client.get("/rest/x", headers=headers)
    assert pool.sent == []


def test_a_get_with_a_body_is_refused_here_since_jira_refuses_it(backend: "Backend") -> None:
    client, pool = client_over(backend, (200, {}))
    with pytest.raises(RequestMalformed, match="403"):
        client.request("GET", "/rest/x", body={})
    assert pool.sent == []


def test_files_are_uploaded_with_the_word_that_jira_wants(backend: "Backend") -> None:
    client, pool = client_over(backend, (200, []))
    client.post("/rest/api/3/issue/X-1/attachments", Multipart((FilePart("a.png", b"\x89PNG", "image/png"),)))
    sent = pool.sent[0].options
    assert sent["headers"]["X-Atlassian-Token"] == "no-check"
    assert sent["headers"]["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n' in sent["body"]


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"null", b"", b"{}", b'"value"'])
def test_a_property_that_is_none_is_told_from_a_site_that_says_something_else(
    backend: "Backend", body: bytes
) -> None:
    client, _ = client_over(backend, (200, body))
    with pytest.raises(JiraResponseUnusable, match="GET /rest/atlassian-connect/1/addons/"):
        client.app_properties.get("settings")
    with pytest.raises(JiraResponseUnusable):
        client.app_properties.keys()


def test_a_401_of_a_captcha_and_a_503_of_a_suspended_site_stay_what_they_are(backend: "Backend") -> None:
    client, _ = client_over(backend, (401, {}, {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; x"}))
    with pytest.raises(JiraUnauthorized, match="captcha"):
        client.get("/rest/x")
    client, _ = client_over(backend, (503, SUSPENDED))
    with pytest.raises(JiraServerError, match="jira-503"):
        client.post("/rest/x", {})


def test_what_became_of_a_call_is_told_whatever_who_asked_makes_of_it(backend: "Backend") -> None:
    told: list[tuple[str, int]] = []
    silence = urllib3.exceptions.ReadTimeoutError(None, "/rest/x", "slow")  # type: ignore[arg-type]
    _, pool = client_over(backend, (201, {}), (404, {}), silence)
    http: Any = pool
    client = JiraClient(
        backend.credentials,
        CLIENT_KEY,
        http=http,
        on_outcome=lambda call, outcome: told.append((call, outcome.status)),
        clock=backend.clock,
    )
    for _ in range(3):
        with suppress(JiraError):
            client.post("/rest/x", {})
    assert told == [("POST /rest/x", 201), ("POST /rest/x", 404), ("POST /rest/x", 0)]


@pytest.mark.parametrize("status", [201, 400])
def test_who_fails_at_being_told_of_a_call_does_not_change_what_became_of_it(
    backend: "Backend", status: int
) -> None:
    def cannot_be_told(_call: str, _outcome: object) -> None:
        raise TemporarilyUnavailable("dynamodb:UpdateItem failed")

    _, pool = client_over(backend, (status, {}))
    http: Any = pool
    client = JiraClient(
        backend.credentials, CLIENT_KEY, http=http, on_outcome=cannot_be_told, clock=backend.clock
    )
    if status == 201:
        assert client.post("/rest/x", {}).status == 201
    else:
        with pytest.raises(JiraError, match="jira-400"):
            client.post("/rest/x", {})


def test_the_gateways_own_429_is_the_sites(backend: "Backend") -> None:
    seen = capture("gateway-429")
    client, _ = client_over(backend, (429, b"", seen["headers"]))
    with pytest.raises(JiraError) as error:
        client.post("/rest/x", {})
    assert error.value.cause is None
    assert error.value.nothing_was_done
    assert Cause.SCOPE_MISSING not in str(error.value)
