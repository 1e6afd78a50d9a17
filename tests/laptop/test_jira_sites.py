"""Several sites in one Jira: what is each one's own, and what they share."""

import threading
import time
from http import HTTPStatus
from typing import Any

import jwt
import pytest

from connect_local.jira import LaptopJira
from connect_local.jira.outbox import THREADS
from connect_local.jira.site import ADMIN
from tests.laptop.fake_app import FakeApp
from tests.laptop.verbatim_http import Answer, VerbatimHttp

MYSELF = "/rest/api/3/myself"
NEW_ISSUE = {"fields": {"project": {"key": "DEMO"}, "issuetype": {"name": "Task"}, "summary": "New"}}


class SiteCalls:
    """The app as it is installed on one site."""

    def __init__(self, http: VerbatimHttp, app: FakeApp, site: str) -> None:
        self._http, self._app, self._site = http, app, site
        self._below = f"/sites/{site}" if site else ""
        assert self.command("install").json()["installed"]
        self.installed = app.installed

    def command(self, name: str) -> Answer:
        wish = {"descriptorUrl": self._app.descriptor_url, "site": self._site}
        return self._http.send_json("POST", f"/_local/{name}", wish)

    def __call__(self, method: str, target: str, *value: object, to: str | None = None) -> Answer:
        """Call this site, or send what was signed for it `to` another path."""
        self._app.installed = self.installed
        headers = self._app.sign(method, target)
        sent_to = f"{self._below}{target}" if to is None else to
        if value:
            return self._http.send_json(method, sent_to, *value, **headers)
        return self._http.send(method, sent_to, headers=headers)


@pytest.fixture
def acme(jira_http: VerbatimHttp, fake_app: FakeApp) -> SiteCalls:
    return SiteCalls(jira_http, fake_app, "acme")


@pytest.fixture
def globex(jira_http: VerbatimHttp, fake_app: FakeApp) -> SiteCalls:
    return SiteCalls(jira_http, fake_app, "globex")


def last_call(jira_http: VerbatimHttp) -> tuple[str, int, str | None]:
    call = jira_http.send("GET", "/_local/requests").json()[-1]
    return call["site"], call["status"], call["reason"]


def test_each_site_gives_the_app_an_identity_and_a_secret_of_its_own(
    jira: LaptopJira, acme: SiteCalls, globex: SiteCalls
) -> None:
    assert acme.installed["baseUrl"] == f"{jira.base_url}/sites/acme"
    assert globex.installed["baseUrl"] == f"{jira.base_url}/sites/globex"
    for name in ("clientKey", "sharedSecret", "cloudId"):
        assert acme.installed[name] != globex.installed[name]


def test_installs_of_all_sites_are_signed_with_one_key(
    jira_http: VerbatimHttp, fake_app: FakeApp, acme: SiteCalls, globex: SiteCalls
) -> None:
    first, second = fake_app.wait_for(2, "installed")
    kid = jwt.get_unverified_header(first.token)["kid"]
    assert jwt.get_unverified_header(second.token)["kid"] == kid
    answers = [jira_http.send("GET", f"/_local/install-keys/{host}/{kid}") for host in ("first", "second")]
    (key,) = (answer.text for answer in answers if answer.status == HTTPStatus.OK)
    for received, site in ((first, acme), (second, globex)):
        claims = jwt.decode(received.token, key, algorithms=["RS256"], audience=fake_app.base_url)
        assert claims["iss"] == site.installed["clientKey"]


def test_a_call_is_signed_without_the_sites_path(jira_http: VerbatimHttp, acme: SiteCalls) -> None:
    assert acme("GET", f"{MYSELF}?a=1").status == 200
    assert last_call(jira_http) == ("acme", 200, None)
    whole_path = f"/sites/acme{MYSELF}"
    assert acme("GET", whole_path, to=whole_path).status == 401
    assert last_call(jira_http) == ("acme", 401, "qsh-context-path")


def test_the_secret_of_one_site_opens_no_other(
    jira_http: VerbatimHttp, acme: SiteCalls, globex: SiteCalls
) -> None:
    assert acme("GET", MYSELF, to=f"/sites/globex{MYSELF}").status == 401
    assert last_call(jira_http) == ("globex", 401, "secret-of-another-tenant")
    assert globex("GET", MYSELF).status == 200
    assert acme("GET", MYSELF, to=MYSELF).status == 401
    assert last_call(jira_http)[0] == ""


