"""A site moves from Connect to Connect on Forge to Forge, and issues are created all the while."""

import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from connect_local.jira.tenant import Tenant
from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.descriptors import own_descriptor
from tests.e2e.forge import control, create_issue, effects, eventually, invoke, manifest, noted, row

APP_KEY: str = own_descriptor("dev")["key"]


@pytest.fixture(scope="module")
def stack() -> Iterator[LaptopStack]:
    with LaptopStack(StackOptions(port=0, jira_port=0)) as stack:
        yield stack


def test_no_data_and_no_event_is_lost_on_the_way(stack: LaptopStack) -> None:
    assert stack.jira is not None
    site = stack.jira.site
    installed = control(stack, "install", descriptorUrl=stack.descriptor_url)
    client_key = installed["clientKey"]
    by_connect = [create_issue(stack, f"Connect {number}") for number in range(3)]
    eventually(lambda: all(noted(stack, key) for key in by_connect))
    site.set_app_property(site.apps()[0].descriptor.key, "kept", {"since": "Connect"})
    before = row(stack, client_key)
    assert before is not None

    delivered = control(stack, "forge/install", manifest=manifest(stack))
    assert {answer["status"] for answer in delivered["answers"].values()} == {HTTPStatus.NO_CONTENT}
    installation = delivered["installationId"]
    joined = row(stack, installation)
    after = row(stack, client_key)
    assert joined is not None
    assert after is not None
    assert joined["tenant"]["S"] == client_key
    assert after["installationId"]["S"] == installation
    assert after["sealedSecret"] != before["sealedSecret"]

    for _ in range(2):
        stack.jira.lifecycle.rotate_secrets()  # one of them does not name it
        again = row(stack, client_key)
        assert again is not None
        assert again["installationId"]["S"] == installation

    by_both = [create_issue(stack, f"Both {number}") for number in range(3)]
    eventually(lambda: all(noted(stack, key) for key in by_both))

    upgraded = control(stack, "forge/upgrade", manifest=manifest(stack, connect=False))
    assert {answer["status"] for answer in upgraded["answers"].values()} == {HTTPStatus.NO_CONTENT}
    by_forge = [create_issue(stack, f"Forge {number}") for number in range(3)]
    eventually(lambda: all(noted(stack, key) for key in by_forge))
    last = create_issue(stack, "The last one")
    eventually(lambda: noted(stack, last))

    for key in (*by_connect, *by_both, *by_forge, last):
        assert len(effects(stack, key)) == 1, key
    doors = [[path.startswith("/ex/jira/") for path in effects(stack, key)] for key in by_connect]
    assert doors == [[False]] * 3
    assert all(path.startswith("/ex/jira/") for key in by_forge for path in effects(stack, key))
    assert {noted(stack, key)["event"] for key in (*by_connect, *by_forge)} == {"jira:issue_created"}
    kept = invoke(stack, client_key, f"/rest/atlassian-connect/1/addons/{APP_KEY}/properties/kept")
    assert kept["body"]["value"] == {"since": "Connect"}


@pytest.fixture(scope="module")
def both(stack: LaptopStack) -> Tenant:
    """A site that has the app by Connect and by Forge."""
    delivered = control(stack, "forge/install", manifest=manifest(stack), site="both")
    assert {answer["status"] for answer in delivered["answers"].values()} == {HTTPStatus.NO_CONTENT}
    assert stack.jira is not None
    return stack.jira.tenants.ensure("both")


def has_note(tenant: Tenant, key: str) -> bool:
    issue = tenant.site.issue(key)
    return issue is not None and "connect-lambda" in issue.properties


def tell_by_webhook_alone(tenant: Tenant, body: dict[str, Any], identifier: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tenant.webhooks, "_also_tell", lambda *_told: False)
        tenant.webhooks.send("jira:issue_created", body, identifier)


@pytest.mark.parametrize(
    ("number", "told_by"), [*enumerate(["cf", "fc", "ccff", "ffcc", "cfcf", "c", "f", "cc", "ff"], start=2)]
)
def test_what_is_told_of_by_both_worlds_or_by_one_or_again_is_done_once(
    stack: LaptopStack, both: Tenant, number: int, told_by: str
) -> None:
    assert stack.jira is not None
    for key, worlds in ((f"BOTH-{number}", told_by), (f"LAST-{number}", "c")):
        issue = both.site.ensure_issue(key, {})
        body = {"timestamp": int(time.time() * 1000), "issue": {"id": issue.id, "key": key}}
        for world in worlds:
            if world == "c":
                tell_by_webhook_alone(both, body, f"webhook-of-{key}")
            else:
                stack.jira.forge.observe(both, "jira:issue_created", body, None)
        eventually(lambda: has_note(both, key))  # noqa: B023
    assert len(effects(stack, f"BOTH-{number}")) == 1


def test_an_installation_that_connect_did_not_name_finds_its_site_by_the_queue(stack: LaptopStack) -> None:
    installed = control(stack, "install", descriptorUrl=stack.descriptor_url, site="acme")
    delivered = control(stack, "forge/install", manifest=manifest(stack, connect=False), site="acme")
    installation = delivered["installationId"]
    joined = eventually(
        lambda: (found := row(stack, installation)) and found["tenant"]["S"] != installation and found
    )
    assert joined["tenant"]["S"] == installed["clientKey"]
