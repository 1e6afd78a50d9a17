"""Users' tokens of the laptop's Forge, as an app meets them that is none of ours."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import jwt
import pytest
import urllib3

from connect_local.jira import LaptopJira
from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.forge.installations import ForgeApp
from connect_local.jira.forge.manifests import load_manifest
from connect_local.jira.forge.page_calls import PageCall
from connect_local.jira.site import ADMIN, FORMER, MEMBER
from tests.laptop.forge_remote import Remote, claims_of, listening, manifest

SCOPES = ["read:app-system-token", "read:app-user-token", "read:jira-work", "read:jira-user"]
IMPERSONATING = {
    "read:app-system-token": {},
    "read:app-user-token": {},
    "write:jira-work": {},
    "read:jira-work": {"allowImpersonation": True},
    "read:jira-user": {"allowImpersonation": True},
}
MUTATION = """
mutation forge_app($input: OfflineUserAuthTokenInput!) {
  offlineUserAuthToken(input: $input) { success errors { message } authToken { token ttl } }
}"""
PAGE = {"appSystemToken": {"enabled": True}, "appUserToken": {"enabled": True}}


@pytest.fixture
def remote() -> Iterator[Remote]:
    with listening() as remote:
        yield remote


def install(
    jira: LaptopJira, remote: Remote, *, scopes: Any = SCOPES, auth: Any = PAGE, site: str = ""
) -> ForgeApp:
    document = manifest(remote, permissions={"scopes": scopes})
    document["modules"]["endpoint"].append(
        {"key": "page", "remote": "r", "route": {"path": "/api"}, "auth": auth}
    )
    tenant = jira.tenants.ensure(site)
    jira.forge.install(tenant, load_manifest(document))
    return jira.forge.require(tenant, "com.example.forged")


def page_headers(jira: LaptopJira, remote: Remote, app: ForgeApp, account_id: str) -> dict[str, str]:
    call = PageCall(endpoint="page", method="POST", path="/work?x=1", body={"a": 1})
    assert jira.forge.invoke_remote(app, account_id, call).status == HTTPStatus.NO_CONTENT
    path, headers, body = remote.received[-1]
    assert (path, body) == ("/api/work?x=1", {"a": 1})
    return headers


def rest(app: ForgeApp, token: str, path: str, body: Any = None) -> tuple[int, Any]:
    jira_url, cloud_id = app.tenant.site.base_url.partition("/sites/")[0], app.tenant.site.cloud_id
    answer = urllib3.request(
        "GET" if body is None else "POST",
        f"{jira_url}/ex/jira/{cloud_id}/rest/api/3/{path}",
        headers={"Authorization": f"Bearer {token}"},
        **({} if body is None else {"json": body}),
        retries=False,
    )
    return answer.status, answer.json()


def ask(jira: LaptopJira, token: str, context: str, user: Any, query: str = MUTATION) -> tuple[int, Any]:
    body = {"query": query, "variables": {"input": {"contextIds": [context], "userId": user}}}
    headers = {"Authorization": f"Bearer {token}"}
    answer = urllib3.request("POST", f"{jira.base_url}/graphql", json=body, headers=headers, retries=False)
    return answer.status, answer.json()


def contexts(app: ForgeApp) -> list[str]:
    cloud_id = app.tenant.site.cloud_id
    return [f"ari:cloud:jira:{cloud_id}:workspace/{cloud_id}", f"ari:cloud:jira::site/{cloud_id}"]


def offline(jira: LaptopJira, app: ForgeApp, system: str, user: Any) -> list[dict[str, Any]]:
    """The answers to both ways to name the site."""
    answers = [ask(jira, system, context, user) for context in contexts(app)]
    assert [status for status, _ in answers] == [HTTPStatus.OK] * 2
    return [answer["data"]["offlineUserAuthToken"] for _, answer in answers]


def test_a_pages_call_brings_the_users_own_token(jira: LaptopJira, remote: Remote) -> None:
    app = install(jira, remote)
    headers = page_headers(jira, remote, app, MEMBER.account_id)
    assert claims_of(jira, headers)["principal"] == MEMBER.account_id
    token = headers["x-forge-oauth-user"]
    assert rest(app, token, "myself")[1]["accountId"] == MEMBER.account_id
    assert rest(app, headers["x-forge-oauth-system"], "myself")[1]["accountType"] == "app"
    assert jwt.decode(token, options={"verify_signature": False})["exp"]


@pytest.mark.parametrize(
    ("scopes", "auth"),
    [
        (SCOPES, {"appSystemToken": {"enabled": True}}),
        (SCOPES, {"appUserToken": {"enabled": False}}),
        (SCOPES, None),
        ([scope for scope in SCOPES if "user-token" not in scope], PAGE),
    ],
)
def test_only_where_the_manifest_asks_for_it(
    jira: LaptopJira, remote: Remote, scopes: Any, auth: Any
) -> None:
    app = install(jira, remote, scopes=scopes, auth=auth)
    assert "x-forge-oauth-user" not in page_headers(jira, remote, app, MEMBER.account_id)


def test_a_call_that_cannot_be_made_is_refused_in_a_sentence(jira: LaptopJira, remote: Remote) -> None:
    app = install(jira, remote)
    with pytest.raises(NotCarriedOut, match="no endpoint other"):
        jira.forge.invoke_remote(app, ADMIN.account_id, PageCall(endpoint="other", method="GET", path="/"))
    for somebody in (FORMER.account_id, "nobody"):
        with pytest.raises(NotCarriedOut, match="accountId"):
            jira.forge.invoke_remote(app, somebody, PageCall(endpoint="page", method="POST", path="/"))


def test_a_call_is_asked_for_by_a_control(jira: LaptopJira, remote: Remote) -> None:
    install(jira, remote)
    url = f"{jira.base_url}/_local/forge/invoke-remote"
    command = {"key": "com.example.forged", "accountId": ADMIN.account_id, "endpoint": "page"}
    answer = urllib3.request(
        "POST", url, json=command | {"method": "POST", "path": "/x", "body": {}}, retries=False
    )
    assert answer.json() == {"status": 204, "body": None}
    refused = urllib3.request("POST", url, json=command, retries=False)
    assert (refused.status, refused.json()) == (400, {"error": "method must be a text."})


def test_by_a_system_token_nobody_is_asked_about(jira: LaptopJira, remote: Remote) -> None:
    app = install(jira, remote, scopes=[*SCOPES, "write:jira-work", "manage:jira-configuration"])
    headers = page_headers(jira, remote, app, ADMIN.account_id)
    wish = {"globalPermissions": ["ADMINISTER"]}
    system, user = headers["x-forge-oauth-system"], headers["x-forge-oauth-user"]
    assert rest(app, system, "permissions/check", wish)[0] == HTTPStatus.OK
    for account_id in (ADMIN.account_id, MEMBER.account_id):
        asked = {**wish, "accountId": account_id}
        assert rest(app, system, "permissions/check", asked)[0] == HTTPStatus.FORBIDDEN
    granted = rest(app, user, "permissions/check", wish)[1]["globalPermissions"]
    assert granted == ["ADMINISTER"]
    member = page_headers(jira, remote, app, MEMBER.account_id)["x-forge-oauth-user"]
    assert rest(app, member, "permissions/check", wish)[1]["globalPermissions"] == []
    asked = {**wish, "accountId": ADMIN.account_id}
    assert rest(app, member, "permissions/check", asked)[0] == HTTPStatus.FORBIDDEN


def test_a_token_for_a_user_who_is_away_by_one_of_two_contexts(jira: LaptopJira, remote: Remote) -> None:
    """The accepted context may differ per installation."""
    right = []
    for site in ("", "acme"):
        app = install(jira, remote, scopes=IMPERSONATING, site=site)
        system = remote.received[-1][1]["x-forge-oauth-system"]
        (member,) = [user for user in app.tenant.site.people() if user.display_name == MEMBER.display_name]
        answers = offline(jira, app, system, member.account_id)
        (granted,) = [answer for answer in answers if answer["success"]]
        (refused,) = [answer for answer in answers if not answer["success"]]
        assert refused == {
            "success": False,
            "errors": [
                {"message": "Could not load permissions for app user in the provided contextIds"},
            ],
            "authToken": None,
        }
        right.append(answers.index(granted))
        token = granted["authToken"]["token"]
        assert granted["authToken"]["ttl"] == 7200
        assert rest(app, token, "myself")[1]["accountId"] == member.account_id
        assert rest(app, token, "issue", {"fields": {}})[0] == HTTPStatus.UNAUTHORIZED
        assert jira.journal.requests()[-1].reason == "scope-missing"
    assert sorted(right) == [0, 1]


@pytest.mark.parametrize("user", [FORMER.account_id, "nobody", "", None, 5])
def test_nobody_acts_as_who_is_not_there(jira: LaptopJira, remote: Remote, user: Any) -> None:
    app = install(jira, remote, scopes=IMPERSONATING)
    system = remote.received[-1][1]["x-forge-oauth-system"]
    assert not any(answer["success"] for answer in offline(jira, app, system, user))


def test_no_token_without_allow_impersonation(jira: LaptopJira, remote: Remote) -> None:
    app = install(jira, remote)
    system = remote.received[-1][1]["x-forge-oauth-system"]
    answers = offline(jira, app, system, ADMIN.account_id)
    assert not any(answer["success"] for answer in answers)
    assert any("impersonation" in json.dumps(answer["errors"]) for answer in answers)


def test_only_a_live_system_token_asks(jira: LaptopJira, remote: Remote) -> None:
    app = install(jira, remote, scopes=IMPERSONATING)
    headers = page_headers(jira, remote, app, ADMIN.account_id)
    system, user = headers["x-forge-oauth-system"], headers["x-forge-oauth-user"]
    for token in (user, "nobody's", headers["authorization"].partition(" ")[2]):
        assert ask(jira, token, contexts(app)[0], ADMIN.account_id)[0] == HTTPStatus.UNAUTHORIZED
    assert ask(jira, system, contexts(app)[0], ADMIN.account_id)[0] == HTTPStatus.OK
    jira.forge.uninstall(app.tenant, "com.example.forged")
    assert ask(jira, system, contexts(app)[0], ADMIN.account_id)[0] == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("query", ["query { me { user { name } } }", "", 5, None])
def test_another_question_is_an_error_of_graphqls(jira: LaptopJira, remote: Remote, query: Any) -> None:
    app = install(jira, remote, scopes=IMPERSONATING)
    system = remote.received[-1][1]["x-forge-oauth-system"]
    status, answer = ask(jira, system, contexts(app)[0], ADMIN.account_id, query)
    assert (status, list(answer)) == (HTTPStatus.OK, ["errors"])