def test_an_app_that_is_installed_elsewhere_only_is_unknown(
    jira: LaptopJira, jira_http: VerbatimHttp, acme: SiteCalls
) -> None:
    jira.tenants.ensure("empty")
    assert acme("GET", MYSELF, to=f"/sites/empty{MYSELF}").status == 401
    assert last_call(jira_http) == ("empty", 401, "iss-unknown")


def test_each_site_has_its_own_issues_users_and_links(
    jira: LaptopJira, acme: SiteCalls, globex: SiteCalls
) -> None:
    created = acme("POST", "/rest/api/3/issue", NEW_ISSUE).json()
    assert created["self"].startswith(f"{jira.base_url}/sites/acme/rest/api/3/issue/")
    assert acme("GET", "/rest/api/3/issue/DEMO-1").status == 200
    assert globex("GET", "/rest/api/3/issue/DEMO-1").status == 404
    assert globex("POST", "/rest/api/3/issue", NEW_ISSUE).json()["key"] == "DEMO-1"
    assert jira.site.issues() == []
    people = [
        {user.account_id for user in jira.tenants.ensure(name).site.people()}
        for name in ("", "acme", "globex")
    ]
    assert ADMIN.account_id in people[0]
    assert len(set.union(*people)) == sum(map(len, people))


def test_the_state_of_a_site_is_shown_on_demand(
    jira: LaptopJira, jira_http: VerbatimHttp, acme: SiteCalls
) -> None:
    acme("POST", "/rest/api/3/issue", NEW_ISSUE)
    state = jira_http.send("GET", "/_local/state?site=acme").json()
    assert state["site"] == {"baseUrl": f"{jira.base_url}/sites/acme"}
    assert [app["clientKey"] for app in state["apps"]] == [acme.installed["clientKey"]]
    assert [issue["key"] for issue in state["issues"]] == ["DEMO-1"]
    default = jira_http.send("GET", "/_local/state").json()
    assert default == {"site": {"baseUrl": jira.base_url}, "apps": [], "issues": []}
    assert jira_http.send("GET", "/_local/state?site=").json() == default


def test_a_site_is_there_once_a_control_names_it(jira: LaptopJira, jira_http: VerbatimHttp) -> None:
    assert jira_http.send("GET", f"/sites/new{MYSELF}").status == 404
    jira_http.send("GET", "/_local/state?site=new")
    assert jira_http.send("GET", f"/sites/new{MYSELF}").status == 401
    assert jira_http.send("GET", "/_local/sites").json() == [
        {"site": "", "baseUrl": jira.base_url},
        {"site": "new", "baseUrl": f"{jira.base_url}/sites/new"},
    ]


@pytest.mark.parametrize("name", ["Acme", "a.b", "a/b", "a_b", "..", "a b", "é", "a" * 41, 5, True, ["acme"]])
def test_what_cannot_be_a_sites_name_is_refused(jira: LaptopJira, jira_http: VerbatimHttp, name: Any) -> None:
    wish = {"event": "jira:issue_created", "site": name}
    answer = jira_http.send_json("POST", "/_local/webhooks", wish)
    assert answer.status == 400
    assert answer.json()["error"].startswith("site must be ")
    assert len(jira.tenants.all()) == 1


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/sites/acme/nothing", 404),
        ("/sites/acme/_local/state", 404),
        ("/sites/", 404),
        (f"/sites/{MYSELF}", 404),
        (f"/sites{MYSELF}", 404),
        (f"/sites/acme2{MYSELF}", 404),
        (f"/sites/ACME{MYSELF}", 404),
        (f"/sites/ac%6De{MYSELF}", 404),
        (f"/sites%2Facme{MYSELF}", 404),
        (f"//sites/acme{MYSELF}", 404),
        (f"/sites/acme/../globex{MYSELF}", 404),
        (f"/sites/acme/sites/globex{MYSELF}", 404),
        (f"/sites/acme/x/..{MYSELF}", 400),
        (f"/sites/acme{MYSELF}/", 404),
    ],
)
def test_a_path_belongs_to_one_site_at_most(acme: SiteCalls, target: str, status: int) -> None:
    assert acme("GET", target.removeprefix("/sites/acme"), to=target).status == status


def test_a_site_gone_from_is_left_alone_by_the_others(acme: SiteCalls, globex: SiteCalls) -> None:
    assert acme.command("uninstall").json()["status"] == 204
    assert acme("GET", MYSELF).status == 401
    assert globex("GET", MYSELF).status == 200
    assert globex.command("reinstall").json()["clientKey"] == globex.installed["clientKey"]


