"""Due jobs in real tables: one request for each time, whoever ticks at the same moment."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from connect_jira.app.due_jobs import DueJobs
from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Site
from connect_jira.aws.service import AwsService
from connect_local.laptop.moto_cloud import LaptopCloud

MORNING = 1_795_402_800
"""In Unix seconds: 03:00 in UTC."""
DAY, TICK = 24 * 3600, 300


class Bus:
    """Keeps what is put on it."""

    def __init__(self) -> None:
        self.put: list[str] = []

    def call(self, _operation: str, **parameters: Any) -> dict[str, Any]:
        self.put += [entry["Detail"] for entry in parameters["Entries"]]
        return {"FailedEntryCount": 0}


@pytest.fixture
def table(cloud: LaptopCloud) -> str:
    return cloud.attribute("WorkDone", "Ref")


def test_ticks_at_the_same_moment_request_one_run_by_one_key(dynamodb: AwsService, table: str) -> None:
    def nothing(_site: Site, _cursor: object) -> None:
        pass

    nothing.__name__ = f"job_{uuid.uuid4().hex}"
    reactions, bus = Reactions(), Bus()
    reactions.every("day", at="03:00")(nothing)
    service: Any = bus
    start = threading.Barrier(4)

    def tick(now: float) -> None:
        due = DueJobs(dynamodb, service, table=table, bus="bus", version=lambda: "v1")
        start.wait()
        due.tick(reactions.jobs.values(), now)

    with ThreadPoolExecutor(max_workers=4) as ticks:
        for now in (MORNING - TICK, MORNING, MORNING + TICK, MORNING + DAY):
            list(ticks.map(tick, [now] * 4))
    assert len(set(bus.put)) == 2, "a request that is put on the bus twice is the same one"
