"""Handling of a queue's messages."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from connect_local.laptop.event_source import QueuePoller
from connect_local.laptop.invocations import InvocationResult, failure
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.project import PROJECT
from connect_tools.template import EventSource, Template

PATIENCE_SECONDS = 20

type Answer = Callable[[list[dict[str, Any]]], InvocationResult]


class Worker:
    """A function over messages."""

    name = "Worker"

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.batches: list[list[dict[str, Any]]] = []
        self._called = threading.Condition()

    def invoke(self, event: bytes) -> InvocationResult:
        records = json.loads(event)["Records"]
        with self._called:
            self.batches.append(records)
            self._called.notify_all()
        return self._answer(records)

    def wait_for(self, messages: int) -> None:
        with self._called:
            assert self._called.wait_for(lambda: len(self.bodies) >= messages, PATIENCE_SECONDS)

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
    return counted(cloud, queue, "", "NotVisible")


def counted(cloud: LaptopCloud, queue: str, *states: str) -> int:
    names = [f"ApproximateNumberOfMessages{state}" for state in states]
    counts = cloud.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(count) for count in counts.values())


def send(cloud: LaptopCloud, queue: str, body: str, group: str | None = "site") -> None:
    of_group = {"MessageGroupId": group} if group else {}
    cloud.client("sqs").send_message(QueueUrl=queue, MessageBody=body, **of_group)


def work(cloud: LaptopCloud, queue: str, answer: Answer, messages: int) -> Worker:
    for number in range(messages):
        send(cloud, queue, f"message {number}")
    worker = Worker(answer)
    with polling(cloud, worker):
        worker.wait_for(messages)
    return worker


@contextmanager
def polling(cloud: LaptopCloud, worker: Worker, *, concurrency: int = 2) -> Iterator[None]:
    source = EventSource(queue="JiraCalls", function="Worker", batch_size=10, maximum_concurrency=concurrency)
    poller = QueuePoller(source, worker, cloud)
    poller.start()
    try:
        yield
    finally:
        poller.stop()
        poller.finish()


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


def test_a_message_comes_with_its_attributes_and_no_sooner_than_its_delay_is_over(
    cloud: LaptopCloud, queue: str
) -> None:
    attributes = {"FirstSentAt": {"DataType": "Number", "StringValue": "1795443600.012"}}
    sent = time.monotonic()
    cloud.client("sqs").send_message(
        QueueUrl=queue, MessageBody="later", DelaySeconds=2, MessageAttributes=attributes
    )
    send(cloud, queue, "at once")
    worker = Worker(done)
    with polling(cloud, worker):
        worker.wait_for(1)
        assert counted(cloud, queue, "Delayed") == 1
        worker.wait_for(2)
    assert time.monotonic() - sent >= 2
    first, second = (record for batch in worker.batches for record in batch)
    assert (first["body"], first["messageAttributes"]) == ("at once", {})
    assert (second["body"], second["attributes"]["ApproximateReceiveCount"]) == ("later", "1")
    attribute = second["messageAttributes"]["FirstSentAt"]
    assert (attribute["dataType"], attribute["stringValue"]) == ("Number", "1795443600.012")


# --- fairness: positions, never times ----------------------------------------------------------------------

QUIET = [f"quiet {number}" for number in range(5)]


def positions(worker: Worker, groups: list[str]) -> list[int]:
    """Return the positions of some groups' messages in the order of delivery; 0 is the first."""
    handed_out = [record["attributes"].get("MessageGroupId") for batch in worker.batches for record in batch]
    return [position for position, group in enumerate(handed_out) if group in groups]


def test_a_site_with_ninety_percent_of_the_messages_does_not_hold_up_the_others(
    cloud: LaptopCloud, queue: str
) -> None:
    for number in range(90):
        send(cloud, queue, f"noisy {number}", "noisy")
    for group in QUIET:
        for number in range(2):
            send(cloud, queue, f"{group}, {number}", group)
    worker = Worker(done)
    with polling(cloud, worker):
        worker.wait_for(100)
    assert len(positions(worker, QUIET)) == 10
    assert max(positions(worker, QUIET)) < 20, "they waited behind what was sent before them"


def test_a_site_with_much_in_flight_waits_until_the_others_are_served(cloud: LaptopCloud, queue: str) -> None:
    for number in range(40):
        send(cloud, queue, f"noisy {number}", "noisy")
    may_end = threading.Event()

    def be_slow_with_the_first(records: list[dict[str, Any]]) -> InvocationResult:
        if "noisy 0" in {record["body"] for record in records}:
            assert may_end.wait(PATIENCE_SECONDS)
        return done(records)

    worker = Worker(be_slow_with_the_first)
    with polling(cloud, worker, concurrency=1):
        worker.wait_for(10)
        for group in QUIET:
            send(cloud, queue, group, group)
        may_end.set()
        worker.wait_for(45)
    assert positions(worker, ["noisy"])[:10] == list(range(10))
    assert max(positions(worker, QUIET)) < 20


def test_a_site_alone_may_use_every_worker(cloud: LaptopCloud, queue: str) -> None:
    both = threading.Barrier(2)

    def wait_for_the_other(records: list[dict[str, Any]]) -> InvocationResult:
        both.wait(PATIENCE_SECONDS)
        return done(records)

    worker = work(cloud, queue, wait_for_the_other, messages=20)
    assert positions(worker, ["site"]) == list(range(20))


def test_messages_without_a_group_are_handed_out_as_they_came(cloud: LaptopCloud, queue: str) -> None:
    for number in range(12):
        send(cloud, queue, f"message {number}", None)
    worker = Worker(done)
    with polling(cloud, worker, concurrency=1):
        worker.wait_for(12)
    assert worker.bodies == [f"message {number}" for number in range(12)]


def test_waiting_is_not_counted_as_a_delivery(cloud: LaptopCloud, queue: str) -> None:
    failed_once = threading.Event()

    def fail_once(records: list[dict[str, Any]]) -> InvocationResult:
        if failed_once.is_set():
            return done(records)
        failed_once.set()
        for record in records:
            cloud.client("sqs").change_message_visibility(
                QueueUrl=queue, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
            )
        return failure("ValueError", "no")

    for number in range(30):
        send(cloud, queue, f"message {number}")
    worker = Worker(fail_once)
    with polling(cloud, worker, concurrency=1):
        worker.wait_for(40)
    counts: dict[str, list[str]] = {}
    for record in (record for batch in worker.batches for record in batch):
        counts.setdefault(record["body"], []).append(record["attributes"]["ApproximateReceiveCount"])
    assert sorted(counts.values()) == [["1"]] * 20 + [["1", "2"]] * 10


def test_what_is_sent_while_others_are_deleted_is_not_lost(cloud: LaptopCloud, queue: str) -> None:
    def send_many() -> None:
        for _ in range(60):
            send(cloud, queue, str(uuid.uuid4()))

    worker = Worker(done)
    with polling(cloud, worker, concurrency=8):
        senders = [threading.Thread(target=send_many) for _ in range(4)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        worker.wait_for(240)
    assert len(set(worker.bodies)) == 240
