"""Calls of pages, answered in this process for a request that is proved."""

import json
from typing import Any

from connect_jira.app.api_calls import ApiCalls
from connect_jira.app.pages import Pages
from connect_jira.auth.page_context import PageContext
from connect_jira.auth.page_requests import PageRequest, SiteInstallation
from connect_jira.auth.user_permissions import UserPermissions
from connect_jira.events.app_work import AppWork
from connect_jira.jira.client import JiraClient
from connect_jira.web.request import GatewayRequest
from connect_jwt.identity import AppKey
from functions.pages.pages import pages as shipped
from tests.unit.jira.conftest import BASE_URL, CLIENT_KEY, SITE_URL, unused_storage

UNUSED: Any = None


def gateway_request(
    method: str, path: str, *, body: bytes = b"", query: str = "", **headers: str
) -> GatewayRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return GatewayRequest(method=method, path=path, query=query, headers=named, body=body, base_url=BASE_URL)


def installation(**changed: Any) -> SiteInstallation:
    usual = {
        "app_key": AppKey("com.example.app"),
        "scopes": frozenset({"READ"}),
        "client_key": CLIENT_KEY,
        "site_url": SITE_URL,
        "display_url": None,
        "state": "enabled",
        "installed_at": 1,
        "activities": UNUSED,
    }
    return SiteInstallation(**{**usual, **changed})


def proved_request(
    jira: JiraClient, *, user: str | None = "a", context: PageContext | None = None
) -> PageRequest:
    return PageRequest(
        client_key=CLIENT_KEY,
        account_id=user,
        context=context or PageContext(),
        installation=installation(),
        jira=jira,
        permissions=UserPermissions(jira, user),
        kept=unused_storage().of(CLIENT_KEY),
    )


def answered(
    call: str,
    proved: PageRequest,
    *,
    pages: Pages = shipped,
    send: list[AppWork] | None = None,
    **request: Any,
) -> tuple[int, Any]:
    """Return the status and the JSON of a call such as `GET greeting`."""
    method, path = call.split(" ")
    assert pages.find_call(method, path), call
    sent = [] if send is None else send
    answer = ApiCalls(pages, send=sent.append).answer(
        gateway_request(method, f"/api/{path}", **request), lambda _request: proved
    )
    return answer["statusCode"], json.loads(answer.get("body") or "null")
