"""Shapes recorded of the laptop's Jira and Forge: all in the file of their shapes, and no value.

Where they have changed, `WRITE_SHAPES=1 pytest tests/e2e/test_shapes.py` makes the file anew.
"""

import html
import json
import os
import re
import subprocess
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
import urllib3

from connect_local.jira.forge.module_forms import OTHERS
from connect_local.jira.site import ADMIN, MEMBER
from connect_local.laptop.stack import LaptopStack, StackOptions
from connect_tools.shapes.comparison import LAPTOPS, Kinds, by_kind, differences, laptops_kinds
from connect_tools.shapes.gathering import recorded_here
from tests.descriptors import own_descriptor
from tests.e2e.forge import control, create_issue, eventually, invoke, manifest, noted
from tests.e2e.test_commands import connect

APP: str = own_descriptor("dev")["key"]


@pytest.fixture(scope="module")
def stack() -> Iterator[LaptopStack]:
    with LaptopStack(StackOptions(port=0, jira_port=0, record=True)) as stack:
        yield stack


@pytest.fixture(scope="module")
def recorded(stack: LaptopStack) -> Kinds:
    by_connect(stack)
    by_forge(stack)
    return by_kind(recorded_here(port_of(stack)))


def port_of(stack: LaptopStack) -> int:
    return int(stack.base_url.rpartition(":")[2])


def by_connect(stack: LaptopStack) -> None:
    installed = control(stack, "install", descriptorUrl=stack.descriptor_url)
    key = create_issue(stack, "By Connect")
    eventually(lambda: noted(stack, key))
    calls(stack, installed["clientKey"], key)
    page(stack, "greeting")
    control(stack, "reinstall", descriptorUrl=stack.descriptor_url)
    control(stack, "uninstall", descriptorUrl=stack.descriptor_url)


def by_forge(stack: LaptopStack) -> None:
    assert stack.jira is not None
    forge, tenant = stack.jira.forge, stack.jira.tenants.default
    installed = control(stack, "forge/install", manifest=manifest(stack, connect=False))
    keys = [create_issue(stack, f"By Forge {number}") for number in range(len(OTHERS))]
    for _ in OTHERS:
        forge.hourly(tenant)
    eventually(lambda: all(noted(stack, key) for key in keys))
    calls(stack, installed["installationId"], keys[0])
    (app,) = forge.apps()
    for account_id in (ADMIN.account_id, MEMBER.account_id):
        token = forge.page_token_for(app, account_id)
        answer = get(f"{stack.base_url}/api/greeting", Authorization=f"Bearer {token}")
        assert answer.status == HTTPStatus.OK
    control(stack, "forge/upgrade", manifest=manifest(stack, connect=False))
    control(stack, "forge/uninstall", key=APP)


def calls(stack: LaptopStack, client_key: str, key: str) -> None:
    assert stack.jira is not None
    for path in ("/rest/api/3/myself", "/rest/api/3/project/recent", "/rest/api/3/serverInfo"):
        assert invoke(stack, client_key, path)["status"] == HTTPStatus.OK
    for path in (f"/rest/api/3/issue/{key}", "/rest/api/3/issue/NONE-1", f"/rest/api/3/issue/{key}/comment"):
        invoke(stack, client_key, path)
    for fault in ({"status": 429, "count": 2, "retryAfter": 1}, {"status": 503, "count": 3}):
        control(stack, "faults", **fault)
        invoke(stack, client_key, "/rest/api/3/myself")
        urllib3.request("DELETE", f"{stack.jira.base_url}/_local/faults", retries=False)


def page(stack: LaptopStack, module: str) -> None:
    """A page as the laptop's Jira frames it, and a call that it makes."""
    assert stack.jira is not None
    here = f"{stack.jira.base_url}/plugins/servlet/ac/{APP}/{module}"
    frame = re.search(r'<iframe[^>]* src="([^"]+)"', get(here).data.decode())
    assert frame is not None
    assert get(html.unescape(frame[1])).status == HTTPStatus.OK
    origin = {"Origin": stack.jira.base_url}
    token = urllib3.request("POST", f"{here}/token", headers=origin, retries=False).json()["token"]
    assert get(f"{stack.base_url}/api/greeting", Authorization=f"JWT {token}").status == HTTPStatus.OK


