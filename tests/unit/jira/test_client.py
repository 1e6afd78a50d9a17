"""Requests to Jira, and the handling of its responses."""

import json
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jwt
import pytest
import urllib3

from connect_jira.errors import NotInstalled
from connect_jira.jira.client import JiraClient
from connect_jira.jira.credentials import Query, site_url
from connect_jira.jira.errors import (
    JiraBadRequest,
    JiraConflict,
    JiraError,
    JiraForbidden,
    JiraGone,
    JiraMoved,
    JiraNotFound,
    JiraRateLimited,
    JiraServerError,
    JiraUnauthorized,
    JiraUnreachable,
)
from connect_jwt.canonical import query_string_hash
from connect_jwt.errors import UrlNotSignable
from connect_jwt.identity import ClientKey

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

OLD, NEW = ("o" * 40, "n" * 40)
SITE = "https://site.atlassian.net"


@dataclass
class Sent:
    method: str
    url: str
    options: dict[str, Any]

    @property
    def token(self) -> str:
        scheme, token = self.options["headers"]["Authorization"].split(" ")
        assert scheme == "JWT"
        return str(token)


@dataclass
class Pool:
    """Answers with what it was given, in order; the last answer for ever."""

    answers: list[Any]
    sent: list[Sent] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    remaining: float = 30.0

    def request(self, method: str, url: str, **options: Any) -> urllib3.HTTPResponse:
        self.sent.append(Sent(method, url, options))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, body, *headers = answer
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return urllib3.HTTPResponse(
            BytesIO(data),
            status=status,
            headers={"Content-Type": "application/json;charset=UTF-8", **(headers[0] if headers else {})},
            preload_content=False,
        )


def client_over(backend: "Backend", *answers: Any) -> tuple[JiraClient, Pool]:
    if not backend.store.rows:
        backend.install(OLD, age=20)
    pool = Pool(list(answers))

    def sleep(seconds: float) -> None:
        pool.waits.append(seconds)
        backend.clock.now += 1

    client = JiraClient(
        backend.credentials,
        backend.row.site.client_key,
        http=pool,  # type: ignore[arg-type]
        clock=backend.clock,
        sleep=sleep,
        remaining=lambda: pool.remaining,
    )
    return client, pool


def test_a_request_is_signed_as_the_app_for_the_url_that_is_sent(backend: "Backend") -> None:
    client, pool = client_over(backend, (200, {"displayName": "app"}))
    response = client.get("/rest/api/3/project/search", query={"query": "a b&c", "expand": ["lead", "url"]})
    (sent,) = pool.sent
    claims = jwt.decode(sent.token, OLD, algorithms=["HS256"], options={"verify_exp": False})
    target = urlsplit(sent.url)
    assert claims["iss"] == backend.app.app_key
    assert claims["qsh"] == query_string_hash("GET", target.path, target.query)
    assert sent.url == f"{SITE}/rest/api/3/project/search?query=a%20b%26c&expand=lead&expand=url"
    assert (response.status, response.body) == (200, {"displayName": "app"})


def test_urllib3_follows_no_redirect_repeats_nothing_and_waits_with_an_end(
    backend: "Backend",
) -> None:
    client, pool = client_over(backend, (200, {}))
    client.get("/rest/api/3/myself")
    options = pool.sent[0].options
    assert options["redirect"] is False
    assert options["retries"] is False
    assert 0 < options["timeout"].connect_timeout <= 3
    assert 0 < options["timeout"].read_timeout <= 10


