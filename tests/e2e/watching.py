"""Observation of the whole stack: notes on issues, queues, the bus, logs."""

import json
import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from connect_local.laptop.stack import LaptopStack, StackOptions
from connect_tools.template import EventRule

EVENT = "jira:issue_created"
NOTE = "connect-lambda"


def eventually[T](look: Callable[[], T], *, seconds: float = 30) -> T:
    """Return the first true value of `look`, or its last one after this many seconds."""
    deadline = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen


class Watched:
    """A stack of its own with one site, and what happened in it."""

    def __init__(self, stack: LaptopStack, lines: list[str]) -> None:
        assert stack.jira is not None
        self.stack = stack
        self.jira = stack.jira
        self.lines = lines
        result = self.jira.lifecycle.install(stack.descriptor_url)
        assert result.key is not None
        assert result.client_key is not None
        self.app_key, self.client_key = result.key, result.client_key
        self.sqs = stack.cloud.client("sqs")

    def order(self, **fault: Any) -> None:
        self.jira.faults.order(fault)

    def send(self, key: str, identifier: str, **fields: Any) -> list[int | None]:
        """Send a webhook about a new issue; the status of the first answer, and of those to come."""
        body = {"timestamp": 1_700_000_000_000, "issue": {"key": key, "fields": fields}}
        result = self.jira.webhooks.send(EVENT, body, identifier)
        return [answer.status for answer in result.settled[0].result(timeout=60)]

    def note(self, key: str) -> Any:
        issue = self.jira.site.issue(key)
        return issue.properties.get(NOTE) if issue else None

    def calls(self, method: str, path: str) -> list[int | None]:
        """The answers to the calls so far."""
        return [
            request.status
            for request in self.jira.journal.requests()
            if (request.method, request.path) == (method, path)
        ]

    def writes(self, key: str) -> list[int | None]:
        return self.calls("PUT", f"/rest/api/3/issue/{key}/properties/{NOTE}")

    def count(self, queue: str, *states: str) -> int:
        names = [f"ApproximateNumberOfMessages{state}" for state in states or ("", "NotVisible", "Delayed")]
        url = self.stack.cloud.attribute(queue, "Ref")
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def worked_off(self, *, seconds: float = 60) -> bool:
        return eventually(lambda: self.count("JiraCalls") == 0, seconds=seconds)

    def failed(self) -> list[dict[str, Any]]:
        """Takes what lies in FailedJiraCalls."""
        url = self.stack.cloud.attribute("FailedJiraCalls", "Ref")
        answer = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=60
        )
        return list(answer.get("Messages", []))

    def ask_on_the_bus(self, **detail: Any) -> None:
        self.stack.cloud.client("events").put_events(
            Entries=[
                {
                    "EventBusName": self.stack.cloud.attribute("Bus", "Ref"),
                    "Source": "com.example.test",
                    "DetailType": "Jira call requested",
                    "Detail": json.dumps({"clientKey": self.client_key, **detail}),
                }
            ]
        )

    def record_of_a_call(self, path: str, body: Any, key: str, *, deliveries: int) -> dict[str, Any]:
        """The message of a `POST`, as Lambda hands it over that many times later."""
        fields = {"clientKey": self.client_key, "method": "POST", "path": path, "idempotencyKey": key}
        return {
            "messageId": f"delivery-{deliveries}",
            "receiptHandle": "of-nothing-in-the-queue",
            "body": json.dumps({"kind": "call", **fields, "body": body}),
            "attributes": {
                "ApproximateReceiveCount": str(deliveries),
                "SentTimestamp": str(int(time.time() * 1000)),
            },
            "messageAttributes": {},
            "md5OfBody": "",
            "eventSource": "aws:sqs",
            "eventSourceARN": self.stack.cloud.attribute("JiraCalls", "Arn"),
            "awsRegion": "us-east-1",
        }

    def hear(self) -> Callable[[], list[dict[str, Any]]]:
        """Listen to the bus with a rule; what was heard and has not been asked for yet."""
        heard: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        bus = self.stack.cloud.attribute("Bus", "Ref")
        rule = EventRule(logical_id="Heard", function="", bus=bus, pattern={"source": ["connect-lambda"]})
        self.stack.cloud.make_rule(rule, lambda event: heard.put(json.loads(event)))
        return lambda: [heard.get() for _ in range(heard.qsize())]

    @contextmanager
    def nothing_worked_off(self) -> Iterator[None]:
        """Keep messages from the workers: for a while the queue hides what is sent."""
        url = self.stack.cloud.attribute("JiraCalls", "Ref")
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "3"})
        yield
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "0"})

    def said(self, message: str) -> list[dict[str, Any]]:
        """The lines of the functions' logs with this message."""
        found = [json.loads(line) for line in self.lines if f'"{message}"' in line and line.startswith("{")]
        return [line for line in found if line.get("message") == message]


@contextmanager
def watched(**options: Any) -> Iterator[Watched]:
    """A stack, watched."""
    lines: list[str] = []
    taken = StackOptions(port=0, jira_port=0, on_log=lambda _, line: lines.append(line), **options)
    with LaptopStack(taken) as stack:
        yield Watched(stack, lines)


WORKER_SECONDS = 10.0
"""Long enough for all work of a test's, and waited for where a worker has to have ended."""

NO_CONTENT, UNAVAILABLE = HTTPStatus.NO_CONTENT, HTTPStatus.SERVICE_UNAVAILABLE
