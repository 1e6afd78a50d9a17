"""One run: the stack as deployed, and Jira on both sides of it."""

import numpy as np
import simpy

from bench.scale import load
from bench.scale.counting import Counts, Functions, Outcome
from bench.scale.fleet import Fleet
from bench.scale.jira_limits import JiraCloud
from bench.scale.parameters import Parameters
from bench.scale.waiting import WaitingMessages
from bench.scale.webhooks import FrontDoor, Process
from bench.scale.worker import Workers


class Simulation:
    """One run.

    Args:
        parameters: what it is told; the same ones make the same run

    Attributes:
        counts: what is counted, by the second too
    """

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.counts = Counts(parameters)
        self._clock = simpy.Environment()
        of_load, of_storms, of_jira, of_retries, of_waits = (
            np.random.default_rng(seed) for seed in np.random.SeedSequence(parameters.seed).spawn(5)
        )
        self._queue = WaitingMessages(parameters.queue)
        self._jira = JiraCloud(parameters.jira, of_jira)
        self._webhooks, self._jira_calls = (
            Fleet(parameters.aws_lambda, parameters.memory, lambda: self._clock.now) for _ in range(2)
        )
        workers = Workers(
            self._clock,
            parameters,
            fleet=self._jira_calls,
            queue=self._queue,
            jira=self._jira,
            counts=self.counts,
            random=of_waits,
        )
        door = FrontDoor(
            self._clock,
            parameters,
            fleet=self._webhooks,
            busy_elsewhere=lambda: self._jira_calls.busy,
            enqueue=workers.enqueue,
            counts=self.counts,
            random=of_retries,
        )
        for process in (
            load.steady(self._clock, parameters.load, door.deliver, of_load),
            load.bulk_edits(self._clock, parameters.load, door.deliver, of_storms),
            load.storm(self._clock, parameters.load, door.deliver),
            self._end_warm_up(),
        ):
            self._clock.process(process)

    def run(self) -> Outcome:
        """Let it happen."""
        self._clock.run(until=self.parameters.seconds)
        counts = self.counts
        seconds = self.parameters.seconds - self.parameters.warm_up_seconds
        return Outcome(
            seconds=seconds,
            counts=dict(sorted(counts.totals.items())),
            peaks={name: counts.peak(name) for name in sorted(counts.totals)},
            webhooks=self._of("webhooks", self._webhooks, seconds),
            jira_calls=self._of("jira_calls", self._jira_calls, seconds),
            ages={
                "storm": counts.ages_in_short(stormy=True),
                "others": counts.ages_in_short(stormy=False),
            },
            waiting=self._queue.waiting,
            flying=self._queue.flying,
            flying_most=self._queue.flying_most,
            jira_refused={limit.value: number for limit, number in self._jira.refused.items()},
        )

    def _end_warm_up(self) -> Process:
        yield self._clock.timeout(self.parameters.warm_up_seconds)
        self._webhooks.begin_counting()
        self._jira_calls.begin_counting()

    def _of(self, name: str, fleet: Fleet, seconds: float) -> Functions:
        counted = self.counts.totals
        busy_seconds = fleet.busy_until_now()
        return Functions(
            events=counted[f"{name}.events"],
            lookups=counted[f"{name}.lookups"],
            reads=counted[f"{name}.reads"],
            decrypts=counted[f"{name}.decrypts"],
            cold_starts=fleet.cold_starts,
            busy_mean=busy_seconds / seconds,
            busy_most=fleet.busiest,
            seconds=busy_seconds,
            kept=fleet.size,
        )


def simulate(parameters: Parameters) -> Outcome:
    """One run, and what came of it."""
    return Simulation(parameters).run()
