"""Requests from Forge to the app of the doubles, signed by PyJWT."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jwt

from connect_jira.events.webhook import Webhook
from connect_jira.web.request import GatewayRequest
from tests.unit.jira.conftest import BASE_URL, FORGE_APP
from tests.unit.jwt.invocations import (
    CLOUD_ID,
    ENVIRONMENT,
    INSTALLATION,
    PAGE,
    PAGE_CONTEXT,
    TRIGGER_CONTEXT,
    USER,
    app_claim,
)

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

INSTALLED, UPGRADED = "avi:forge:installed:app", "avi:forge:upgraded:app"
UNINSTALLED, CREATED = "avi:forge:uninstalled:app", "avi:jira:created:issue"
ISSUE = {"id": "10073", "key": "SP-10", "fields": {"summary": "Of Forge"}}
APP = {
    "id": INSTALLATION.rpartition("/")[2],
    "app": {"id": FORGE_APP.rpartition("/")[2], "version": "9.0.0"},
    "environment": {"id": ENVIRONMENT.rpartition("/")[2]},
}
"""Members of every lifecycle event, by Atlassian's examples."""

OTHER_INSTALLATION = "ari:cloud:ecosystem::installation/0a3a7799-53ae-4a5b-9e7e-03338980abb5"


def system_token(name: str, expires_at: float) -> str:
    """A token that nobody verifies."""
    return jwt.encode({"exp": int(expires_at), "jti": name}, "s" * 32, algorithm="HS256")


def forge_request(
    backend: "Backend",
    path: str,
    body: object,
    *,
    token: str | None = None,
    age: int = 0,
    jti: str | None = None,
    app: dict[str, Any] | None = None,
    **claims: object,
) -> GatewayRequest:
    issued_at = int(backend.clock.now) - age
    backend.invocations += 1
    invocation = {
        "iss": "forge/invocation-token",
        "aud": FORGE_APP,
        "iat": issued_at,
        "nbf": issued_at,
        "exp": issued_at + 25,
        "jti": jti or f"jti-{backend.invocations}",
        "app": app_claim(**(app or {})),
        "context": TRIGGER_CONTEXT,
        **claims,
    }
    signed = jwt.encode(invocation, backend.keys.key, algorithm="RS256", headers={"kid": backend.keys.kid})
    headers = {"authorization": f"Bearer {signed}"} | ({"x-forge-oauth-system": token} if token else {})
    return GatewayRequest(
        method="POST",
        path=f"/forge/{path}",
        query="",
        headers=headers,
        body=json.dumps(body).encode(),
        base_url=BASE_URL,
    )


def lifecycle(backend: "Backend", event: str, **how: Any) -> GatewayRequest:
    """A lifecycle event that says its name, at the route that all of them had before."""
    said = {
        "context": f"ari:cloud:jira::site/{CLOUD_ID}",
        "permissions": {"scopes": ["read:app-system-token", "read:jira-work"]},
        "eventType": event,
        "installerAccountId": USER,
    }
    return forge_request(backend, "lifecycle", APP | said, **how)


def pre_uninstall(backend: "Backend", **how: Any) -> GatewayRequest:
    body = {"context": {"cloudId": CLOUD_ID, "moduleKey": "forge-app-leaving"}, "contextToken": "opaque"}
    return forge_request(backend, "lifecycle/pre-uninstall", body, **how)


def refresh(backend: "Backend", **how: Any) -> GatewayRequest:
    body = {"context": {"cloudId": CLOUD_ID, "moduleKey": "token-sync"}, "contextToken": "opaque"}
    return forge_request(backend, "refresh", body, **how)


def page_call(backend: "Backend", **claims: Any) -> GatewayRequest:
    """Return a page's call by `requestRemote`, to any path."""
    page = {"app": {"module": PAGE}, "principal": USER, "context": PAGE_CONTEXT}
    return replace(forge_request(backend, "", {}, **(page | claims)), path="/api/activity")


def product_event(backend: "Backend", name: str = CREATED, *, retry: int = 0, **how: Any) -> GatewayRequest:
    said = how.pop("said", {"issue": ISSUE})
    timestamp = str(int(backend.clock.now) * 1000)
    body = {"eventType": name, "atlassianId": "somebody", "timestamp": timestamp, **said}
    if retry:
        body["retryContext"] = {"retryCount": retry, "retryReason": "TIMEOUT_ERROR", "retryData": None}
    return forge_request(backend, "events", body, **how)


def event_of(backend: "Backend", request: GatewayRequest) -> Webhook:
    """Return the webhook made of an event."""
    webhook = backend.forge.event(request)
    assert isinstance(webhook, Webhook)
    return webhook
