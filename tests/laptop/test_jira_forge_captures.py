"""Requests and responses of the laptop's Forge, compared with Atlassian's real ones.

The captures are no part of this repository; the folder `shared/captures` is looked for beside the checkout.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import urllib3

from connect_jwt.origins import OWN_TYPES
from connect_local.jira import LaptopJira
from connect_local.jira.forge.manifests import load_manifest
from connect_local.jira.forge.module_forms import OTHERS
from connect_local.jira.site import MEMBER
from connect_tools.project import PROJECT
from tests.laptop.forge_remote import EVENT, LIFECYCLE, Remote, claims_of, listening, manifest
from tests.unit.jira.captures import at, capture, shape_of

CONSTANTS = ["iss", "app.installation.contexts.0.name", "context.userAccess.enabled", "app.environment.type"]


@pytest.fixture
def remote() -> Iterator[Remote]:
    with listening() as remote:
        yield remote


@pytest.fixture
def forged(jira: LaptopJira, remote: Remote) -> Remote:
    document = manifest(remote)
    document["modules"]["preUninstall"] = [{"key": "leave", "endpoint": "to-leave"}]
    jira.forge.install(jira.tenants.default, load_manifest(document))
    return remote


def header_of(headers: dict[str, str]) -> dict[str, Any]:
    return jwt.get_unverified_header(headers["authorization"].partition(" ")[2])


def assert_as_captured(claims: dict[str, Any], captured: dict[str, Any]) -> None:
    assert shape_of(claims) == shape_of(captured)
    for path in CONSTANTS:
        assert at(claims, path) == at(captured, path), path
    for claim in ("iat", "nbf", "exp"):
        assert claims[claim] - claims["iat"] == captured[claim] - captured["iat"]
    assert len(claims["jti"]) == len(captured["jti"])


def test_lifecycle_tokens(jira: LaptopJira, forged: Remote) -> None:
    captured = capture("fit-lifecycle-trigger")
    jira.forge.upgrade(jira.tenants.default, load_manifest(manifest(forged)))
    jira.forge.uninstall(jira.tenants.default, "com.example.forged")
    for _, headers, _ in forged.wait_for(3):
        header, claims = header_of(headers), claims_of(jira, headers)
        assert shape_of(header) == shape_of(captured["header"])
        assert header["alg"] == captured["header"]["alg"]
        kid = r"forge/invocation-token/wf-[0-9a-f-]{36}"
        assert re.fullmatch(kid, header["kid"])
        assert re.fullmatch(kid, captured["header"]["kid"])
        assert_as_captured(claims, captured["claims"])
        assert claims["app"]["module"] == {"type": captured["claims"]["app"]["module"]["type"], "key": "life"}
        assert claims["context"]["moduleKey"] == "life"


def test_lifecycle_bodies(jira: LaptopJira, forged: Remote) -> None:
    captured = capture("forge-installed-event")
    jira.forge.uninstall(jira.tenants.default, "com.example.forged")
    bodies = [body for path, _, body in forged.wait_for(3) if path == "/life"]
    assert [body["eventType"] for body in bodies] == [LIFECYCLE[0], LIFECYCLE[-1]]
    for body in bodies:
        assert shape_of(body) == shape_of(captured)
        assert body["context"] == captured["context"].replace(captured["context"][-36:], jira.site.cloud_id)
        assert body["permissions"]["scopes"] == manifest(forged)["permissions"]["scopes"]


@pytest.mark.usefixtures("forged")
def test_page_tokens(jira: LaptopJira) -> None:
    captured = capture("fit-page")
    (app,) = jira.forge.apps()
    token = jira.forge.page_token_for(app, MEMBER.account_id)
    claims = claims_of(jira, {"authorization": f"Bearer {token}"})
    assert shape_of(header_of({"authorization": f"Bearer {token}"})) == shape_of(captured["header"])
    assert claims["context"]["extension"]["type"] == "jira:globalPage"
    for either in (claims, captured["claims"]):  # what else is there depends on the module
        either["context"]["extension"] = {"type": ""}
    assert_as_captured(claims, captured["claims"])
    for path in ("context.accountType", "context.environmentType", "context.userAccess.hasAccess"):
        assert at(claims, path) == at(captured["claims"], path), path
    assert claims["principal"] == claims["context"]["accountId"] == MEMBER.account_id
    assert claims["app"]["module"]["key"] == claims["context"]["moduleKey"]


@pytest.mark.parametrize("name", ["scheduled-trigger-body", "pre-uninstall-body"])
def test_bodies_of_schedules_and_of_pre_uninstall(jira: LaptopJira, forged: Remote, name: str) -> None:
    captured = capture(name)
    if name == "scheduled-trigger-body":
        jira.forge.hourly(jira.tenants.default)
    else:
        jira.forge.uninstall(jira.tenants.default, "com.example.forged")
    path, _, body = forged.wait_for(2)[1]
    assert shape_of(body) == shape_of(captured)
    assert body["context"] == {"cloudId": jira.site.cloud_id, "moduleKey": path.removeprefix("/")}


def test_what_was_never_captured_comes_in_each_form_by_turns(jira: LaptopJira, forged: Remote) -> None:
    """All that the token of a trigger may say of its module, so that nothing can depend on one."""
    for _ in OTHERS:
        jira.forge.hourly(jira.tenants.default)
    tenant = jira.tenants.default
    project = tenant.site.project("DEMO")
    assert project is not None
    for _ in OTHERS:
        tenant.editor.create(project, {"summary": "S"}, by=tenant.site.admin)
    received = forged.wait_for(1 + 2 * len(OTHERS))
    for path, key in (("/hour", "hour"), ("/events", "events")):
        claims = [claims_of(jira, headers) for to, headers, _ in received if to == path]
        modules = [each["app"]["module"] for each in claims]
        assert {module["type"] for module in modules} == OWN_TYPES | {"core:endpoint"}
        for module in modules:
            assert module["key"] == (f"to-{key}" if module["type"] == "core:endpoint" else key)
        assert {each["context"]["moduleKey"] for each in claims if "context" in each} == {key}
        assert [each for each in claims if "context" not in each]
        assert not any("principal" in each for each in claims)
    assert {body["eventType"] for to, _, body in received if to == "/events"} == {EVENT}


# --- the samples of events/ ------------------------------------------------------------------------------

SAMPLES = sorted((PROJECT / "events").glob("forge-*.json"))
BODIES = {
    "/forge/lifecycle/installed": "forge-installed-event",
    "/forge/lifecycle/uninstalled": "forge-installed-event",
    "/forge/lifecycle/pre-uninstall": "pre-uninstall-body",
    "/forge/refresh": "scheduled-trigger-body",
}


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_samples(file: Path) -> None:
    captured, event = capture("fit-lifecycle-trigger"), json.loads(file.read_text(encoding="utf-8"))
    token = event["headers"]["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert shape_of(jwt.get_unverified_header(token)) == shape_of(captured["header"])
    assert_as_captured(claims, captured["claims"])
    assert claims["app"]["module"]["type"] in OWN_TYPES | {"core:endpoint"}
    if event["rawPath"] in BODIES:
        assert shape_of(json.loads(event["body"])) == shape_of(capture(BODIES[event["rawPath"]]))
    assert int(event["headers"]["content-length"]) == len(event["body"].encode())


# --- what api.atlassian.com answers by itself ------------------------------------------------------------


def answer_at_the_gateway(
    jira: LaptopJira, remote: Remote, method: str, path: str
) -> urllib3.BaseHTTPResponse:
    token = remote.wait_for(1)[0][1]["x-forge-oauth-system"]
    url = f"{jira.base_url}/ex/jira/{jira.site.cloud_id}{path}"
    headers = {"Authorization": f"Bearer {token}"}
    return urllib3.request(method, url, headers=headers, json={}, retries=False)


def test_a_missing_scope_at_the_gateway(jira: LaptopJira, forged: Remote) -> None:
    captured = capture("gateway-401-missing-scope")
    answer = answer_at_the_gateway(jira, forged, "POST", "/rest/api/3/issue")
    assert (answer.status, answer.json()) == (captured["status"], captured["body"])
    for name, value in captured["headers"].items():
        assert answer.headers[name].startswith(value), name


def test_the_gateways_own_limit(jira: LaptopJira, forged: Remote) -> None:
    captured = capture("gateway-429")
    fault = f"{jira.base_url}/_local/faults"
    assert urllib3.request("POST", fault, json={"gatewayLimit": True}, retries=False).status == 200
    answer = answer_at_the_gateway(jira, forged, "GET", "/rest/api/3/myself")
    assert answer.status == captured["status"]
    for name, value in captured["headers"].items():
        assert value.startswith("<") or answer.headers[name] == value, name
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer.headers["x-ratelimit-reset"])
    assert not {"retry-after", "ratelimit-reason"} & {name.lower() for name in answer.headers}
