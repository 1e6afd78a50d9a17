"""A secret that Jira replaces behind the app's back, while calls are under way."""

import json
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest
import urllib3

from connect_local.laptop.stack import LaptopStack, StackOptions

CALLS = 100


@pytest.fixture
def lines() -> list[str]:
    return []


def test_no_call_is_lost_and_the_log_says_what_happened(lines: list[str]) -> None:
    options = StackOptions(port=0, jira_port=0, on_log=lambda _, line: lines.append(line))
    with LaptopStack(options) as stack:
        assert stack.jira is not None
        client_key = stack.jira.lifecycle.install(stack.descriptor_url).client_key
        call = json.dumps({"clientKey": client_key, "path": "/rest/api/3/myself"}).encode()
        invoke = stack.functions["JiraCallsFunction"].invoke
        assert not invoke(call).failed  # one worker is warm, with the secret that will be replaced

        def call_or_rotate(number: int) -> int:
            if number in {30, 60}:
                faults = f"{stack.jira.base_url}/_local/faults" if stack.jira else ""
                urllib3.request("POST", faults, json={"rotateSecret": True})
            return int(json.loads(invoke(call).payload)["status"])

        with ThreadPoolExecutor(max_workers=4) as several:
            statuses = list(several.map(call_or_rotate, range(CALLS)))
        recorded = [request.reason for request in stack.jira.journal.requests()]
    assert statuses == [HTTPStatus.OK] * CALLS
    assert "secret-previous" in recorded, "no call met the rotation"
    reasons = [json.loads(line).get("reason") for line in lines if line.startswith('{"level"')]
    assert "secret-previous" in reasons
    assert "app-not-installed" not in reasons
