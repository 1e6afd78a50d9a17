"""The laptop's Jira to click on, as far as it can be seen without a browser."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import atlassian_jwt
import jwt
import pytest

from connect_local.jira import LaptopJira
from connect_local.jira.entities import User
from connect_local.jira.site import ADMIN, FORMER, MEMBER
from tests.laptop.fake_app import FakeApp
from tests.laptop.jira_server import JiraServer
from tests.laptop.verbatim_http import Answer, VerbatimHttp

PAGES = ["/", "/sites", "/apps", "/calls", "/calls?of=all", "/faults", "/issues/new", "/browse/DEMO"]
MODULES = {
    "generalPages": [{"key": "main", "name": {"value": "Main"}, "url": "/main?view=a%20b"}],
    "adminPages": [{"key": "settings", "name": {"value": "Settings"}, "url": "/settings"}],
}
MAIN, SETTINGS = (f"/plugins/servlet/ac/com.example.fake-app/{key}" for key in ("main", "settings"))


class Verifier(atlassian_jwt.Authenticator):  # type: ignore[misc]  # the package has no types
    """Atlassian's own, for one app."""

    def __init__(self, app: FakeApp) -> None:
        super().__init__(leeway=0)
        self._installed = app.installed

    def get_shared_secret(self, client_key: str) -> Any:
        assert client_key == self._installed["clientKey"]
        return self._installed["sharedSecret"]


@pytest.fixture
def paged_app(jira: LaptopJira, fake_app: FakeApp) -> FakeApp:
    fake_app.descriptor["modules"] |= MODULES
    assert jira.lifecycle.install(fake_app.descriptor_url).installed
    return fake_app


def get(http: VerbatimHttp, path: str, **headers: str) -> Answer:
    return http.send("GET", path, headers={"Accept": "text/html", **headers})


def post(http: VerbatimHttp, path: str, fields: dict[str, str], **headers: str) -> Answer:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html", **headers}
    return http.send("POST", path, headers=headers, body=urlencode(fields))


def be(account_id: str) -> str:
    return f"laptop-jira-person={account_id}"


def frame_url(answer: Answer) -> str:
    match = re.search(r'<iframe [^>]*src="([^"]+)"', answer.text)
    assert match
    return unescape(match[1])


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("site", ["", "/sites/acme"])
def test_every_page_may_be_framed_by_nobody_and_loads_from_nowhere_else(
    jira: LaptopJira, jira_http: VerbatimHttp, path: str, site: str
) -> None:
    jira.tenants.ensure("acme")
    answer = get(jira_http, f"{site}{path}")
    assert answer.status == 200
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["frame-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path", [*PAGES, "/_local/state", "/_local/requests", "/_local/forge/apps", "/_local/doctor/"]
)
@pytest.mark.parametrize(
    "host", ["rebound.example", "rebound.example:2990", "localhost.rebound.example", "", "["]
)
def test_pages_and_controls_are_there_under_this_machines_names_only(
    jira_http: VerbatimHttp, path: str, host: str
) -> None:
    answer = get(jira_http, path, Host=host)
    assert answer.status == 403
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:2990", "LOCALHOST"])
def test_the_port_does_not_matter(jira_http: VerbatimHttp, host: str) -> None:
    assert get(jira_http, "/", Host=host).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/issues/new", "/_local/faults", "/_local/forge/install", "/_local/doctor/answer"]
)
def test_another_website_changes_nothing(
    jira: LaptopJira, jira_http: VerbatimHttp, path: str, headers: dict[str, str]
) -> None:
    body = '{"status": 503}' if path.startswith("/_local") else "project=DEMO&type=Task&summary=Theirs"
    assert jira_http.send("POST", path, headers=headers, body=body).status == 403
    assert jira.site.issues() == []
    assert jira.faults.pending() == 0


@pytest.mark.parametrize("body", ["", "{", "[]", '{"nonsense": 1}', '{"pasted": 7}'])
def test_the_doctor_says_how_it_is_asked(jira_http: VerbatimHttp, body: str) -> None:
    answer = jira_http.send("POST", "/_local/doctor/answer", body=body)
    assert (answer.status, list(answer.json())) == (400, ["error"])


