"""The worker: pollers that Lambda sets on the queue, and what the function does with a batch."""

from collections.abc import Generator

import numpy as np
import simpy

from bench.scale.counting import Counts
from bench.scale.fleet import Environment, Fleet
from bench.scale.jira_limits import JiraCloud, Limit
from bench.scale.parameters import Parameters
from bench.scale.waiting import Message, WaitingMessages
from bench.scale.webhooks import Process, after

MAX_ATTEMPTS = 4
SENDING_AGAIN_SECONDS = 0.008
"""One SendMessage."""


class Workers:
    """Works the queue off.

    Args:
        clock: the simulation
        parameters: of the run
        fleet: the function's environments
        queue: where messages wait
        jira: answers
        counts: what is counted
        random: spreads what comes again
    """

    def __init__(
        self,
        clock: simpy.Environment,
        parameters: Parameters,
        *,
        fleet: Fleet,
        queue: WaitingMessages,
        jira: JiraCloud,
        counts: Counts,
        random: np.random.Generator,
    ) -> None:
        self._clock = clock
        self._parameters = parameters
        self._fleet = fleet
        self._queue = queue
        self._jira = jira
        self._counts = counts
        self._random = random
        self._stormy = parameters.load.storm_rank if parameters.load.storm_webhooks else None
        self._idle: list[simpy.Event] = []
        self._pollers = 0
        self._wakes_at: float | None = None
        settings = parameters.queue
        for _ in range(min(settings.pollers_at_first, settings.maximum_concurrency)):
            self._start_poller()
        clock.process(self._scale_up())

    def enqueue(self, tenant: int) -> None:
        """Put a site's webhook on the queue."""
        self._queue.send(tenant, self._clock.now)
        self._counts.add("sqs.sends", self._clock.now)
        self._wake()

    def _wake(self) -> None:
        if self._idle:
            self._idle.pop().succeed()

    def _start_poller(self) -> None:
        self._pollers += 1
        self._clock.process(self._poll())

    def _scale_up(self) -> Process:
        settings = self._parameters.queue
        while settings.maximum_concurrency > settings.pollers_at_first:
            yield self._clock.timeout(60 / settings.pollers_per_minute)
            if self._queue.waiting and not self._idle and self._pollers < settings.maximum_concurrency:
                self._start_poller()

    def _poll(self) -> Process:
        settings = self._parameters.queue
        while True:
            messages = self._queue.receive(settings.batch_size, self._clock.now)
            if messages:
                self._counts.add("sqs.receives", self._clock.now)
                if self._queue.waiting:
                    self._wake()
                yield from self._work_off(messages)
            elif self._pollers > settings.pollers_at_first:
                self._pollers -= 1
                return
            else:
                woken = self._clock.event()
                self._idle.append(woken)
                self._wake_when_one_comes_again()
                yield woken

    def _wake_when_one_comes_again(self) -> None:
        at = self._queue.next_return
        if at is None or (self._wakes_at is not None and self._wakes_at <= at):
            return
        self._wakes_at = at

        def wake(_: simpy.Event) -> None:
            self._wakes_at = None
            self._wake()

        after(self._clock, max(at - self._clock.now, 0.0), wake)

    def _work_off(self, messages: list[Message]) -> Process:
        environment = self._fleet.take()
        if environment.is_new:
            yield self._clock.timeout(self._parameters.aws_lambda.cold_start_seconds)
        done = []
        for message in messages:
            is_done = yield from self._take_up(message, environment)
            if is_done:
                done.append(message)
        for message in done:  # Lambda does that when the function has returned
            self._queue.delete(message)
        self._counts.add("sqs.deletes", self._clock.now, int(bool(done)))
        self._counts.add("jira_calls.events", self._clock.now)
        self._fleet.give_back(environment)

    def _take_up(self, message: Message, environment: Environment) -> Generator[simpy.Event, None, bool]:
        """Work on a message; whether it is to be deleted."""
        tenant, began = message.tenant, self._clock.now
        if message.due > began:
            return (yield from self._send_again(message, message.due))
        paused = environment.paused
        left = max(paused.get(tenant, 0.0), paused.get(None, 0.0)) - began if paused else 0.0
        if left > 0:
            self._counts.add("messages.paused", began)
            return (yield from self._send_again(message, began + self._spread(left)))
        asked = environment.memory.look_up(tenant, began)
        self._counts.add("jira_calls.lookups", began)
        self._counts.add("jira_calls.reads", began, asked.reads)
        self._counts.add("jira_calls.decrypts", began, asked.decrypts)
        self._counts.add("work_done.writes", began, 2)
        memory = self._parameters.memory
        yield self._clock.timeout(
            self._parameters.jira.record_seconds
            + asked.reads * memory.read_seconds
            + asked.decrypts * memory.decrypt_seconds
        )
        again_in = yield from self._react(tenant, environment)
        now = self._clock.now
        self._queue.note_time_spent(tenant, now - began, now)
        if again_in is None:
            self._counts.add("messages.done", now)
            self._counts.add_age(stormy=tenant == self._stormy, now=now, age=began - message.sent)
            return True
        wait = self._spread(again_in)
        if wait > self._parameters.queue.longest_hidden_seconds:
            return (yield from self._send_again(message, now + wait))
        self._counts.add("sqs.postponements", now)
        self._queue.postpone(message, now + wait)
        return False

    def _send_again(self, message: Message, until: float) -> Generator[simpy.Event, None, bool]:
        yield self._clock.timeout(SENDING_AGAIN_SECONDS)
        self._counts.add("sqs.sent_again", self._clock.now)
        self._queue.send_again(message, until, self._clock.now)
        return True

    def _spread(self, seconds: float) -> float:
        return seconds * self._random.uniform(1.0, 1.1)

    def _react(self, tenant: int, environment: Environment) -> Generator[simpy.Event, None, float | None]:
        settings = self._parameters.jira
        for writes in [False] * settings.gets + [True] * settings.puts:
            for attempt in range(1, MAX_ATTEMPTS + 1):
                answer = self._jira.call(tenant, writes=writes, now=self._clock.now)
                self._counts.add("jira.calls", self._clock.now)
                yield self._clock.timeout(answer.seconds)
                if answer.limit is None:
                    break
                if answer.limit is not Limit.BURST:
                    paused = None if answer.limit is Limit.APP else tenant
                    environment.paused[paused] = self._clock.now + answer.retry_after
                    return answer.retry_after
                if attempt == MAX_ATTEMPTS:
                    return answer.retry_after
                yield self._clock.timeout(answer.retry_after * self._random.uniform(1.0, 1.3))
        return None
