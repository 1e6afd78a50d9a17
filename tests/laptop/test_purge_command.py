"""`connect tenants purge` as somebody at a terminal meets it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connect_jira.aws.service import Aws
from connect_jira.installations.activity import Activity
from connect_jira.installations.installation import Installation, InstallationState, Site
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey
from connect_tools.tenants import purging
from tests.laptop.idle_stack import IdleStack

SITE = ClientKey("site-1")


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdleStack]:
    monkeypatch.setattr(purging, "IN_HAND_SECONDS", 0)
    monkeypatch.setattr("connect_tools.dlq.queue._LONG_POLL_SECONDS", 0)
    with IdleStack() as stack:
        yield stack


def keep(stack: IdleStack, state: InstallationState) -> None:
    """Let something be kept of the site."""
    dynamodb = Aws(stack.cloud.environment()).service("dynamodb")
    InstallationStore(dynamodb, table=stack.cloud.attribute("Installations", "Ref")).write(
        Installation(
            site=Site(client_key=SITE, base_url="https://one.atlassian.net"),
            state=state,
            sealed_secret=None if state is InstallationState.UNINSTALLED else b"sealed",
            signed_at=1,
            tokens_used={},
            updated_at=1,
        )
    )
    Activity(dynamodb, table=stack.cloud.attribute("Activity", "Ref")).begin(SITE)
    stack.sqs.send_message(
        QueueUrl=stack.cloud.attribute("FailedJiraCalls", "Ref"),
        MessageBody=json.dumps({"kind": "webhook", "clientKey": SITE}),
    )


def rows(stack: IdleStack, table: str) -> int:
    name = stack.cloud.attribute(table, "Ref")
    return len(stack.cloud.client("dynamodb").scan(TableName=name)["Items"])


def operator_log(stack: IdleStack) -> list[dict[str, Any]]:
    printed = stack.connect("tenants", "log", SITE, "--json")
    entries: list[dict[str, Any]] = json.loads(printed.stdout)["entries"]
    return [entry for entry in entries if entry["action"] == "tenants purge"]


def test_it_shows_what_there_is_asks_and_says_what_it_removed(stack: IdleStack) -> None:
    keep(stack, InstallationState.UNINSTALLED)
    refused = stack.connect("tenants", "purge", "one.atlassian", stdin="n\n")
    assert refused.returncode == 1
    assert "site-1 https://one.atlassian.net" in refused.stderr
    assert "deadLetters            1" in refused.stderr
    assert (rows(stack, "Installations"), operator_log(stack)) == (1, [])
    purged = stack.connect("tenants", "purge", SITE, stdin="y\n")
    assert purged.returncode == 0
    assert "installations          1  removed" in purged.stdout
    assert "queued                 0  dropped by workers until now" in purged.stdout
    assert "backups of the tables (35 days" in purged.stdout
    assert "The rest goes in 0 seconds" in purged.stderr
    assert (rows(stack, "Installations"), rows(stack, "Activity")) == (0, 0)
    begun, ended = operator_log(stack)
    assert (begun["phase"], ended["phase"]) == ("begun", "ended")
    assert "installations 1" in ended["outcome"]


def test_a_site_that_has_the_app_is_refused_unless_that_is_said(stack: IdleStack, monkeypatch: Any) -> None:
    keep(stack, InstallationState.DISABLED)
    refused = stack.connect("tenants", "purge", SITE, "--yes")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert "--although-installed" in refused.stderr
    assert rows(stack, "Installations") == 1
    monkeypatch.setattr(purging, "IN_MEMORY_SECONDS", 0)
    assert stack.connect("tenants", "purge", SITE, "--yes", "--although-installed").returncode == 0
    assert rows(stack, "Installations") == 0


def test_json_is_one_object_and_asks_nothing(stack: IdleStack) -> None:
    keep(stack, InstallationState.UNINSTALLED)
    assert stack.connect("tenants", "purge", SITE, "--json").returncode == 2
    printed = stack.connect("tenants", "purge", SITE, "--yes", "--json")
    outcome = json.loads(printed.stdout)
    assert outcome["removed"]["installations"] == 1
    assert (outcome["keys"], outcome["dropped"], outcome["cameBack"]) == ([SITE], 0, False)


def test_no_such_site_is_one_line(stack: IdleStack) -> None:
    refused = stack.connect("tenants", "purge", "nobody", "--yes")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
