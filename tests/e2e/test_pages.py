"""The pages and their calls, over HTTP."""

import json
import re
from http import HTTPStatus
from typing import Any

import pytest

from connect_local.laptop.stack import LaptopStack
from tests.e2e.forge import eventually
from tests.e2e.visitor import QUERY, Visitor

HELLO, CONNECTION = "/pages/hello-world", "/pages/connection"
CALLS = ("/api/greeting", "/api/health", "/api/recent-projects", "/api/connection")


def answer_of(response: Any) -> Any:
    assert response.status == HTTPStatus.OK, response.status
    assert response.headers["Content-Type"] == "application/json"
    return json.loads(response.data)


# --- which token where


def test_a_page_is_loaded_with_the_token_that_its_url_was_signed_with(member: Visitor) -> None:
    response = member.page(HELLO)
    assert response.status == HTTPStatus.OK
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"<title>Greeting" in response.data


def test_a_parameter_that_forge_adds_is_hashed_as_any_other(member: Visitor) -> None:
    query = f"{QUERY}&userAccess=%7B%22enabled%22%3Atrue%2C%22hasAccess%22%3Atrue%7D"
    assert member.page(HELLO, query=query).status == HTTPStatus.OK
    assert member.page(HELLO, member.page_token(HELLO), query=query).status == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("page", [HELLO, CONNECTION])
def test_cve_2021_26073_a_context_token_loads_no_page(admin: Visitor, page: str) -> None:
    response = admin.page(page, admin.context_token())
    assert (response.status, response.data) == (HTTPStatus.UNAUTHORIZED, b"")


@pytest.mark.parametrize("call", CALLS)
def test_cve_2021_26073_a_token_that_is_bound_to_a_url_makes_no_call(admin: Visitor, call: str) -> None:
    for token in (admin.page_token(call, ""), admin.page_token(HELLO)):
        response = admin.call(call, token=token)
        assert (response.status, response.data) == (HTTPStatus.UNAUTHORIZED, b"")


@pytest.mark.parametrize("path", ["installed", "uninstalled", "enabled", "disabled"])
def test_cve_2021_26074_a_context_token_is_no_lifecycle_event(admin: Visitor, path: str) -> None:
    response = admin.call(f"/lifecycle/{path}", method="POST")
    assert (response.status, response.data) == (HTTPStatus.UNAUTHORIZED, b"")


def test_cve_2021_26077_a_context_token_is_no_webhook(admin: Visitor) -> None:
    response = admin.call("/webhooks/issue_created", method="POST")
    assert (response.status, response.data) == (HTTPStatus.UNAUTHORIZED, b"")


@pytest.mark.parametrize("page", [HELLO, CONNECTION])
def test_a_token_of_one_page_loads_no_other_and_not_with_another_query(admin: Visitor, page: str) -> None:
    other = CONNECTION if page == HELLO else HELLO
    assert admin.page(page, admin.page_token(other)).status == HTTPStatus.UNAUTHORIZED
    assert admin.page(page, admin.page_token(page, QUERY + "&more=1")).status == HTTPStatus.UNAUTHORIZED


def test_a_call_takes_no_token_from_its_url(admin: Visitor) -> None:
    response = admin.get(f"/api/health?jwt={admin.context_token()}")
    assert response.status == HTTPStatus.UNAUTHORIZED


def test_an_expired_token_makes_no_call(admin: Visitor) -> None:
    assert admin.call("/api/health", token=admin.context_token(iat=1, exp=181)).status == 401


# --- who is asking


def test_the_page_that_greets_is_for_everybody_and_the_one_for_administrators_for_them_alone(
    admin: Visitor, member: Visitor, nobody: Visitor
) -> None:
    assert [who.page(HELLO).status for who in (admin, member, nobody)] == [200, 200, 200]
    assert [who.page(CONNECTION).status for who in (admin, member, nobody)] == [200, 403, 403]


@pytest.mark.parametrize(("method", "call"), [("GET", "/api/connection"), ("POST", "/api/connection-test")])
def test_the_calls_of_the_page_for_administrators_are_for_them_alone(
    admin: Visitor, member: Visitor, nobody: Visitor, method: str, call: str
) -> None:
    statuses = [who.call(call, method=method).status for who in (admin, member, nobody)]
    assert statuses == [200, 403, 403]
    assert json.loads(member.call(call, method=method).data) == {"reason": "permission-missing"}
    assert json.loads(nobody.call(call, method=method).data) == {"reason": "user-anonymous"}