@pytest.mark.parametrize(
    ("send", "method", "body"),
    [
        (lambda client: client.put("/rest/x", {"ü": 1}), "PUT", {"ü": 1}),
        (lambda client: client.post("/rest/x", [1]), "POST", [1]),
        (lambda client: client.delete("/rest/x"), "DELETE", None),
        (lambda client: client.request("patch", "/rest/x", body=False), "PATCH", False),
    ],
)
def test_bodies_are_json(backend: "Backend", send: Any, method: str, body: object) -> None:
    client, pool = client_over(backend, (200, {}))
    send(client)
    (sent,) = pool.sent
    assert sent.method == method
    if body is None:
        assert sent.options["body"] is None
        assert "Content-Type" not in sent.options["headers"]
    else:
        assert json.loads(sent.options["body"]) == body
        assert sent.options["headers"]["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, JiraMoved),
        (400, JiraBadRequest),
        (403, JiraForbidden),
        (404, JiraNotFound),
        (409, JiraConflict),
        (410, JiraGone),
        (413, JiraError),
        (429, JiraRateLimited),
        (500, JiraServerError),
        (503, JiraServerError),
    ],
)
def test_each_status_is_an_error_of_its_own_that_keeps_what_jira_said(
    backend: "Backend", status: int, kind: type[JiraError]
) -> None:
    said = {"errorMessages": ["Issue does not exist"], "errors": {"summary": "is required"}}
    client, pool = client_over(backend, (status, said, {"Retry-After": "7"}))
    with pytest.raises(JiraError, match=f"GET /rest/api/3/issue/X-1: Jira answered {status}") as error:
        client.get("/rest/api/3/issue/X-1", query={"fields": "very-private"})
    assert type(error.value) is kind
    assert error.value.status == status
    assert error.value.reason == f"jira-{status}"
    assert error.value.messages == ("Issue does not exist",)
    assert error.value.field_errors == {"summary": "is required"}
    assert error.value.headers["retry-after"] == "7"
    assert error.value.said == 'Issue does not exist {"summary": "is required"}'
    for private in ("very-private", "Issue does not exist", "is required"):
        assert private not in str(error.value), "it is logged"
    assert pool.waits == []  # not even with a Retry-After: seven seconds are not the client's to wait


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"\xff\xfe", [1, 2], {"message": "no"}])
def test_an_error_of_any_shape_is_still_jiras_error(backend: "Backend", body: object) -> None:
    client, _ = client_over(backend, (502, body))
    with pytest.raises(JiraServerError):
        client.get("/rest/api/3/myself")