def test_faults_of_a_site_meet_its_calls_only(
    jira_http: VerbatimHttp, acme: SiteCalls, globex: SiteCalls
) -> None:
    fault = {"status": 503, "count": 2, "site": "acme"}
    assert jira_http.send_json("POST", "/_local/faults", fault).json() == {"pending": 2}
    assert [globex("GET", MYSELF).status, acme("GET", MYSELF).status] == [200, 503]
    jira_http.send("DELETE", "/_local/faults")
    assert acme("GET", MYSELF).status == 200


def test_faults_of_no_site_meet_whichever_is_called(
    jira_http: VerbatimHttp, acme: SiteCalls, globex: SiteCalls
) -> None:
    jira_http.send_json("POST", "/_local/faults", {"status": 503, "count": 2})
    assert [globex("GET", MYSELF).status, acme("GET", MYSELF).status, acme("GET", MYSELF).status] == [
        503,
        503,
        200,
    ]


def test_faults_of_the_default_site_are_ordered_by_its_empty_name(
    jira_http: VerbatimHttp, acme: SiteCalls
) -> None:
    jira_http.send_json("POST", "/_local/faults", {"status": 503, "site": ""})
    assert acme("GET", MYSELF).status == 200
    assert jira_http.send("GET", MYSELF).status == 503


def test_a_secret_is_rotated_on_the_site_that_is_called(
    jira_http: VerbatimHttp, acme: SiteCalls, globex: SiteCalls
) -> None:
    jira_http.send_json("POST", "/_local/faults", {"rotateSecret": True, "site": "acme"})
    assert globex("GET", MYSELF).status == 200
    assert acme("GET", MYSELF).status == 401
    assert last_call(jira_http) == ("acme", 401, "secret-previous")


def test_webhooks_come_from_the_site_that_is_named(
    jira_http: VerbatimHttp, fake_app: FakeApp, acme: SiteCalls, globex: SiteCalls
) -> None:
    wish = {"event": "jira:issue_created", "body": {"issue": {"key": "DEMO-9"}}, "site": "acme"}
    assert jira_http.send_json("POST", "/_local/webhooks", wish).json()["status"] == 204
    (webhook,) = fake_app.wait_for(1, "issue_created")
    claims = jwt.decode(webhook.token, acme.installed["sharedSecret"], algorithms=["HS256"])
    assert claims["iss"] == acme.installed["clientKey"]
    assert webhook.body["issue"]["self"].startswith(acme.installed["baseUrl"])
    assert globex("GET", "/rest/api/3/issue/DEMO-9").status == 404


def test_one_site_sends_an_app_twenty_webhooks_at_a_time_and_waits_for_no_other(
    fake_app: FakeApp, acme: SiteCalls, globex: SiteCalls
) -> None:
    held, under_way = threading.Event(), threading.Semaphore(0)

    def hold() -> None:
        under_way.release()
        held.wait(10)

    fake_app.before_answering = hold
    for _ in range(30):
        acme("POST", "/rest/api/3/issue", NEW_ISSUE)
    for _ in range(20):
        assert under_way.acquire(timeout=10)
    assert not under_way.acquire(timeout=0.3)
    globex("POST", "/rest/api/3/issue", NEW_ISSUE)
    assert under_way.acquire(timeout=10)
    held.set()
    fake_app.wait_for(31, "issue_created")


def test_hundreds_of_sites_with_webhooks_to_send_again_take_few_threads(
    install_key: Any, jira_server: Any, fake_app: FakeApp
) -> None:
    jira = LaptopJira(
        base_url=f"http://127.0.0.1:{jira_server.port}", install_key=install_key, retry_delays=[30]
    )
    fake_app.answers["issue_created"] = [503] * 300
    before = threading.active_count()
    for number in range(300):
        tenant = jira.tenants.ensure(f"site-{number}")
        assert tenant.lifecycle.install(fake_app.descriptor_url).installed
        tenant.webhooks.issue_created(tenant.site.ensure_issue("DEMO-1", {}))
    fake_app.wait_for(300, "issue_created")
    deadline = time.monotonic() + 10
    while (held := threading.active_count() - before) > THREADS + 10 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert held <= THREADS + 10
    started = time.monotonic()
    jira.close()
    assert time.monotonic() - started < 5