def test_who_is_no_administrator_is_told_so_plainly(member: Visitor) -> None:
    response = member.page(CONNECTION)
    assert b"This page is for Jira administrators" in response.data
    assert member.installation.client_key.encode() not in response.data


def test_when_jira_cannot_be_asked_nobody_is_an_administrator(stack: LaptopStack, admin: Visitor) -> None:
    assert stack.jira is not None
    for status in (500, 401):
        stack.jira.faults.clear()
        _order(stack, status=status, count=10)
        response = admin.page(CONNECTION)
        assert response.status == HTTPStatus.SERVICE_UNAVAILABLE
        assert b"Jira does not answer" in response.data
        assert admin.call("/api/connection").status == HTTPStatus.SERVICE_UNAVAILABLE
    stack.jira.faults.clear()


# --- what is answered


def test_the_user_is_called_by_name_and_nobody_by_none(member: Visitor, nobody: Visitor) -> None:
    assert answer_of(member.call("/api/greeting")) == {"displayName": "Mia Member"}
    assert answer_of(nobody.call("/api/greeting")) == {"displayName": None}


def test_projects_that_the_user_may_not_see_are_not_shown_though_the_app_sees_them(
    admin: Visitor, member: Visitor, nobody: Visitor
) -> None:
    seen = [
        {project["key"] for project in answer_of(who.call("/api/recent-projects"))["projects"]}
        for who in (admin, member, nobody)
    ]
    assert "OPS" in seen[0]
    assert seen[1] == seen[0] - {"OPS"}
    assert seen[2] == set()


def health_after_a_call(visitor: Visitor) -> Any:
    assert visitor.call("/api/recent-projects").status == HTTPStatus.OK
    health = answer_of(visitor.call("/api/health"))
    return health if health["lastCall"]["status"] == HTTPStatus.OK else None


def test_health_tells_of_the_last_call(admin: Visitor) -> None:
    health = eventually(
        lambda: health_after_a_call(admin)
    )  # an outcome that changed is written once a second
    assert health["state"] == "enabled"
    assert health["installedAt"] > 1_700_000_000
    assert health["lastCall"]["call"].partition("?")[0] in {
        "GET /rest/api/3/user",
        "GET /rest/api/3/project/recent",
        "POST /rest/api/3/permissions/check",
        "GET /rest/api/3/myself",
    }


def test_a_refused_webhook_is_told_of_with_its_diagnosis(admin: Visitor) -> None:
    forged = admin.token(secret="somebody else's idea of the secret", qsh="x")
    assert admin.request("POST", "/lifecycle/enabled", authorization=f"JWT {forged}").status == 401
    refusals = answer_of(admin.call("/api/connection"))["refusals"]
    (refusal,) = [refusal for refusal in refusals if refusal["code"] == "secret-mismatch"]
    assert (refusal["request"], refusal["status"], refusal["byJira"]) == (
        "POST /lifecycle/enabled",
        401,
        False,
    )
    assert refusal["why"]
    assert refusal["fix"]


def test_a_site_that_says_that_it_has_the_app_has_its_refusals_remembered_from_then_on(
    stack: LaptopStack, admin: Visitor
) -> None:
    assert stack.jira is not None
    key = {"clientKey": {"S": admin.installation.client_key}}
    table, dynamodb = stack.cloud.attribute("Activity", "Ref"), stack.cloud.client("dynamodb")
    dynamodb.delete_item(TableName=table, Key=key)
    body = {
        "key": admin.installation.descriptor.key,
        "clientKey": admin.installation.client_key,
        "baseUrl": stack.jira.base_url,
        "eventType": "enabled",
    }
    path = "/lifecycle/enabled"
    headers = {"Authorization": f"JWT {admin.page_token(path, '', method='POST')}"}
    response = admin.http.request(
        "POST", f"{admin.base_url}{path}", json=body, headers=headers, retries=False
    )
    assert response.status == HTTPStatus.NO_CONTENT
    assert "Item" in dynamodb.get_item(TableName=table, Key=key)


