"""The process dies, or AWS does not answer, at each step of the worker: nothing is made twice, or lost."""

import logging
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from connect_jira.aws.failures import AwsFailed
from connect_jira.events.call_request import CallRequest
from connect_jira.events.messages import Message, to_text
from connect_jira.events.webhook import Webhook
from connect_jira.jira.errors import JiraError, JiraUnreachable, jira_error
from connect_jira.jira.response import JiraResponse
from connect_jira.worker.backoff import TenantBackoff, Troubles
from connect_jira.worker.call_results import COMPLETED, CallResults
from connect_jira.worker.dead_letter_queue import DeadLetterQueue
from connect_jira.worker.idempotency_store import IdempotencyStore
from connect_jira.worker.large_messages import LargeMessages
from connect_jira.worker.purges import Purges
from connect_jira.worker.queue import JiraCallsQueue
from connect_jira.worker.worker import Worker
from connect_jwt.identity import ClientKey
from tests.unit.jira.memory_table import MemoryTable

SITE = ClientKey("site")
HIDDEN_SECONDS = 180.0
TIMEOUT_SECONDS = 30.0
MOST_DELIVERIES = 100


@pytest.fixture(autouse=True)
def _function() -> Iterator[None]:
    Logger()
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


class Killed(BaseException):
    """The end of a process: nothing is tidied up."""


def answered(status: int) -> JiraError:
    return jira_error(status, call="POST /x", body=None, headers={}, finding=None)


LOST = JiraUnreachable(call="POST /x", cause="ReadTimeoutError", may_have_worked=True)
NO_CONNECTION = JiraUnreachable(call="POST /x", cause="NewConnectionError", may_have_worked=False)


@dataclass
class InQueue:
    """A message in the queue."""

    body: str
    attributes: dict[str, dict[str, str]]
    sent_at: float
    visible_at: float
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    receives: int = 0


@dataclass
class World:
    """Table, queue, dead letters, bus and Jira, each thing done to which is a step at which all may end.

    Attributes:
        answers: Jira's, of which the last is given for ever: an error, or a status
        faults: by the number of the step
    """

    answers: list[int | Exception]
    faults: Mapping[int, str] = field(default_factory=dict)
    now: float = 1_795_443_600.0
    steps: int = 0
    queue: dict[str, InQueue] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    carried: int = 0
    table: MemoryTable = field(default_factory=MemoryTable)
    is_killed: bool = False
    backoff: TenantBackoff = field(init=False)

    def step[T](self, do: Callable[[], T]) -> T:
        if self.is_killed:
            raise Killed
        self.steps += 1
        fault = self.faults.get(self.steps)
        self.is_killed = fault in {"killed before", "killed after"}
        if fault == "killed before":
            raise Killed
        if fault == "not done":
            raise AwsFailed("Something", "ReadTimeoutError", may_pass=True)
        result = do()
        if fault == "killed after":
            raise Killed
        if fault == "answer lost":
            raise AwsFailed("Something", "ReadTimeoutError", may_pass=True)
        return result

    # --- AWS, one service for all
    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        method = getattr(self, "_" + re.sub("(?<!^)(?=[A-Z])", "_", operation).lower(), None)
        if method is None:
            return self.step(lambda: self.table.call(operation, **parameters))
        self.step(lambda: method(**parameters))
        return {"FailedEntryCount": 0}

    def _send_message(self, **sent: Any) -> None:
        if sent["QueueUrl"] == "dead":
            self.dead.append(sent["MessageAttributes"]["Reason"]["StringValue"])
            return
        visible_at = self.now + sent.get("DelaySeconds", 0)
        message = InQueue(sent["MessageBody"], sent.get("MessageAttributes", {}), self.now, visible_at)
        self.queue[message.id] = message

    def _change_message_visibility(self, **changed: Any) -> None:
        self.queue[changed["ReceiptHandle"]].visible_at = self.now + changed["VisibilityTimeout"]

    def _put_events(self, **put: Any) -> None:
        assert self.dead or put["Entries"][0]["DetailType"] == COMPLETED, "told before it is set aside"
        self.told.append(put["Entries"][0]["DetailType"])

    # --- Jira
    def is_idempotent(self, message: Message) -> bool:
        return message.is_idempotent if isinstance(message, CallRequest) else True

    def do(self, _message: Message, _invocation: object, _work_id: str) -> dict[str, Any]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

        def carry() -> None:
            self.carried += not (isinstance(answer, JiraError) and answer.nothing_was_done)

        outcome: JiraResponse | Exception = (
            JiraResponse(answer, None, {}) if isinstance(answer, int) else answer
        )
        try:
            self.step(carry)
        except AwsFailed:  # a step of Jira's: its answer is lost, or no connection comes about
            outcome = LOST if self.faults[self.steps] == "answer lost" else NO_CONNECTION
        if isinstance(outcome, JiraResponse | JiraError):
            self.backoff.note(SITE, outcome)
        if isinstance(outcome, Exception):
            raise outcome
        return {"status": outcome.status}

    # --- Lambda
    def get_remaining_time_in_millis(self) -> int:
        return int(TIMEOUT_SECONDS * 1000)

    def work_off(self) -> None:
        """Hand messages over, each by a process of its own, until there are none."""
        for _ in range(MOST_DELIVERIES):
            if not self.queue:
                return
            message = min(self.queue.values(), key=lambda message: message.visible_at)
            self.now = max(self.now, message.visible_at)
            message.visible_at = self.now + HIDDEN_SECONDS
            message.receives += 1
            self.is_killed = False
            try:
                if self._worker().work(self._record(message), self):
                    del self.queue[message.id]
            except Killed:
                pass
        pytest.fail("the queue is never empty")

    def _record(self, message: InQueue) -> dict[str, Any]:
        return {
            "messageId": message.id,
            "receiptHandle": message.id,
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": str(message.receives),
                "SentTimestamp": str(int(message.sent_at * 1000)),
            },
            "messageAttributes": {
                name: {"stringValue": value["StringValue"]} for name, value in message.attributes.items()
            },
        }

    def _worker(self) -> Worker:
        clock = lambda: self.now  # noqa: E731 - many parts have the same
        aws: Any = self
        self.backoff = TenantBackoff(Troubles(aws, table="WorkDone", clock=clock), clock=clock)
        return Worker(
            queue=JiraCallsQueue(aws, url="queue", large=LargeMessages("large"), clock=clock),
            dead_letters=DeadLetterQueue(aws, url="dead"),
            idempotency=IdempotencyStore(aws, table="WorkDone", clock=clock),
            results=CallResults(aws, bus="bus"),
            handler=self,
            backoff=self.backoff,
            purges=Purges(aws, table="WorkDone", clock=clock),
            clock=clock,
        )

    def send(self, message: Message) -> None:
        self._send_message(QueueUrl="queue", MessageBody=to_text(message))


