"""Acting as a user: access tokens from the laptop's authorization server, and what they are good for."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest

from connect_local.jira import LaptopJira
from connect_local.jira.entities import User
from connect_local.jira.site import ADMIN, FORMER, MEMBER
from tests.laptop.fake_app import FakeApp
from tests.laptop.jira_server import JiraServer
from tests.laptop.verbatim_http import Answer, VerbatimHttp
from tests.node import NodeFailed, NodeProcess, node_process

MYSELF = "/rest/api/3/myself"
NEW_ISSUE = {"fields": {"project": {"key": "DEMO"}, "issuetype": {"name": "Task"}, "summary": "New"}}
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT, USER = "urn:atlassian:connect:clientid:", "urn:atlassian:connect:useraccountid:"


class OAuthClient:
    """An app with ACT_AS_USER, as one site has installed it."""

    def __init__(self, jira: LaptopJira, http: VerbatimHttp, app: FakeApp, site: str = "") -> None:
        tenant = jira.tenants.ensure(site)
        app.descriptor["scopes"] = ["READ", "WRITE", "ACT_AS_USER"]
        assert tenant.lifecycle.install(app.descriptor_url).installed
        self.http, self.installed = http, app.installed
        self._audience = jira.oauth_url
        self._below = f"/sites/{site}" if site else ""

    def assertion(self, secret: str | None = None, algorithm: str = "HS256", **changed: object) -> str:
        now = int(time.time())
        claims = {
            "iss": f"{CLIENT}{self.installed['oauthClientId']}",
            "sub": f"{USER}{MEMBER.account_id}",
            "tnt": self.installed["baseUrl"],
            "aud": self._audience,
            "iat": now,
            "exp": now + 60,
        } | changed
        present = {name: value for name, value in claims.items() if value is not None}
        key = self.installed["sharedSecret"] if secret is None else secret
        return jwt.encode(present, key, algorithm=algorithm)

    def ask(self, body: str | None = None, *, path: str = "/token", **changed: str) -> Answer:
        form = {"grant_type": GRANT_TYPE, "assertion": self.assertion(), **changed}
        return self.http.send(
            "POST",
            f"/_local/oauth2{path}",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(form) if body is None else body,
        )

    def access_token(self, **changed: str) -> str:
        answer = self.ask(**changed)
        assert answer.status == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def call(self, token: str, method: str, target: str, *value: object, scheme: str = "Bearer") -> Answer:
        headers = {"Authorization": f"{scheme} {token}"}
        if value:
            return self.http.send_json(method, f"{self._below}{target}", *value, **headers)
        return self.http.send(method, f"{self._below}{target}", headers=headers)


@pytest.fixture
def client(jira: LaptopJira, jira_http: VerbatimHttp, fake_app: FakeApp) -> OAuthClient:
    return OAuthClient(jira, jira_http, fake_app)


@pytest.fixture(scope="module")
def node() -> Iterator[NodeProcess]:
    with node_process(Path(__file__).with_name("atlassian_oauth2.mjs")) as process:
        yield process


def reason_of_last_call(jira: LaptopJira) -> str | None:
    return jira.journal.requests()[-1].reason


def error_of(answer: Answer) -> tuple[int, str]:
    assert answer.json().keys() == {"error", "error_description"}
    return answer.status, answer.json()["error"]


@pytest.mark.parametrize("path", [{}, {"authorizationPath": "/token"}])
def test_atlassians_own_client_gets_a_token_that_acts_as_the_user(
    jira: LaptopJira, client: OAuthClient, node: NodeProcess, path: dict[str, str]
) -> None:
    options = {
        "hostBaseUrl": client.installed["baseUrl"],
        "oauthClientId": client.installed["oauthClientId"],
        "sharedSecret": client.installed["sharedSecret"],
        "userAccountId": MEMBER.account_id,
        "authorizationServerBaseUrl": jira.oauth_url,
        "scopes": ["read"],
        **path,
    }
    answer = node.ask("getAccessToken", options=options)
    assert (answer["expires_in"], answer["token_type"]) == (900, "Bearer")
    myself = client.call(answer["access_token"], "GET", MYSELF)
    assert (myself.status, myself.json()["accountId"]) == (200, MEMBER.account_id)
    assert reason_of_last_call(jira) is None
    with pytest.raises(NodeFailed, match="invalid_grant"):
        node.ask("getAccessToken", options={**options, "sharedSecret": "another " * 8})


def test_a_call_with_an_access_token_is_the_users(jira: LaptopJira, client: OAuthClient) -> None:
    token = client.access_token()
    assert client.call(token, "GET", MYSELF).json()["accountType"] == "atlassian"
    created = client.call(token, "POST", "/rest/api/3/issue", NEW_ISSUE).json()
    issue = jira.site.issue(created["key"])
    assert issue is not None
    assert issue.creator == MEMBER
    assert jira.journal.requests()[-1].client_key == client.installed["clientKey"]


def test_a_token_is_answered_as_oauth_has_it(client: OAuthClient) -> None:
    answer = client.ask()
    token = answer.json().pop("access_token")
    assert answer.json() == {"access_token": token, "expires_in": 900, "token_type": "Bearer"}
    assert answer.headers["cache-control"] == "no-store"
    assert "." not in token


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"iss": None}, "iss"),
        ({"iss": f"{CLIENT}somebody-else"}, "iss"),
        ({"iss": "com.example.fake-app"}, "iss"),
        ({"sub": None}, "sub"),
        ({"sub": MEMBER.account_id}, "sub"),
        ({"sub": f"{USER}5b10nobody"}, "sub"),
        ({"sub": f"urn:atlassian:connect:userkey:{MEMBER.account_id}"}, "sub"),
        ({"sub": f"{USER}{FORMER.account_id}"}, "sub"),
        ({"tnt": None}, "tnt"),
        ({"tnt": "https://another.atlassian.net"}, "tnt"),
        ({"aud": None}, "aud"),
        ({"aud": "https://oauth-2-authorization-server.services.atlassian.com"}, "aud"),
        ({"iat": None}, "iat"),
        ({"exp": None}, "exp"),
        ({"exp": int(time.time()) + 3600}, "exp"),
        ({"exp": int(time.time()) - 1}, "exp"),
        ({"exp": str(int(time.time()) + 60)}, "exp"),
        ({"secret": "another secret, which is long enough to sign with"}, "signature"),
        ({"secret": "x" * 64, "algorithm": "HS512"}, "HS256"),
        ({"secret": "", "algorithm": "none"}, "HS256"),
    ],
)
def test_an_assertion_must_be_right_in_all_its_parts(
    client: OAuthClient, changed: dict[str, Any], why: str
) -> None:
    answer = client.ask(assertion=client.assertion(**changed))
    assert error_of(answer) == (400, "invalid_grant")
    assert why in answer.json()["error_description"]


def test_an_assertion_may_look_two_minutes_ahead_and_no_more(client: OAuthClient) -> None:
    assert client.ask(assertion=client.assertion(exp=int(time.time()) + 120)).status == 200
    answer = client.ask(assertion=client.assertion(exp=int(time.time()) + 125))
    assert error_of(answer) == (400, "invalid_grant")


def test_an_app_may_not_act_as_an_app(jira: LaptopJira, client: OAuthClient) -> None:
    (app,) = jira.site.apps()
    answer = client.ask(assertion=client.assertion(sub=f"{USER}{app.app_user.account_id}"))
    assert error_of(answer) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ("", "invalid_request"),
        (f"grant_type={GRANT_TYPE}", "invalid_request"),
        ("assertion=a.b.c", "invalid_request"),
        (f"grant_type={GRANT_TYPE}&assertion=a&assertion=b", "invalid_request"),
        ("grant_type=client_credentials&assertion=a.b.c", "unsupported_grant_type"),
        (f"grant_type={GRANT_TYPE}&assertion=no-jwt", "invalid_grant"),
        (f"grant_type={GRANT_TYPE}&assertion=%FF", "invalid_grant"),
    ],
)
def test_a_request_that_is_none_is_refused(client: OAuthClient, form: str, error: str) -> None:
    assert error_of(client.ask(form)) == (400, error)


def test_only_a_form_is_taken(client: OAuthClient) -> None:
    wish = {"grant_type": GRANT_TYPE, "assertion": client.assertion()}
    answer = client.http.send_json("POST", "/_local/oauth2/token", wish)
    assert error_of(answer) == (400, "invalid_request")
    assert client.http.send("GET", "/_local/oauth2/token").status == 405


def test_an_app_without_the_scope_is_given_no_client_id_and_no_token(
    jira: LaptopJira, client: OAuthClient, fake_app: FakeApp
) -> None:
    fake_app.descriptor["scopes"] = ["READ", "WRITE"]
    jira.lifecycle.reinstall(fake_app.descriptor_url)
    assert "oauthClientId" not in fake_app.installed
    client.installed = {**client.installed, "sharedSecret": fake_app.installed["sharedSecret"]}
    assert error_of(client.ask()) == (400, "unauthorized_client")


@pytest.mark.parametrize("gone", ["uninstall", "disable"])
def test_an_app_that_is_gone_gets_no_token_and_its_tokens_are_refused(
    jira: LaptopJira, client: OAuthClient, fake_app: FakeApp, gone: str
) -> None:
    token = client.access_token()
    getattr(jira.lifecycle, gone)(fake_app.descriptor_url)
    assert error_of(client.ask()) == (400, "invalid_grant")
    assert client.call(token, "GET", MYSELF).status == 401
    assert reason_of_last_call(jira) == "app-not-installed"


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        ("READ", "GET", MYSELF, 200),
        ("READ", "POST", "/rest/api/3/issue", 403),
        ("WRITE", "GET", MYSELF, 200),
        ("READ WRITE", "POST", "/rest/api/3/issue", 201),
        ("", "POST", "/rest/api/3/issue", 201),
        ("", "DELETE", "/rest/api/3/issue/DEMO-1/properties/p", 403),
    ],
)
def test_a_token_is_limited_to_the_scopes_asked_for(
    jira: LaptopJira, client: OAuthClient, scope: str, method: str, path: str, status: int
) -> None:
    value = [NEW_ISSUE] if method == "POST" else []
    assert client.call(client.access_token(scope=scope), method, path, *value).status == status
    assert reason_of_last_call(jira) == ("scope-missing" if status == 403 else None)


@pytest.mark.parametrize("scope", ["DELETE", "READ ADMIN", "read", "READ,WRITE", "ACT_AS_USER", "NO_SUCH"])
def test_scopes_that_the_app_has_not_are_not_granted(client: OAuthClient, scope: str) -> None:
    assert error_of(client.ask(scope=scope)) == (400, "invalid_scope")


def test_a_scope_that_the_app_has_lost_is_of_no_use(
    jira: LaptopJira, client: OAuthClient, fake_app: FakeApp
) -> None:
    token = client.access_token(scope="WRITE")
    fake_app.descriptor["scopes"] = ["READ", "ACT_AS_USER"]
    jira.lifecycle.reinstall(fake_app.descriptor_url)
    assert client.call(token, "POST", "/rest/api/3/issue", NEW_ISSUE).status == 403
    assert client.call(token, "GET", MYSELF).status == 200


def test_a_token_is_good_for_its_own_site_only(
    jira: LaptopJira, jira_http: VerbatimHttp, fake_app: FakeApp, client: OAuthClient
) -> None:
    acme = OAuthClient(jira, jira_http, fake_app, "acme")
    member = jira.tenants.ensure("acme").site.people()[1]
    token = acme.access_token(assertion=acme.assertion(sub=f"{USER}{member.account_id}"))
    assert acme.call(token, "GET", MYSELF).json()["accountId"] == member.account_id
    assert client.call(token, "GET", MYSELF).status == 401
    assert reason_of_last_call(jira) == "access-token-of-another-site"


def test_each_site_answers_for_its_own_assertions_only(
    jira: LaptopJira, jira_http: VerbatimHttp, fake_app: FakeApp, client: OAuthClient
) -> None:
    acme = OAuthClient(jira, jira_http, fake_app, "acme")
    assert acme.installed["oauthClientId"] != client.installed["oauthClientId"]
    for changed in (
        {"sub": f"{USER}{MEMBER.account_id}"},
        {"tnt": jira.base_url},
        {"iss": f"{CLIENT}{client.installed['oauthClientId']}"},
    ):
        assert error_of(acme.ask(assertion=acme.assertion(**changed))) == (400, "invalid_grant")


def test_a_token_that_is_nobodys_is_refused(jira: LaptopJira, client: OAuthClient) -> None:
    answer = client.call("an-invented-token", "GET", MYSELF)
    assert (answer.status, reason_of_last_call(jira)) == (401, "access-token-unknown")
    assert jira.journal.requests()[-1].client_key is None


def test_a_token_of_somebody_who_has_left_is_refused(jira: LaptopJira, client: OAuthClient) -> None:
    token = client.access_token()
    jira.site.put_person(replace(MEMBER, active=False))
    assert client.call(token, "GET", MYSELF).status == 401
    assert reason_of_last_call(jira) == "sub-unknown"


def test_a_token_is_good_for_a_quarter_of_an_hour(
    jira_server: JiraServer, jira_http: VerbatimHttp, fake_app: FakeApp, install_key: Any
) -> None:
    ahead = [0.0]
    jira = LaptopJira(
        base_url=f"http://127.0.0.1:{jira_server.port}",
        install_key=install_key,
        clock=lambda: time.time() + ahead[0],
    )
    jira_server.site = jira.app
    client = OAuthClient(jira, jira_http, fake_app)
    token = client.access_token()
    ahead[0] = 890
    assert client.call(token, "GET", MYSELF).status == 200
    ahead[0] = 901
    assert client.call(token, "GET", MYSELF).status == 401
    assert reason_of_last_call(jira) == "access-token-expired"
    jira.close()


def test_tokens_of_one_kind_are_not_taken_for_those_of_the_other(
    jira: LaptopJira, client: OAuthClient, fake_app: FakeApp
) -> None:
    assert client.call(fake_app.token("GET", MYSELF), "GET", MYSELF).status == 401
    assert reason_of_last_call(jira) == "scheme-not-jwt"
    assert client.call(client.access_token(), "GET", MYSELF, scheme="JWT").status == 400
    assert reason_of_last_call(jira) == "token-malformed"
    assert client.call(client.assertion(), "GET", MYSELF).status == 401


def test_an_access_token_is_bound_to_no_url(client: OAuthClient) -> None:
    token = client.access_token()
    for target in (MYSELF, f"{MYSELF}?a=1", "/rest/api/3/project/recent"):
        assert client.call(token, "GET", target).status == 200
    assert client.call(token, "GET", "/rest/api/3/x/../myself").status == 400


@pytest.mark.parametrize(
    ("acting", "about", "status"),
    [(MEMBER, MEMBER, 200), (MEMBER, ADMIN, 403), (ADMIN, MEMBER, 200), (ADMIN, ADMIN, 200)],
)
def test_only_administrators_check_the_permissions_of_others(
    client: OAuthClient, acting: User, about: User, status: int
) -> None:
    token = client.access_token(assertion=client.assertion(sub=f"{USER}{acting.account_id}"))
    wish = {"accountId": about.account_id, "globalPermissions": ["ADMINISTER"]}
    answer = client.call(token, "POST", "/rest/api/3/permissions/check", wish)
    assert answer.status == status
    if status == 200:
        assert answer.json()["globalPermissions"] == (["ADMINISTER"] if about == ADMIN else [])


def test_anybody_but_apps_and_those_who_have_left_can_be_acted_as(client: OAuthClient) -> None:
    token = client.access_token(assertion=client.assertion(sub=f"{USER}{ADMIN.account_id}"))
    assert client.call(token, "GET", MYSELF).json()["accountId"] == ADMIN.account_id
