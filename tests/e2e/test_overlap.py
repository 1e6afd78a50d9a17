"""Calls that overlap run in processes of their own, as in Lambda; calls in turn share one."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import urllib3

from connect_local.laptop.stack import LaptopStack


def workers() -> set[int]:
    found = set()
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread or a process has ended meanwhile
            for child in (task / "children").read_text(encoding="utf-8").split():
                if b"functions.jira_calls.app.handler" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.add(int(child))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc")
def test_calls_that_overlap_run_in_processes_of_their_own(stack: LaptopStack) -> None:
    assert stack.jira is not None
    client_key = stack.jira.lifecycle.install(stack.descriptor_url).client_key
    call = json.dumps({"clientKey": client_key, "path": "/rest/api/3/myself"}).encode()
    invoke = stack.functions["JiraCallsFunction"].invoke
    for _ in range(3):
        assert not invoke(call).failed
    beside = 1  # for the queue, or a tick of the schedule
    assert len(workers()) <= 1 + beside
    urllib3.request("POST", f"{stack.jira.base_url}/_local/faults", json={"delay": 2, "count": 3})
    with ThreadPoolExecutor(max_workers=3) as at_once:
        results = list(at_once.map(lambda _: invoke(call), range(3)))
    assert not any(result.failed for result in results)
    assert 3 <= len(workers()) <= 3 + beside
