"""A site moves from Connect to Connect on Forge to Forge, and issues are created all the while."""

import time
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from connect_jira.forge.installation import OVERLAP_SECONDS
from connect_local.stack import LaptopStack, StackOptions
from tests.e2e.forge import control, create_issue, effects, eventually, invoke, manifest, noted, row

APP_KEY = "com.example.connect-lambda-dev"


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

    at_the_switch = [create_issue(stack, f"At the switch {number}") for number in range(3)]
    eventually(lambda: all(noted(stack, key) for key in at_the_switch))
    time.sleep(OVERLAP_SECONDS + 1)
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
    assert all(len(effects(stack, key)) in {1, 2} for key in at_the_switch)
    doors = [[path.startswith("/ex/jira/") for path in effects(stack, key)] for key in by_connect]
    assert doors == [[False]] * 3
    assert all(path.startswith("/ex/jira/") for key in by_forge for path in effects(stack, key))
    assert {noted(stack, key)["event"] for key in (*by_connect, *by_forge)} == {"jira:issue_created"}
    kept = invoke(stack, client_key, f"/rest/atlassian-connect/1/addons/{APP_KEY}/properties/kept")
    assert kept["body"]["value"] == {"since": "Connect"}


def test_an_installation_that_connect_did_not_name_finds_its_site_by_the_queue(stack: LaptopStack) -> None:
    installed = control(stack, "install", descriptorUrl=stack.descriptor_url, site="acme")
    delivered = control(stack, "forge/install", manifest=manifest(stack, connect=False), site="acme")
    installation = delivered["installationId"]
    joined = eventually(
        lambda: (found := row(stack, installation)) and found["tenant"]["S"] != installation and found
    )
    assert joined["tenant"]["S"] == installed["clientKey"]
