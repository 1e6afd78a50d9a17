"""`connect call`, `dlq` and `tenants`, with `--stack`, as an operator types them."""

import json
import subprocess
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from connect_tools.project import PROJECT
from tests.e2e.watching import eventually
from tests.rehearsal.emulator import MiniStack
from tests.rehearsal.rehearsed_stack import RehearsedStack

ISSUE, LATER = "DEMO-50", "DEMO-51"
SECONDS = 60


class Operator:
    """Somebody with credentials for the account, and the client key of a site."""

    def __init__(self, ministack: MiniStack, stack: RehearsedStack) -> None:
        self._environment, self._stack = ministack.environment, stack.name
        self.client_key = str(stack.install(stack.jira.tenants.default).client_key)

    def types(self, *words: str) -> Any:
        """A command with `--json`; what it prints."""
        ran = self.runs(*words, "--json")
        assert ran.stderr == ""
        return json.loads(ran.stdout)

    def runs(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command that succeeds."""
        ran = subprocess.run(
            [PROJECT / ".venv" / "bin" / "connect", *words, "--stack", self._stack],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran


@pytest.fixture(scope="module")
def operator(ministack: MiniStack, stack: RehearsedStack) -> Operator:
    return Operator(ministack, stack)


def property_of(issue: str) -> str:
    return f"/rest/api/3/issue/{issue}/properties/rehearsed"


def kept_on(stack: RehearsedStack, key: str) -> Any:
    issue = stack.jira.site.issue(key)
    return issue and issue.properties.get("rehearsed")


def test_a_call_is_made_while_you_wait(operator: Operator) -> None:
    answer = operator.types(
        "call", "GET", "/rest/api/3/myself", "--client-key", operator.client_key, "--wait"
    )
    assert answer["status"] == HTTPStatus.OK
    assert answer["body"]["accountType"] == "app"


def test_a_call_goes_by_the_bus_and_the_queue(stack: RehearsedStack, operator: Operator) -> None:
    stack.jira.site.ensure_issue(ISSUE, {})
    call = ("call", "PUT", property_of(ISSUE), "--client-key", operator.client_key)
    assert operator.types(*call, "--data", '{"by": "an operator"}')["idempotencyKey"]
    assert eventually(lambda: kept_on(stack, ISSUE), seconds=SECONDS) == {"by": "an operator"}


def test_what_has_failed_for_good_is_listed_and_done_when_its_cause_is_gone(
    stack: RehearsedStack, operator: Operator
) -> None:
    call = ("call", "PUT", property_of(LATER), "--client-key", operator.client_key)
    operator.types(*call, "--data", '{"by": "the second try"}')
    assert eventually(lambda: operator.types("dlq", "list")["messages"], seconds=SECONDS)
    (failed,) = operator.types("dlq", "list")["messages"]
    assert failed["reason"] == "jira-404"
    assert kept_on(stack, LATER) is None
    stack.jira.site.ensure_issue(LATER, {})
    operator.types("dlq", "redrive", "--all")
    assert eventually(lambda: kept_on(stack, LATER), seconds=SECONDS) == {"by": "the second try"}
    assert operator.types("dlq", "list")["messages"] == []


def test_the_sites_are_listed_shown_and_can_be_called(operator: Operator) -> None:
    (site,) = operator.types("tenants", "list", "--state", "enabled")["sites"]
    assert site["clientKey"] == operator.client_key
    assert operator.types("tenants", "show", operator.client_key[:12], "--open")["connect"]["secretOpens"]
    assert operator.types("tenants", "test", operator.client_key)["works"]


def test_a_site_is_paused_until_it_installs_and_the_log_says_by_whom(
    operator: Operator, stack: RehearsedStack
) -> None:
    assert operator.types("tenants", "pause", operator.client_key)["changed"]
    (paused,) = operator.types("tenants", "list", "--state", "paused")["sites"]
    assert paused["clientKey"] == operator.client_key
    assert stack.jira.lifecycle.install(stack.descriptor_url).installed
    assert operator.types("tenants", "list", "--state", "paused")["sites"] == []
    entries = operator.types("tenants", "log", operator.client_key)["entries"]
    assert all(entry["who"].startswith("arn:aws:") for entry in entries)
    outcomes = [entry["outcome"] for entry in entries if entry["phase"] == "ended"]
    assert outcomes[:2] + outcomes[-2:] == ["Jira answered 200", "asked for", "works", "paused"]


def test_everything_kept_of_a_site_is_exported_to_a_file(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "site.json"
    operator.runs("tenants", "export", operator.client_key, "--output", str(file))
    exported = json.loads(file.read_text(encoding="utf-8"))
    keys = {row["clientKey"] for row in exported["installations"]}  # and Forge's of before
    done = {record["clientKey"] for record in exported["workDone"]}
    assert operator.client_key in done <= keys
