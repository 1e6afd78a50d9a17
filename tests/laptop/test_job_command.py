"""`connect job` as somebody at a terminal meets it, and the laptop's schedule."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connect_jira.events.job_request import JOB_REQUESTED, JobRequest
from connect_local.laptop import schedule
from connect_local.laptop.schedule import Scheduler
from connect_tools.job import cli
from connect_tools.registrations import registered_jobs
from connect_tools.template import Rate
from tests.laptop.idle_stack import IdleStack

SOURCE = """
from x import nightly, reactions

@reactions.every("day", at="03:00")
def overdue(site, cursor): ...

@reactions.after_update
def migrate(site, cursor): ...

reactions.every("hour")(nightly)

@reactions.work
def post_status(arguments, site): ...
"""


@pytest.fixture(scope="module")
def stack() -> Iterator[IdleStack]:
    with IdleStack() as stack:
        yield stack


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "reactions.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setattr(cli, "OWN_FOLDERS", (tmp_path,))
    return tmp_path


def job(stack: IdleStack, *arguments: str) -> Result:
    stack.on_bus.clear()
    return CliRunner().invoke(cli.job, [*arguments, "--port", stack.port])


def test_a_job_is_requested_for_every_site_or_for_one(stack: IdleStack) -> None:
    for options, client_key in (((), None), (("--site", "c"), "c")):
        printed = job(stack, "overdue", *options)
        assert printed.exit_code == 0
        (event,) = stack.on_bus
        assert event["detail-type"] == JOB_REQUESTED
        request = JobRequest.from_fields(event["detail"])
        assert (request.job, request.client_key, request.spread) == ("overdue", client_key, 0)
        assert printed.output.strip() == request.slot
    printed = job(stack, "migrate", "--json")
    assert json.loads(printed.output) == {"job": "migrate", "slot": stack.on_bus[0]["detail"]["slot"]}


def test_each_request_is_a_run_of_its_own(stack: IdleStack) -> None:
    assert job(stack, "overdue").output != job(stack, "overdue").output


@pytest.mark.parametrize("name", ["post_status", "overdu"])
def test_a_name_of_no_job_is_refused_with_those_that_there_are(stack: IdleStack, name: str) -> None:
    printed = job(stack, name)
    assert printed.exit_code != 0
    assert str(printed.exception).endswith("there are migrate, nightly, overdue")
    assert stack.on_bus == []


def test_without_any_job_the_line_to_write_is_said(stack: IdleStack, own: Path) -> None:
    (own / "reactions.py").write_text("", encoding="utf-8")
    assert "@reactions.every" in str(job(stack, "overdue").exception)


def test_jobs_are_found_without_running_the_code(own: Path) -> None:
    assert registered_jobs((own,)) == {"overdue", "migrate", "nightly"}


def test_the_laptops_schedule_invokes_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "LONGEST_SECONDS", 0.05)
    invoked = threading.Event()
    events: list[Any] = []

    def invoke(event: bytes) -> None:
        events.append(json.loads(event))
        invoked.set()

    rate = Rate(function="f", seconds=300, input='{"tick": "<aws.scheduler.scheduled-time>"}')
    scheduler = Scheduler(rate, invoke)
    scheduler.start()
    assert invoked.wait(10)
    scheduler.stop()
    now = datetime.fromisoformat(events[0]["tick"])
    assert abs((datetime.now(now.tzinfo) - now).total_seconds()) < 15