@pytest.mark.parametrize(
    "failure",
    [
        urllib3.exceptions.ConnectTimeoutError("slow"),
        urllib3.exceptions.ReadTimeoutError(None, "/", "slow"),  # type: ignore[arg-type]
        urllib3.exceptions.ProtocolError("gone"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_no_answer_is_an_error_that_names_what_happened(backend: "Backend", failure: Exception) -> None:
    client, _ = client_over(backend, failure)
    with pytest.raises(JiraUnreachable, match=type(failure).__name__):
        client.get("/rest/api/3/myself")


def test_after_a_401_a_secret_that_was_rotated_meanwhile_signs_again_once(
    backend: "Backend", caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    client, pool = client_over(backend, (200, {}), (401, {}), (200, {"ok": True}))
    client.get("/rest/api/3/myself")
    backend.install(NEW)
    assert client.get("/rest/api/3/myself").body == {"ok": True}
    jwt.decode(pool.sent[2].token, NEW, algorithms=["HS256"], options={"verify_exp": False})
    assert len(pool.sent) == 3
    said = {record.message: record.__dict__["reason"] for record in caplog.records}
    assert said["Retrying a call with other credentials"] == "secret-previous"


def test_after_a_401_with_the_secret_unchanged_nothing_is_sent_again(backend: "Backend") -> None:
    client, pool = client_over(backend, (401, {"message": "Client must be authenticated"}))
    with pytest.raises(JiraUnauthorized):
        client.get("/rest/api/3/myself")
    assert len(pool.sent) == 1


def test_a_401_is_explained_in_the_error_and_counted_by_its_code(
    backend: "Backend", capsys: pytest.CaptureFixture[str]
) -> None:
    client, _ = client_over(backend, (401, {"message": "Client must be authenticated"}))
    with pytest.raises(JiraUnauthorized, match="app-not-installed") as error:
        client.get("/rest/api/3/myself", query={"expand": "very-private"})
    assert error.value.finding is not None
    assert error.value.finding.code == "app-not-installed"
    output = capsys.readouterr().out
    assert '"CallRefused":[1.0]' in output.replace(" ", "")
    assert '"reason":"app-not-installed"' in output.replace('": "', '":"')
    assert "very-private" not in output
    assert OLD not in output


def test_a_run_of_401s_with_the_secret_unchanged_is_a_secret_out_of_sync(backend: "Backend") -> None:
    client, pool = client_over(backend, (401, {}))
    codes = []
    for _ in range(4):
        with pytest.raises(JiraUnauthorized) as error:
            client.get("/rest/api/3/myself")
        codes.append(error.value.finding.code if error.value.finding else None)
    assert codes == ["app-not-installed"] * 2 + ["secret-out-of-sync"] * 2
    pool.answers = [(200, {}), (401, {})]
    client.get("/rest/api/3/myself")
    with pytest.raises(JiraUnauthorized, match="app-not-installed"):
        client.get("/rest/api/3/myself")


def test_a_403_names_the_scope_that_is_missing(backend: "Backend") -> None:
    said = {"errorMessages": ["Request not in an authorized API scope"]}
    client, _ = client_over(backend, (403, said))
    with pytest.raises(JiraForbidden, match="scope-missing"):
        client.delete("/rest/api/3/issue/X-1")


def test_a_site_that_has_uninstalled_the_app_is_not_called(backend: "Backend") -> None:
    client, pool = client_over(backend, (200, {}))
    backend.uninstall()
    with pytest.raises(NotInstalled):
        client.get("/rest/api/3/myself")
    assert pool.sent == []


def test_a_client_for_a_site_that_never_installed_the_app_cannot_call(backend: "Backend") -> None:
    client = JiraClient(backend.credentials, ClientKey("nobody"), http=Pool([]))  # type: ignore[arg-type]
    with pytest.raises(NotInstalled):
        client.get("/rest/api/3/myself")


AWAY = [
    "https://evil.example.com/rest/api/3/myself",
    "https://site.atlassian.net.evil.example.com/rest",
    "https://user@site.atlassian.net/rest",
    "https://site.atlassian.net:444/rest",
    "http://site.atlassian.net/rest",
    "//evil.example.com/rest",
    "@evil.example.com/rest",
    ".evil.example.com/rest",
    "rest/api/3/myself",
    "",
    "/rest//api",
    "/rest/./api",
    "/rest/../admin",
    "/rest/..",
    "/rest/a b",
    "/rest\n/x",
    "/rest\\x",
    "https://[site.atlassian.net/rest",
    "/rest#fragment",
]


@pytest.mark.parametrize("path", AWAY)
def test_a_path_that_leads_away_or_that_jira_refuses_is_not_signed(path: str) -> None:
    with pytest.raises(UrlNotSignable):
        site_url(SITE, path)


URLS: list[tuple[str, Query | None, str]] = [
    ("/rest/api/3/myself", None, "/rest/api/3/myself"),
    (f"{SITE}/rest/x?startAt=50&maxResults=50", None, "/rest/x?startAt=50&maxResults=50"),
    ("/rest/x?a=1", {"b": "2"}, "/rest/x?a=1&b=2"),
    ("/rest/x?jql=a+b[c]", None, "/rest/x?jql=a+b%5Bc%5D"),
    ("/rest/x", {"q": "a+b c*~'(ü"}, "/rest/x?q=a%2Bb%20c%2A~%27%28%C3%BC"),
    ("/rest/x", {"n": 5, "flag": True, "list": [1, "b"]}, "/rest/x?n=5&flag=true&list=1&list=b"),
    ("/rest/x", {"empty": ""}, "/rest/x?empty="),
    ("/rest/x?next=https://other.example.com/", None, "/rest/x?next=https://other.example.com/"),
    ("/rest/issue/ü", None, "/rest/issue/%C3%BC"),
    ("/rest/issue/a%2Fb", None, "/rest/issue/a%2Fb"),
]


@pytest.mark.parametrize(("path", "query", "expected"), URLS)
def test_the_url_is_encoded_once_and_for_all(path: str, query: Query | None, expected: str) -> None:
    url = site_url(SITE, path, query)
    assert url == f"{SITE}{expected}"
    assert urllib3.util.parse_url(url).request_uri == expected  # what urllib3 puts on the wire