def test_a_form_of_its_own_changes_something(jira: LaptopJira, jira_http: VerbatimHttp) -> None:
    fields = {
        "project": "DEMO",
        "type": "Bug",
        "summary": "Ours",
        "description": "One\r\nTwo",
        "assignee": "",
    }
    answer = post(jira_http, "/issues/new", fields, Origin=jira.base_url, **{"Sec-Fetch-Site": "same-origin"})
    assert answer.status == 303
    assert answer.headers["location"].startswith("/browse/DEMO-1?notice=")
    assert "DEMO-1 is created." in get(jira_http, answer.headers["location"]).text
    (issue,) = jira.site.issues()
    assert issue.creator == ADMIN
    assert [part["content"][0]["text"] for part in issue.fields["description"]["content"]] == ["One", "Two"]


def test_faults_of_the_app_that_jira_does_not_notice_are_among_the_apps(jira_server: JiraServer) -> None:
    faults = ["a webhook without a <reaction>"]
    jira = LaptopJira(base_url=f"http://localhost:{jira_server.port}", app_faults=lambda: faults)
    jira_server.site = jira.app
    http = VerbatimHttp(jira_server.port)
    assert "a webhook without a &lt;reaction&gt;" in get(http, "/apps").text
    faults.clear()
    assert "does not fit together" not in get(http, "/apps").text
    jira.close()


def test_what_is_on_a_page_is_escaped(jira: LaptopJira, jira_http: VerbatimHttp) -> None:
    evil = "<script>alert(1)</script>"
    jira.site.ensure_issue(
        "DEMO-1", {"summary": evil, "description": evil, "assignee": "odd", "issuetype": 3}
    )
    for path in ("/", "/browse/DEMO-1", "/browse/DEMO-1/edit", "/browse/DEMO"):
        answer = get(jira_http, path)
        assert answer.status == 200
        assert evil not in answer.text
        assert "alert(1)" in answer.text


def test_a_form_that_makes_no_sense_is_shown_again_with_what_is_wrong(
    jira: LaptopJira, jira_http: VerbatimHttp
) -> None:
    answer = post(jira_http, "/issues/new", {"project": "NONE", "type": "Wish", "summary": ""})
    assert answer.status == 400
    for name in ("project", "issuetype", "summary"):
        assert f'id="{name}-error"' in answer.text
    assert jira.site.issues() == []


def test_only_what_has_changed_is_told(jira: LaptopJira, jira_http: VerbatimHttp, fake_app: FakeApp) -> None:
    fake_app.descriptor["modules"]["webhooks"] = [{"event": "jira:issue_updated", "url": "/webhooks/updated"}]
    assert jira.lifecycle.install(fake_app.descriptor_url).installed
    description = {"type": "doc", "version": 1, "content": [{"type": "rule"}, {"type": "paragraph"}]}
    jira.site.ensure_issue("DEMO-1", {"summary": "Old", "description": description})
    fields = {"type": "Task", "summary": "New", "description": "\r\n", "assignee": MEMBER.account_id}
    assert post(jira_http, "/browse/DEMO-1/edit", fields).status == 303
    (told,) = fake_app.wait_for(1, "updated")
    items = {item["field"]: item["toString"] for item in told.body["changelog"]["items"]}
    assert items == {"summary": "New", "assignee": MEMBER.display_name}
    again = post(jira_http, "/browse/DEMO-1/edit", fields)
    assert "Nobody is told" in get(jira_http, again.headers["location"]).text
    assert jira.site.issues()[0].fields["description"] == description


