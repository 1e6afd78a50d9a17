"""The front door: Jira sends, the API lets through, the function verifies and queues."""

from collections.abc import Callable, Generator

import numpy as np
import simpy

from bench.scale.buckets import TokenBucket
from bench.scale.counting import Counts
from bench.scale.fleet import Fleet
from bench.scale.parameters import Parameters

type Process = Generator[simpy.Event]


class FrontDoor:
    """Takes webhooks.

    Args:
        clock: the simulation
        parameters: of the run
        fleet: the function's environments
        busy_elsewhere: environments of other functions at work, which share the account's concurrency
        enqueue: puts a site's webhook on the queue
        counts: what is counted
        random: how long Jira waits before it sends again
    """

    def __init__(
        self,
        clock: simpy.Environment,
        parameters: Parameters,
        *,
        fleet: Fleet,
        busy_elsewhere: Callable[[], int],
        enqueue: Callable[[int], None],
        counts: Counts,
        random: np.random.Generator,
    ) -> None:
        self._clock = clock
        self._api = parameters.api
        self._lambda = parameters.aws_lambda
        self._memory = parameters.memory
        self._fleet = fleet
        self._busy_elsewhere = busy_elsewhere
        self._enqueue = enqueue
        self._counts = counts
        self._random = random
        self._throttle = TokenBucket(rate=self._api.requests_per_second, size=self._api.burst)

    def deliver(self, tenant: int, attempt: int = 0) -> float:
        """Take one webhook, or refuse it, and let Jira send it again later.

        Returns:
            how long it takes until Jira has the answer, the way there and back aside
        """
        now = self._clock.now
        self._counts.add("requests", now)
        if not self._throttle.take(now):
            self._refuse("throttled", tenant, attempt)
            return 0.0
        if self._fleet.busy + self._busy_elsewhere() >= self._lambda.concurrency:
            self._refuse("out_of_concurrency", tenant, attempt)
            return 0.0
        environment = self._fleet.take()
        asked = environment.memory.look_up(tenant, now)
        self._counts.add("webhooks.lookups", now)
        self._counts.add("webhooks.reads", now, asked.reads)
        self._counts.add("webhooks.decrypts", now, asked.decrypts)
        seconds = (
            self._lambda.webhook_seconds
            + asked.reads * self._memory.read_seconds
            + asked.decrypts * self._memory.decrypt_seconds
            + environment.is_new * self._lambda.cold_start_seconds
        )

        def done(_: simpy.Event) -> None:
            self._counts.add("webhooks.events", self._clock.now)
            self._fleet.give_back(environment)
            self._enqueue(tenant)

        after(self._clock, seconds, done)
        return seconds

    def _refuse(self, why: str, tenant: int, attempt: int) -> None:
        self._counts.add(why, self._clock.now)
        if attempt >= self._api.retries:
            self._counts.add("lost", self._clock.now)
            return

        def again(_: simpy.Event) -> None:
            self.deliver(tenant, attempt + 1)

        after(self._clock, self._random.uniform(*self._api.retry_seconds), again)


def after(clock: simpy.Environment, seconds: float, do: Callable[[simpy.Event], None]) -> None:
    """Do something later. Cheaper than a process, of which there would be one for each webhook."""
    timeout = clock.timeout(seconds)
    assert timeout.callbacks is not None  # noqa: S101 - it has not happened yet
    timeout.callbacks.append(do)