def test_the_page_for_administrators_knows_the_installation_but_no_secret(admin: Visitor) -> None:
    response = admin.call("/api/connection")
    found = answer_of(response)
    assert found["installation"]["clientKey"] == admin.installation.client_key
    assert found["scopes"] == ["READ", "WRITE"]
    assert admin.installation.shared_secret.reveal().encode() not in response.data
    assert set(found["installation"]) == {"appKey", "clientKey", "siteUrl", "state", "installedAt"}


def test_a_test_of_the_connection_that_succeeds_says_as_whom(stack: LaptopStack, admin: Visitor) -> None:
    assert stack.jira is not None
    outcome = answer_of(admin.call("/api/connection-test", method="POST"))
    assert (outcome["accepted"], outcome["status"], outcome["call"]) == (True, 200, "GET /rest/api/3/myself")
    assert outcome["issuer"] == admin.installation.descriptor.key
    last = stack.jira.journal.requests()[-1]
    assert (last.path, last.status) == ("/rest/api/3/myself", 200)


def test_a_call_that_jira_fails_is_answered_502_with_a_reason(stack: LaptopStack, admin: Visitor) -> None:
    assert stack.jira is not None
    _order(stack, status=500, count=10)
    response = admin.call("/api/recent-projects")
    stack.jira.faults.clear()
    assert response.status == HTTPStatus.BAD_GATEWAY
    assert json.loads(response.data) == {"reason": "jira-500"}


# --- how it is answered


def test_a_page_may_be_framed_by_its_own_site_and_by_nobody_else(stack: LaptopStack, admin: Visitor) -> None:
    assert stack.jira is not None
    headers = admin.page(HELLO).headers
    policy = dict(directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; "))
    assert policy["frame-ancestors"] == stack.jira.base_url
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in headers


def test_a_page_holds_no_token_and_no_inline_script_or_style(admin: Visitor) -> None:
    token = admin.page_token(HELLO)
    html = admin.page(HELLO, token).data.decode()
    assert token not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=", html)


def test_what_a_page_is_made_of_is_kept_for_a_year_under_a_name_of_its_own(admin: Visitor) -> None:
    names = re.findall(r'"\.\./(static/[\w.-]+)"', admin.page(HELLO).data.decode())
    assert len(names) == 4
    for name in names:
        response = admin.get(f"/{name}")
        assert response.status == HTTPStatus.OK
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert re.fullmatch(r"static/[\w-]+\.[0-9a-f]{16}\.(css|js)", name)
        compressed = admin.get(f"/{name}", accept_encoding="gzip")
        assert compressed.headers["Content-Encoding"] == "gzip"
        assert compressed.data == response.data


def test_scripts_import_one_another_by_the_names_that_are_served(admin: Visitor) -> None:
    (script,) = re.findall(r'"\.\./(static/hello-world[\w.-]+)"', admin.page(HELLO).data.decode())
    imported = re.findall(r'from "\./([\w.-]+)"', admin.get(f"/{script}").data.decode())
    assert len(imported) == 2
    for name in imported:
        assert admin.get(f"/static/{name}").status == HTTPStatus.OK


@pytest.mark.parametrize(
    "path", ["/static/none.css", "/static/..%2fapp.py", "/static/", "/nothing", "/api/x"]
)
def test_what_is_not_there_is_not_found(admin: Visitor, path: str) -> None:
    response = admin.get(path)
    assert (response.status, response.data) == (HTTPStatus.NOT_FOUND, b"")


def test_no_token_is_ever_logged(admin: Visitor, logs: list[str]) -> None:
    good, forged = admin.page_token(HELLO), admin.token(secret="f" * 40, qsh="x")
    admin.page(HELLO, good)
    admin.page(HELLO, forged)
    admin.call("/api/health", token=forged)
    text = "\n".join(logs)
    assert "Request refused" in text
    for token in (good, forged):
        assert token not in text
        assert token.rpartition(".")[2] not in text


def _order(stack: LaptopStack, **fault: Any) -> None:
    assert stack.jira is not None
    stack.jira.faults.order(fault)