@pytest.mark.parametrize("path", [MAIN, SETTINGS])
@pytest.mark.parametrize("person", [ADMIN, MEMBER])
def test_an_apps_page_is_framed_with_a_token_for_this_url_and_this_person(
    jira: LaptopJira, jira_http: VerbatimHttp, paged_app: FakeApp, path: str, person: User
) -> None:
    answer = get(jira_http, path, Cookie=be(person.account_id))
    url = urlsplit(frame_url(answer))
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    assert query["xdm_e"] == jira.base_url
    assert query["cp"] == ""
    assert f"frame-src {paged_app.base_url}" in answer.headers["content-security-policy"]

    client_key, claims = Verifier(paged_app).authenticate("GET", f"{url.path}?{url.query}")
    assert (client_key, claims["sub"]) == (paged_app.installed["clientKey"], person.account_id)


def test_below_a_site_the_context_path_is_told(
    jira: LaptopJira, jira_http: VerbatimHttp, fake_app: FakeApp
) -> None:
    fake_app.descriptor["modules"] |= MODULES
    assert jira.tenants.ensure("acme").lifecycle.install(fake_app.descriptor_url).installed
    query = dict(parse_qsl(urlsplit(frame_url(get(jira_http, f"/sites/acme{MAIN}"))).query))
    assert (query["xdm_e"], query["cp"]) == (jira.base_url, "/sites/acme")


def test_a_context_token_is_for_who_looks_and_can_be_made_to_have_expired(
    jira_http: VerbatimHttp, paged_app: FakeApp
) -> None:
    secret = paged_app.installed["sharedSecret"]
    cookie = {"Cookie": be(MEMBER.account_id)}
    token = post(jira_http, f"{MAIN}/token", {}, **cookie).json()["token"]
    claims = jwt.decode(token, secret, algorithms=["HS256"])
    assert (claims["sub"], claims["qsh"]) == (MEMBER.account_id, "context-qsh")
    assert claims["iss"] == paged_app.installed["clientKey"]
    assert post(jira_http, f"{MAIN}/expire-next-token", {}).status == 303
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(post(jira_http, f"{MAIN}/token", {}).json()["token"], secret, algorithms=["HS256"])
    jwt.decode(post(jira_http, f"{MAIN}/token", {}).json()["token"], secret, algorithms=["HS256"])


@pytest.mark.parametrize("path", [MAIN, "/plugins/servlet/ac/com.example.fake-app/none"])
def test_a_page_of_no_enabled_app_is_not_there(
    jira: LaptopJira, jira_http: VerbatimHttp, paged_app: FakeApp, path: str
) -> None:
    jira.lifecycle.disable(paged_app.descriptor_url)
    assert get(jira_http, path).status == 404
    assert post(jira_http, f"{path}/token", {}).status == 404


@pytest.mark.parametrize("stranger", ["nobody", FORMER.account_id, ""])
def test_who_is_nobody_here_is_the_administrator(jira_http: VerbatimHttp, stranger: str) -> None:
    assert ADMIN.display_name in get(jira_http, "/", Cookie=be(stranger)).text
    assert "set-cookie" not in post(jira_http, "/preferences/person", {"accountId": stranger}).headers


def test_a_member_manages_no_apps(jira: LaptopJira, jira_http: VerbatimHttp, fake_app: FakeApp) -> None:
    wish = {"descriptorUrl": fake_app.descriptor_url}
    assert post(jira_http, "/apps/install", wish, Cookie=be(MEMBER.account_id)).status == 403
    assert jira.site.apps() == []
    assert post(jira_http, "/apps/install", wish).status == 303
    assert [app.enabled for app in jira.site.apps()] == [True]


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", ""]
)
def test_a_choice_leads_nowhere_else(jira_http: VerbatimHttp, back: str) -> None:
    answer = post(jira_http, "/preferences/theme", {"theme": "dark", "back": back})
    assert answer.headers["location"] == "/"
    assert "laptop-jira-theme=dark" in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/nothing", "/sites/none/", "/browse/NONE-1"])
def test_what_is_not_there_is_said_in_a_sentence(jira_http: VerbatimHttp, path: str) -> None:
    answer = get(jira_http, path)
    assert answer.status == 404
    assert re.search(r"<p>There is no [^<]+\.</p>", answer.text)