FAULTS = ("killed before", "killed after", "not done", "answer lost")


def call(method: str) -> CallRequest:
    return CallRequest(
        client_key=SITE, method=method, path="/x", idempotency_key=uuid.uuid4().hex, body={"of": "it"}
    )


def webhook(_method: str) -> Webhook:
    return Webhook(client_key=SITE, event="e", webhook_id=uuid.uuid4().hex, payload={})


SCENARIOS: dict[str, tuple[Callable[[str], Message], str, list[int | Exception]]] = {
    "a POST that is made": (call, "POST", [201]),
    "a POST that meets a limit first": (call, "POST", [answered(429), 201]),
    "a POST that is not carried at first": (call, "POST", [NO_CONNECTION, answered(401), 201]),
    "a POST that Jira refuses": (call, "POST", [answered(404)]),
    "a POST that Jira fails on": (call, "POST", [answered(500)]),
    "a POST without an answer": (call, "POST", [LOST]),
    "a POST on which we fail": (call, "POST", [RecursionError()]),
    "a PUT that is made": (call, "PUT", [200]),
    "a PUT that Jira fails on at first": (call, "PUT", [answered(500), LOST, 200]),
    "a PUT that Jira refuses": (call, "PUT", [answered(404)]),
    "a PUT to a site that is away for a while": (call, "PUT", [NO_CONNECTION, LOST, answered(503), 200]),
    "a reaction": (webhook, "", [200]),
    "a reaction with a mistake": (webhook, "", [KeyError("issue")]),
}


def worked_off(scenario: str, faults: Mapping[int, str]) -> World:
    message, method, answers = SCENARIOS[scenario]
    world = World(list(answers), faults)
    world.send(message(method))
    world.work_off()
    return world


OUTCOMES = {
    "a POST that is made": ([], 1),
    "a POST that meets a limit first": ([], 1),
    "a POST that is not carried at first": ([], 1),
    "a POST that Jira refuses": (["jira-404"], 1),
    "a POST that Jira fails on": (["effect-unknown"], 1),
    "a POST without an answer": (["effect-unknown"], 1),
    "a POST on which we fail": (["effect-unknown"], 1),
    "a PUT that is made": ([], 1),
    "a PUT that Jira fails on at first": ([], 3),
    "a PUT that Jira refuses": (["jira-404"], 1),
    "a PUT to a site that is away for a while": ([], 3),
    "a reaction": ([], 1),
    "a reaction with a mistake": (["exception-KeyError"], 5),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_without_a_fault_each_ends_as_it_must(scenario: str) -> None:
    world = worked_off(scenario, {})
    assert (world.dead, world.carried) == OUTCOMES[scenario]


@pytest.mark.parametrize("lasting", [1, 3], ids=["one step", "three steps"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_wherever_it_is_cut_off_nothing_is_made_twice_and_nothing_is_lost(
    scenario: str, fault: str, lasting: int
) -> None:
    steps = worked_off(scenario, {}).steps
    for step in range(1, steps + 1):
        world = worked_off(scenario, dict.fromkeys(range(step, step + lasting), fault))
        done = COMPLETED in world.told or (scenario == "a reaction" and world.carried > 0)
        assert done or world.dead, f"lost at step {step}"
        if "POST" in scenario:
            assert world.carried <= 1, f"made twice at step {step}"
        if scenario.startswith(("a POST", "a PUT")):
            assert world.told, f"nobody was told at step {step}"


@pytest.mark.parametrize("lasting", [1, 3], ids=["one step", "three steps"])
@pytest.mark.parametrize("fault", ["not done", "answer lost"])
def test_a_call_is_made_though_the_answer_of_its_record_was_lost(fault: str, lasting: int) -> None:
    world = worked_off("a POST that is made", dict.fromkeys(range(1, lasting + 1), fault))
    assert (world.carried, COMPLETED in world.told) == (1, True)
