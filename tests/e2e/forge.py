"""An app on the laptop that Forge delivers, by the manifest that `connect forge manifest` would write."""

import json
import time
from collections.abc import Callable
from typing import Any

import urllib3

from connect_jira.descriptor import at_base_url, load_descriptor
from connect_tools.forge.app_ids import UNREGISTERED
from connect_tools.forge.manifest import manifest_of
from connect_tools.project import PROJECT
from tests.e2e.stacks import Stack

PATIENCE_SECONDS = 30


PAGE_ENDPOINT = {
    "key": "page",
    "remote": "connect",
    "route": {"path": "/api"},
    "auth": {"appSystemToken": {"enabled": True}, "appUserToken": {"enabled": True}},
}
"""Endpoints that an owner's own pages call by `invokeRemote`; `connect forge manifest` writes none."""


def manifest(stack: Stack, *, connect: bool = True, impersonates: bool = False) -> dict[str, Any]:
    path = str(PROJECT / "descriptor" / "atlassian-connect.json")
    descriptor = at_base_url(load_descriptor({"DESCRIPTOR_PATH": path, "STAGE": "dev"}), stack.base_url)
    document: dict[str, Any] = manifest_of(descriptor, app_id=UNREGISTERED).document
    if not connect:
        del document["connectModules"]
    document["modules"]["endpoint"].append(PAGE_ENDPOINT)
    if impersonates:
        scopes = document["permissions"]["scopes"]
        document["permissions"]["scopes"] = {scope: {"allowImpersonation": True} for scope in scopes}
    return document


def control(stack: Stack, name: str, **command: object) -> dict[str, Any]:
    assert stack.jira is not None
    answer = urllib3.request(
        "POST", f"{stack.jira.base_url}/_local/{name}", json=command, retries=False, timeout=PATIENCE_SECONDS
    )
    result: dict[str, Any] = answer.json()
    return result


def invoke_remote(stack: Stack, account_id: str, path: str, method: str = "GET") -> tuple[int, Any]:
    """Call by `invokeRemote` from a page of this user, and return the response."""
    assert stack.jira is not None
    (app,) = (app for app in stack.jira.forge.apps() if app.live)
    key = app.manifest.descriptor.key
    call = {"key": key, "accountId": account_id, "endpoint": "page", "method": method, "path": path}
    result = control(stack, "forge/invoke-remote", **call)
    return result["status"], result["body"]


def create_issue(stack: Stack, summary: str) -> str:
    assert stack.jira is not None
    tenant = stack.jira.tenants.default
    project = tenant.site.project("DEMO")
    assert project is not None
    return tenant.editor.create(project, {"summary": summary}, by=tenant.site.admin).key


def noted(stack: Stack, key: str) -> Any:
    assert stack.jira is not None
    issue = stack.jira.site.issue(key)
    return issue and issue.properties.get("connect-lambda")


def eventually(holds: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if held := holds():
            return held
        time.sleep(0.05)
    raise AssertionError("it did not come about")


def row(stack: Stack, key: str) -> dict[str, Any] | None:
    table = stack.cloud.attribute("Installations", "Ref")
    answer = stack.cloud.client("dynamodb").get_item(
        TableName=table, Key={"clientKey": {"S": key}}, ConsistentRead=True
    )
    found: dict[str, Any] | None = answer.get("Item")
    return found


def invoke(stack: Stack, client_key: str, path: str = "/rest/api/3/myself") -> dict[str, Any]:
    event = json.dumps({"clientKey": client_key, "path": path}).encode()
    result: dict[str, Any] = json.loads(stack.functions["JiraCallsFunction"].invoke(event).payload)
    return result


def effects(stack: Stack, key: str) -> list[str]:
    """The paths by which an issue's note was left."""
    assert stack.jira is not None
    return [
        call.path
        for call in stack.jira.journal.requests()
        if call.method == "PUT" and f"/issue/{key}/" in call.path and call.status in {200, 201}
    ]