def get(url: str, **headers: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request("GET", url, headers=headers, retries=False)


def test_all_that_the_laptop_sends_is_known(recorded: Kinds) -> None:
    if os.environ.get("WRITE_SHAPES"):
        LAPTOPS.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    laptops = laptops_kinds()
    news = [
        (kind, path, form)
        for kind in recorded.keys()
        & laptops.keys()  # a 401 comes or not, as a secret was read before or after
        for path, forms in recorded[kind].items()
        for form in {*forms} - {*laptops[kind].get(path, []), "absent"}
    ]
    assert news == []


@pytest.mark.parametrize(
    "kind",
    [
        "Connect sends POST /lifecycle/installed",
        "Connect sends POST /lifecycle/uninstalled",
        "Connect sends POST /lifecycle/enabled",
        "Connect sends POST /webhooks/{…} jira:issue_created",
        "Connect sends GET /pages/{…}",
        "Connect sends GET /api/{…}",
        "Forge sends POST /forge/lifecycle/installed",
        "Forge sends POST /forge/lifecycle/upgraded",
        "Forge sends POST /forge/lifecycle/pre-uninstall",
        "Forge sends POST /forge/refresh",
        "Forge sends POST /forge/events avi:jira:created:issue",
        "Forge sends GET /api/{…}",
        "Jira answers GET /rest/api/3/myself with a JWT: 200",
        "Jira answers GET /rest/api/3/myself with an access token: 200",
        "Jira answers GET /rest/api/3/issue/{…} with a JWT: 404",
        "Jira answers PUT /rest/api/3/issue/{…}/properties/{…} with a JWT: 201",
        "Jira answers GET /rest/api/3/myself with a JWT: 429",
        "A host of install keys answers 200",
        "The host of Forge keys answers 200",
    ],
)
def test_each_kind_is_recorded(recorded: Kinds, kind: str) -> None:
    assert kind in recorded
    assert kind in laptops_kinds()


def test_the_invocation_token_is_recorded_with_its_constants(recorded: Kinds) -> None:
    event = recorded["Forge sends POST /forge/events avi:jira:created:issue"]
    assert event["token.header.alg"] == ["string = RS256"]
    assert event["token.claims.iss"] == ["string = forge/invocation-token"]
    assert {f"string = {form.module_type}" for form in OTHERS} == set(event["token.claims.app.module.type"])
    assert event["token.claims.context"] == ["absent", "object"]
    assert event["token.claims.app.installationId"] == ["string ari"]


def test_no_value_is_recorded(stack: LaptopStack, recorded: Kinds) -> None:
    assert stack.jira is not None
    text, site = json.dumps(recorded), stack.jira.site
    values = [site.cloud_id, site.base_url, ADMIN.account_id, ADMIN.display_name, MEMBER.account_id]
    for value in [*values, "DEMO", "By Forge", "By Connect", "eyJ", "localhost", "greeting", "hello-world"]:
        assert value not in text, value


def shapes(stack: LaptopStack) -> subprocess.CompletedProcess[str]:
    return connect("shapes", "--port", str(port_of(stack)))


def test_the_command_prints_them_as_one_file(stack: LaptopStack, recorded: Kinds) -> None:
    printed = shapes(stack)
    assert printed.returncode == 0, printed.stderr
    said: dict[str, Any] = json.loads(printed.stdout)
    assert said["kinds"] == recorded
    assert said["differs"] == list(differences(recorded, laptops_kinds()))


def test_off_nothing_is_recorded() -> None:
    with LaptopStack(StackOptions(port=0, jira_port=0)) as stack:
        assert control(stack, "install", descriptorUrl=stack.descriptor_url)["installed"]
        assert recorded_here(port_of(stack)) == []
        printed = shapes(stack)
    assert (printed.returncode, printed.stdout) == (1, "")
    assert "connect up --record" in printed.stderr
