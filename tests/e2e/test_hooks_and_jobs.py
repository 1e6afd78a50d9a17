"""Hooks of Connect and of Forge, and a job with a cursor, in a whole stack whose workers are killed."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from connect_jira.events.job_request import JOB_REQUESTED, JobRequest
from connect_jwt.identity import ClientKey
from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.e2e.forge import control, manifest
from tests.e2e.own_reactions import run_own, seen
from tests.e2e.watching import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
VISIBILITY_SECONDS, WORKER_SECONDS = 14, 12.0
"""A worker that is killed has begun work that counts as begun until it would have ended."""
PATIENCE_SECONDS = 100


@contextmanager
def own_stack(folder: Path) -> Iterator[LaptopStack]:
    options = StackOptions(
        port=0, jira_port=0, visibility_seconds=VISIBILITY_SECONDS, worker_seconds=WORKER_SECONDS
    )
    with LaptopStack(options) as stack:
        run_own(stack, Path(__file__).with_name("hooks_and_jobs.py"), folder)
        yield stack


def kill_when(stack: LaptopStack, folder: Path, line: str) -> None:
    assert comes(folder, line), seen(folder)
    assert stack.functions["JiraCallsFunction"].kill_one()


def comes(folder: Path, line: str) -> bool:
    return eventually(lambda: line in seen(folder), seconds=PATIENCE_SECONDS)


def request_job(stack: LaptopStack, job: str, **how: Any) -> str:
    request = JobRequest(job=job, slot=f"asked for {uuid.uuid4()}", **how)
    entry = {
        "EventBusName": stack.cloud.attribute("Bus", "Ref"),
        "Source": "com.example.test",
        "DetailType": JOB_REQUESTED,
        "Detail": json.dumps(request.to_fields()),
    }
    for _ in range(2):  # the bus delivers at least once
        stack.cloud.client("events").put_events(Entries=[entry])
    return request.slot


def failed(stack: LaptopStack) -> list[dict[str, Any]]:
    answer = stack.cloud.client("sqs").receive_message(
        QueueUrl=stack.cloud.attribute("FailedJiraCalls", "Ref"), MessageAttributeNames=["All"]
    )
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found


@pytest.mark.xdist_group("hooks of Connect")
def test_hooks_of_connect_and_a_job_outlive_the_workers_that_are_killed_in_them(tmp_path: Path) -> None:
    with own_stack(tmp_path) as stack:
        assert stack.jira is not None
        lifecycle = stack.jira.lifecycle
        client_key = lifecycle.install(stack.descriptor_url).client_key
        kill_when(stack, tmp_path, "installed is slow")
        assert comes(tmp_path, "installed 200"), seen(tmp_path)
        assert lifecycle.install(stack.descriptor_url).client_key == client_key
        assert comes(tmp_path, f"upgraded {client_key}"), seen(tmp_path)

        request_job(stack, "count")
        kill_when(stack, tmp_path, "job is slow")
        assert comes(tmp_path, "step 2 of 200"), seen(tmp_path)
        request_job(stack, "stuck", client_key=ClientKey(str(client_key)))
        (aside,) = eventually(lambda: failed(stack), seconds=PATIENCE_SECONDS)
        assert aside["MessageAttributes"]["Reason"]["StringValue"] == "cursor-refused"

        lifecycle.uninstall(stack.descriptor_url)
        kill_when(stack, tmp_path, "uninstalled is slow")
        assert comes(tmp_path, "uninstalled with done"), seen(tmp_path)
        assert seen(tmp_path) == [
            "installed is slow",
            "installed 200",
            f"upgraded {client_key}",
            "step 0 of 200",
            "job is slow",
            "step 1 of 200",
            "step 2 of 200",
            "uninstalled is slow",
            "uninstalled with done",
        ]


@pytest.mark.xdist_group("hooks of Forge")
def test_hooks_of_forge_outlive_the_workers_that_are_killed_in_them(tmp_path: Path) -> None:
    with own_stack(tmp_path) as stack:
        app = manifest(stack, connect=False)
        result = control(stack, "forge/install", manifest=app)
        assert [answer["status"] for answer in result["answers"].values()] == [HTTPStatus.NO_CONTENT]
        kill_when(stack, tmp_path, "installed is slow")
        assert comes(tmp_path, "installed 200"), seen(tmp_path)
        control(stack, "forge/upgrade", manifest=app)
        assert comes(tmp_path, f"upgraded {result['installationId']}"), seen(tmp_path)
        control(stack, "forge/uninstall", key=app["app"]["connect"]["key"])
        kill_when(stack, tmp_path, "uninstalled is slow")
        assert comes(tmp_path, "uninstalled with done"), seen(tmp_path)
        told = [line for line in seen(tmp_path) if not line.startswith("leaving")]
        assert told == [
            "installed is slow",
            "installed 200",
            f"upgraded {result['installationId']}",
            "uninstalled is slow",
            "uninstalled with done",
        ]
        assert failed(stack) == []
