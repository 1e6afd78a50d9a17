"""`connect tenants` and `connect call` with `--stack`, on the deployed stack and a site that has the app."""

import json
import subprocess
from typing import Any

import pytest

from connect_tools.project import PROJECT
from tests.rehearsal.emulator import MiniStack
from tests.rehearsal.rehearsed_stack import RehearsedStack

CONNECT = PROJECT / ".venv" / "bin" / "connect"


class Operator:
    """Types commands for a stack and one of its sites."""

    def __init__(self, ministack: MiniStack, stack: RehearsedStack, client_key: str) -> None:
        self._environment = ministack.environment
        self._stack = stack.name
        self.client_key = client_key

    def says(self, *command: str, code: int = 0) -> Any:
        printed = subprocess.run(
            [CONNECT, *command, "--stack", self._stack],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert printed.returncode == code, printed.stderr
        return json.loads(printed.stdout)


@pytest.fixture
def operator(ministack: MiniStack, stack: RehearsedStack) -> Operator:
    installed = stack.jira.lifecycle.install(stack.descriptor_url)
    assert installed.installed, installed
    assert installed.client_key
    return Operator(ministack, stack, installed.client_key)


def test_a_site_is_listed_shown_and_takes_the_apps_call(operator: Operator) -> None:
    listed = {
        site["clientKey"]: site["state"] for site in operator.says("tenants", "list", "--json")["sites"]
    }
    assert listed[operator.client_key] == "enabled"
    shown = operator.says("tenants", "show", operator.client_key[:12], "--open", "--json")
    assert shown["connect"]["secretOpens"]
    assert operator.says("tenants", "test", operator.client_key, "--json")["works"]
    call = ("call", "GET", "/rest/api/3/myself", "--client-key", operator.client_key, "--wait", "--json")
    assert operator.says(*call)["status"] == 200


def test_a_site_is_paused_until_it_installs_and_everything_kept_of_it_is_exported(
    operator: Operator, stack: RehearsedStack
) -> None:
    assert operator.says("tenants", "pause", operator.client_key, "--json")["changed"]
    paused = operator.says("tenants", "list", "--state", "paused", "--json")["sites"]
    assert [site["clientKey"] for site in paused] == [operator.client_key]
    assert stack.jira.lifecycle.install(stack.descriptor_url).installed
    exported = operator.says("tenants", "export", operator.client_key)
    (row,) = (row for row in exported["installations"] if row["clientKey"] == operator.client_key)
    assert "pause" not in row
    done = {entry["action"]: entry["outcome"] for entry in ended(operator)}
    assert (done["tenants pause"], done["call"]) == ("paused", "Jira answered 200")
    assert "workDone" in done["tenants export"]


def ended(operator: Operator) -> list[dict[str, Any]]:
    entries = operator.says("tenants", "log", operator.client_key, "--json")["entries"]
    assert all(entry["who"].startswith("arn:aws:") for entry in entries)
    return [entry for entry in entries if entry["phase"] == "ended"]
