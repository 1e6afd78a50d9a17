"""What becomes of the messages of a queue."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connect_local.cloud import LaptopCloud
from connect_local.environment import InvocationResult, failure
from connect_local.event_source import QueuePoller
from connect_local.template import PROJECT, EventSource, Template

type Answer = Callable[[list[dict[str, Any]]], InvocationResult]


class Worker:
    """A function over messages."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.batches: list[list[dict[str, Any]]] = []
        self.called = threading.Event()

    def invoke(self, event: bytes) -> InvocationResult:
        records = json.loads(event)["Records"]
        self.batches.append(records)
        self.called.set()
        return self._answer(records)

    @property
    def bodies(self) -> list[str]:
        return [record["body"] for batch in self.batches for record in batch]


@pytest.fixture
def cloud() -> Iterator[LaptopCloud]:
    cloud = LaptopCloud(Template({}))
    cloud.start()
    yield cloud
    cloud.stop()


@pytest.fixture
def queue(cloud: LaptopCloud) -> str:
    return cloud.attribute("JiraCalls", "Ref")


def left_in(cloud: LaptopCloud, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = cloud.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(count) for count in counts.values())


def work(cloud: LaptopCloud, queue: str, answer: Answer, messages: int) -> Worker:
    for number in range(messages):
        cloud.client("sqs").send_message(
            QueueUrl=queue, MessageBody=f"message {number}", MessageGroupId="site"
        )
    worker = Worker(answer)
    source = EventSource(queue="JiraCalls", function="Worker", batch_size=10, maximum_concurrency=2)
    poller = QueuePoller(source, worker, cloud)  # type: ignore[arg-type]
    poller.start()
    deadline = time.monotonic() + 20
    while len(worker.bodies) < messages and time.monotonic() < deadline:
        time.sleep(0.05)
    poller.stop()
    return worker


def done(_records: list[dict[str, Any]]) -> InvocationResult:
    return InvocationResult(b'{"batchItemFailures": []}')


def test_what_was_done_is_deleted(cloud: LaptopCloud, queue: str) -> None:
    worker = work(cloud, queue, done, messages=25)
    assert sorted(worker.bodies) == sorted(f"message {number}" for number in range(25))
    assert all(len(batch) <= 10 for batch in worker.batches)
    assert left_in(cloud, queue) == 0


def test_only_what_failed_stays(cloud: LaptopCloud, queue: str) -> None:
    def fail_the_first(records: list[dict[str, Any]]) -> InvocationResult:
        failed = [{"itemIdentifier": r["messageId"]} for r in records if r["body"] == "message 0"]
        return InvocationResult(json.dumps({"batchItemFailures": failed}).encode())

    work(cloud, queue, fail_the_first, messages=5)
    assert left_in(cloud, queue) == 1


ALL_FAILED: dict[str, Answer] = {
    "the function failed": lambda _: failure("ValueError", "no"),
    "an identifier that it was not given": lambda _: InvocationResult(
        json.dumps({"batchItemFailures": [{"itemIdentifier": str(uuid.uuid4())}]}).encode()
    ),
}


@pytest.mark.parametrize("answer", ALL_FAILED.values(), ids=ALL_FAILED)
def test_all_messages_stay_when(cloud: LaptopCloud, queue: str, answer: Answer) -> None:
    work(cloud, queue, answer, messages=3)
    assert left_in(cloud, queue) == 3


def test_a_record_has_the_members_of_a_real_one(cloud: LaptopCloud, queue: str) -> None:
    worker = work(cloud, queue, done, messages=1)
    sample = json.loads((PROJECT / "events" / "jira_calls-queue.json").read_text(encoding="utf-8"))
    record, real = worker.batches[0][0], sample["Records"][0]
    assert record.keys() == real.keys()
    assert record["attributes"].keys() >= real["attributes"].keys()
    assert record["eventSource"] == real["eventSource"]
    assert record["attributes"]["MessageGroupId"] == "site"
