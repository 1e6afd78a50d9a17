"""A call or a job for every site, however many there are."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from connect_jira.errors import RequestMalformed, TemporarilyUnavailable
from connect_jira.events.job_request import JOB_REQUESTED, JobRequest
from connect_jira.events.job_run import JobRun
from connect_jira.events.messages import Message
from connect_jira.worker.every_site import CONTINUED, EverySite
from connect_jira.worker.queue import MAX_BATCH
from connect_jwt.identity import ClientKey

if TYPE_CHECKING:
    from connect_jira.aws.service import AwsService
    from connect_jira.installations.store import InstallationStore
    from connect_jira.worker.queue import JiraCallsQueue

PAGE = 1_000
ASKED = {"everySite": {"method": "GET", "path": "/rest/api/3/myself"}, "idempotencyKey": "nightly 03:00"}


@dataclass
class Stack:
    """More sites than one invocation has time for: each message takes a moment."""

    sites: int
    seconds_for_each: float = 0.01
    takes_events: bool = True
    queued: list[Message] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)
    began_at: int = 0

    def enabled_sites(self, *, after: str | None = None) -> Iterator[tuple[list[ClientKey], str | None]]:
        for start in range(int(after or 0), self.sites, PAGE):
            end = min(start + PAGE, self.sites)
            yield [ClientKey(f"site-{i}") for i in range(start, end)], str(end) if end < self.sites else None

    def send(self, message: Message) -> None:
        self.queued.append(message)

    def send_all(self, messages: Sequence[Message], *, delay: Callable[[Message], int]) -> None:
        self.queued.extend(messages)
        self.delays.extend(map(delay, messages))
        self.batches.append(len(messages))

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        assert operation == "PutEvents"
        if self.takes_events:
            self.events.extend(parameters["Entries"])
        return {"FailedEntryCount": 0 if self.takes_events else 1, "Entries": [{}]}

    def get_remaining_time_in_millis(self) -> int:
        used = (len(self.queued) - self.began_at) * self.seconds_for_each
        return round((300 - used) * 1000)

    def invoke(self, asked: dict[str, Any] | JobRequest) -> int:
        self.began_at = len(self.queued)
        every_site = EverySite(
            cast("InstallationStore", self), cast("JiraCallsQueue", self), cast("AwsService", self), bus="bus"
        )
        if isinstance(asked, JobRequest):
            return every_site.queue_job(asked, self)
        return every_site.queue_calls(asked, self)


def test_every_one_of_a_hundred_thousand_sites_gets_its_call() -> None:
    stack = Stack(sites=100_000)
    stack.invoke(ASKED)
    invocations = 1
    while stack.events:
        event = stack.events.pop()
        assert (event["DetailType"], event["EventBusName"]) == (CONTINUED, "bus")
        stack.invoke(json.loads(event["Detail"]))
        invocations += 1
    assert [message.client_key for message in stack.queued] == [f"site-{i}" for i in range(100_000)]
    assert {message.idempotency_key for message in stack.queued} == {"nightly 03:00"}  # type: ignore[union-attr]
    assert 1 < invocations < 10
    assert max(stack.batches) == MAX_BATCH


def test_what_fits_into_one_invocation_is_not_gone_on_with() -> None:
    stack = Stack(sites=2_500)
    assert stack.invoke(ASKED) == 2_500
    assert stack.events == []


def test_that_it_does_not_go_on_is_an_error() -> None:
    with pytest.raises(TemporarilyUnavailable):
        Stack(sites=100_000, takes_events=False).invoke(ASKED)


def test_a_call_that_cannot_be_made_is_refused_before_any_is_queued() -> None:
    stack = Stack(sites=10)
    with pytest.raises(RequestMalformed):
        stack.invoke({"everySite": {"method": "GET"}})
    assert stack.queued == []


JOB = JobRequest(job="overdue", slot="2026-11-26T03:00+00:00", spread=900)


def test_every_one_of_a_hundred_thousand_sites_runs_the_job_some_time_within_its_spread() -> None:
    stack = Stack(sites=100_000)
    stack.invoke(JOB)
    while stack.events:
        event = stack.events.pop()
        assert event["DetailType"] == JOB_REQUESTED
        stack.invoke(JobRequest.from_fields(json.loads(event["Detail"])))
    runs = [JobRun(client_key=ClientKey(f"site-{i}"), job=JOB.job, slot=JOB.slot) for i in range(100_000)]
    assert stack.queued == runs
    assert (min(stack.delays), max(stack.delays)) == (0, JOB.spread)
    first_third = sum(delay < JOB.spread / 3 for delay in stack.delays)
    assert 0.3 < first_third / len(stack.delays) < 0.37
    again = Stack(sites=100)
    again.invoke(JOB)
    assert again.delays == stack.delays[:100], "a fan-out that is repeated delays as before"


def test_a_job_for_one_site_is_run_there_at_once() -> None:
    stack = Stack(sites=10)
    request = JobRequest(job="overdue", slot="now", client_key=ClientKey("site-3"), spread=900)
    assert stack.invoke(request) == 1
    assert stack.queued == [JobRun(client_key=ClientKey("site-3"), job="overdue", slot="now")]
    assert stack.delays == []
