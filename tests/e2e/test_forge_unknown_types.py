"""Events with the token of a module that Forge itself is not known to invoke, on a stack of their own."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import jwt
import pytest
import urllib3

from connect_local.jira.forge.installations import ForgeApp
from connect_local.jira.forge.platform import ForgePlatform
from connect_local.jira.site import MEMBER
from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.e2e.forge import control, eventually, manifest, noted
from tests.laptop.idle_stack import connect

NEW = "core:newTrigger"


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def stack(lines: list[str]) -> Iterator[LaptopStack]:
    options = StackOptions(port=0, jira_port=0, on_log=lambda _, line: lines.append(line))
    with LaptopStack(options) as stack:
        # As if the setting were made and deployed between an event and its redrive.
        stack.functions["JiraCallsFunction"].configuration.variables["EXTRA_FORGE_MODULE_TYPES"] = NEW
        control(stack, "forge/install", manifest=manifest(stack, connect=False))
        yield stack


@pytest.fixture
def forge(stack: LaptopStack) -> ForgePlatform:
    assert stack.jira is not None
    return stack.jira.forge


def token_of(forge: ForgePlatform, module_type: str, **claims: object) -> str:
    (app,) = forge.apps()
    said = jwt.decode(forge.token_for(app), options={"verify_signature": False})["app"]
    return forge.token_for(app, app=said | {"module": {"type": module_type, "key": "k"}}, **claims)


def send(stack: LaptopStack, path: str, token: str, body: object) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{stack.base_url}/forge/{path}"
    answer = urllib3.request("POST", url, json=body, headers=headers, retries=False)
    assert answer.data == b""
    return answer.status


def created(stack: LaptopStack, key: str) -> dict[str, Any]:
    assert stack.jira is not None
    issue = stack.jira.site.ensure_issue(key, {})
    return {"eventType": "avi:jira:created:issue", "issue": {"id": issue.id, "key": issue.key}}


def dlq(stack: LaptopStack, *arguments: str) -> Any:
    port = stack.base_url.rpartition(":")[2]
    return json.loads(connect("dlq", *arguments, "--port", port, "--json").stdout)


def failed(stack: LaptopStack) -> dict[str, dict[str, Any]]:
    return {message["id"]: message for message in dlq(stack, "list")["messages"]}


def test_an_event_lies_among_the_dead_letters_until_its_type_is_known(
    stack: LaptopStack, forge: ForgePlatform, lines: list[str]
) -> None:
    lines.clear()
    token = token_of(forge, NEW)
    assert send(stack, "events", token, created(stack, "DEMO-901")) == HTTPStatus.NO_CONTENT
    assert send(stack, "events", token_of(forge, "core:webtrigger"), created(stack, "DEMO-902")) == 204
    held = failed(stack)
    assert {message["reason"] for message in held.values()} == {"module-type-unknown"}
    assert {message["kind"] for message in held.values()} == {"held-event"}
    assert {message["subject"] for message in held.values()} == {"avi:jira:created:issue"}
    (line,) = eventually(lambda: [line for line in lines if "held back" in line and NEW in line])
    assert "ExtraForgeModuleTypes" in line
    assert eventually(lambda: any('"ModuleTypeUnknown"' in line for line in lines))
    assert noted(stack, "DEMO-901") is None

    dlq(stack, "redrive", *held)
    note = eventually(lambda: noted(stack, "DEMO-901"))
    assert note["event"] == "jira:issue_created"
    (again,) = eventually(lambda: failed(stack)).values()
    shown = dlq(stack, "show", again["id"])
    assert shown["body"]["proved"]["moduleType"] == "core:webtrigger"
    assert "no setting makes it so" in shown["explanation"]
    assert noted(stack, "DEMO-902") is None


@pytest.mark.parametrize("module_type", [NEW, "core:webtrigger", "core:function", "core:remote"])
@pytest.mark.parametrize("path", ["lifecycle", "refresh"])
def test_lifecycle_and_hourly_calls_are_refused(
    stack: LaptopStack, forge: ForgePlatform, module_type: str, path: str
) -> None:
    token = token_of(forge, module_type)
    assert send(stack, path, token, {"eventType": "avi:forge:uninstalled:app"}) == HTTPStatus.UNAUTHORIZED
    assert all(app.live for app in forge.apps())


@pytest.mark.parametrize("path", ["lifecycle", "refresh", "events"])
@pytest.mark.parametrize("kind", ["page", "move to another region"])
def test_pages_and_moves_are_refused_and_nothing_is_kept(
    stack: LaptopStack, forge: ForgePlatform, path: str, kind: str
) -> None:
    (app,) = forge.apps()
    is_page = kind == "page"
    token = (
        forge.page_token_for(app, MEMBER.account_id)
        if is_page
        else token_of(forge, "migration:dataResidency")
    )
    before = failed(stack)
    assert send(stack, path, token, created(stack, "DEMO-903")) == HTTPStatus.UNAUTHORIZED
    assert failed(stack) == before
    assert noted(stack, "DEMO-903") is None


@pytest.mark.parametrize("path", ["lifecycle", "refresh", "events"])
def test_what_forge_says_of_an_installation_that_jira_has_no_part_in_is_dropped(
    stack: LaptopStack, forge: ForgePlatform, lines: list[str], path: str
) -> None:
    (app,) = forge.apps()
    lines.clear()
    status = send(stack, path, _of_confluence(forge, app), {"eventType": "avi:confluence:created:page"})
    assert status == HTTPStatus.NO_CONTENT
    (line,) = eventually(lambda: [line for line in lines if "product-not-served" in line])
    assert '"level":"INFO"' in line
    assert "serves Jira alone" in line
    assert not any("RequestRefused" in line for line in lines)


def _of_confluence(forge: ForgePlatform, app: ForgeApp) -> str:
    said = jwt.decode(forge.token_for(app), options={"verify_signature": False})["app"]
    there = said["apiBaseUrl"].replace("/ex/jira/", "/ex/confluence/")
    installation = said["installation"] | {"contexts": [{"name": "confluence", "apiBaseUrl": there}]}
    return forge.token_for(app, app=said | {"apiBaseUrl": there, "installation": installation})
