"""A message whose site does not answer, for a day: passed on by the worker, and ended by nobody else.

Lambda counts how often a function has come to a message that it sent itself, by the `Lineage` of the trace
that SQS carries, and drops what has come 16 times:
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

import ast
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import urllib3
from aws_lambda_powertools import Logger

from connect_jira.aws.service import Aws
from connect_jira.errors import TemporarilyUnavailable
from connect_jira.events.call_request import CallRequest
from connect_jira.events.messages import Message, to_text
from connect_jira.worker.backoff import TenantBackoff, Troubles
from connect_jira.worker.call_results import CallResults
from connect_jira.worker.dead_letter_queue import DeadLetterQueue
from connect_jira.worker.idempotency_store import Attempt
from connect_jira.worker.purges import Purges
from connect_jira.worker.queue import JiraCallsQueue
from connect_jira.worker.worker import Worker
from connect_jwt.identity import ClientKey
from connect_tools.project import PROJECT
from tests.unit.jira.memory_table import MemoryTable

DAY = 24 * 3600
NOW = 1_800_000_000.0
ENDS_A_CHAIN = 16
ROOT = "Root=1-5759e988-bd862e3fe1be46a994272793"
CALL = CallRequest(client_key=ClientKey("site"), path="/rest/api/3/myself")


@pytest.fixture(autouse=True)
def _function() -> Iterator[None]:
    Logger()
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@dataclass
class LambdaAndSqs:
    """One message, and what AWS makes of it: it comes when its delay is over, with its trace."""

    env: dict[str, str]
    now: float = NOW
    passes: int = 0
    chain: int = 1
    set_aside: list[dict[str, Any]] = field(default_factory=list)
    waiting: dict[str, Any] | None = None

    def request(self, _method: str, url: str, *, body: bytes, headers: dict[str, str], **_: Any) -> Any:
        asked, operation = json.loads(body), headers["x-amz-target"].partition(".")[2]
        assert operation == "SendMessage", f"{operation} at {url}"
        if asked["QueueUrl"].endswith("failed"):
            self.set_aside.append(asked)
        else:
            before = re.search(r"Lineage=\d+:\w+:(\d+)", headers["x-amzn-trace-id"])
            self.chain = int(before[1]) + 1 if before else 1
            self.waiting = asked
        return urllib3.HTTPResponse(b'{"MessageId": "again"}', status=200)

    def record(self) -> dict[str, Any]:
        sent = self.waiting or {"MessageBody": to_text(CALL)}
        self.now += sent.get("DelaySeconds", 0)
        self.passes += 1
        self.waiting = None
        self.env["_X_AMZN_TRACE_ID"] = f"{ROOT};Parent=53995c3f42cd8ad8;Lineage=1:a87bd80c:{self.chain}"
        return {
            "messageId": "m",
            "body": sent["MessageBody"],
            "receiptHandle": "r",
            "attributes": {"SentTimestamp": str(int(self.now * 1000)), "ApproximateReceiveCount": "1"},
            "messageAttributes": {
                name: {"stringValue": value["StringValue"]}
                for name, value in sent.get("MessageAttributes", {}).items()
            },
        }

    # --- Lambda's context, and what the worker works with
    def get_remaining_time_in_millis(self) -> int:
        return 30_000

    def is_idempotent(self, _message: Message) -> bool:
        return True

    def do(self, _message: Message, _invocation: object, _work_id: str) -> object:
        raise TemporarilyUnavailable("kms:Decrypt failed: ReadTimeoutError")

    def work_id(self, _message: Message) -> str:
        return "work"

    def begin(self, _work_id: str, *, owner: str, **_: Any) -> Attempt:
        return Attempt(record_id="record", owner=owner, tries=self.passes, cut_off=0)

    def give_back(self, _attempt: Attempt) -> None:
        pass

    forget = give_back


def is_of_a_chain() -> bool:
    """Return the settings of the queue in functions/jira_calls/app.py."""
    source = (PROJECT / "functions" / "jira_calls" / "app.py").read_text(encoding="utf-8")
    (call,) = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "JiraCallsQueue.from_env"
    )
    said = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    return bool(said.get("continues_chain", True))


def test_a_message_is_passed_on_for_a_day_and_no_chain_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    env = {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "JIRA_CALLS_QUEUE_URL": "https://queue",
        "LARGE_MESSAGES_BUCKET": "b",
    }
    aws_side = LambdaAndSqs(env)
    monkeypatch.setattr("connect_jira.aws.json_protocol.new_pool", lambda: aws_side)
    monkeypatch.setattr("connect_jira.worker.queue.LONGEST_HIDDEN_SECONDS", 0)
    aws = Aws(env)
    queue = JiraCallsQueue.from_env(env, aws, continues_chain=is_of_a_chain())
    monkeypatch.setattr(queue, "_clock", lambda: aws_side.now)
    worker = Worker(
        queue=queue,
        dead_letters=DeadLetterQueue(aws.service("sqs"), url="https://failed"),
        idempotency=aws_side,  # type: ignore[arg-type]
        results=CallResults(aws.service("events"), bus="bus"),
        handler=aws_side,
        backoff=TenantBackoff(
            Troubles(MemoryTable(), table="WorkDone", clock=lambda: aws_side.now),  # type: ignore[arg-type]
            clock=lambda: aws_side.now,
        ),
        purges=Purges(MemoryTable(), table="WorkDone", clock=lambda: aws_side.now),  # type: ignore[arg-type]
        clock=lambda: aws_side.now,
    )
    monkeypatch.setattr(CallResults, "failed", lambda *_, **__: None)
    chains = []
    while not aws_side.set_aside:
        assert worker.work(aws_side.record(), aws_side)
        chains.append(aws_side.chain)
    assert aws_side.passes > 3 * ENDS_A_CHAIN
    assert max(chains) < ENDS_A_CHAIN
    assert DAY <= aws_side.now - NOW < 1.3 * DAY
    said = aws_side.set_aside[0]["MessageAttributes"]["Reason"]["StringValue"]
    assert said == "temporarily-unavailable"
