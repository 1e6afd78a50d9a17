"""One run: webhooks arrive, `webhooks` queues each, `jira_calls` works the queue off with one PUT for each.

Simulated is what decides how often a process already knows a site: how many environments there are, and to
which of them an event comes. Limits, throttles and failures are not.
"""

import heapq
import random
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate

from bench.scale.environments import Environment, Fleet
from bench.scale.model import Model

_BLOCK = 10_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts of a run after its warm-up.

    Attributes:
        model: of the run
        counts: of each function .events, .lookups, .reads and .decrypts; besides sends, batches, writes
        peaks: the most of each in any second
        busy_seconds: environments at work times seconds, by function
        busiest: the most environments at work at a time, by function
    """

    model: Model
    counts: Counter[str]
    peaks: dict[str, int]
    busy_seconds: dict[str, float]
    busiest: dict[str, int]

    def hit_rate(self, function: str) -> float:
        """Share of a site's secret look-ups that needed no Decrypt."""
        return 1 - self.counts[f"{function}.decrypts"] / self.counts[f"{function}.lookups"]

    def a_second(self, *names: str) -> float:
        """The mean of some counts together."""
        return sum(self.counts[name] for name in names) / self.model.seconds


@dataclass
class _Simulation:
    model: Model
    counts: Counter[str] = field(default_factory=Counter)
    by_second: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    waiting: deque[int] = field(default_factory=deque)
    pollers_idle: int = 0
    pollers: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.model.seed)  # noqa: S311 - the same run each time
        self.webhooks, self.jira_calls = Fleet(self.model), Fleet(self.model)
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._sums = list(accumulate(rank**-self.model.skew for rank in range(1, self.model.sites + 1)))
        self._sites: list[int] = []

    def run(self) -> Outcome:
        model = self.model
        begin, end = model.warm_up_seconds, model.warm_up_seconds + model.seconds
        self.pollers = self.pollers_idle = model.pollers
        self._after(0.0, self._arrive)
        self._after(60 / model.pollers_per_minute, self._scale_up)
        self._after(begin, self._begin_counting)
        while self._events and self._events[0][0] < end:
            self.now, _, happens = heapq.heappop(self._events)
            happens()
        fleets = {"webhooks": self.webhooks, "jira_calls": self.jira_calls}
        for fleet in fleets.values():
            fleet.end_counting(end)
        peaks = {name: max(seconds.values()) for name, seconds in self.by_second.items()}
        return Outcome(
            model,
            self.counts,
            peaks,
            {name: fleet.busy_seconds for name, fleet in fleets.items()},
            {name: fleet.busiest for name, fleet in fleets.items()},
        )

    def _after(self, seconds: float, happens: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._events, (self.now + seconds, self._number, happens))

    def _count(self, name: str, number: int = 1) -> None:
        if number and self.now >= self.model.warm_up_seconds:
            self.counts[name] += number
            self.by_second[name][int(self.now)] += number

    def _begin_counting(self) -> None:
        self.webhooks.begin_counting(self.now)
        self.jira_calls.begin_counting(self.now)

    def _arrive(self) -> None:
        if not self._sites:
            self._sites = self.random.choices(range(self.model.sites), cum_weights=self._sums, k=_BLOCK)
        site = self._sites.pop()
        environment = self.webhooks.take(self.now)
        seconds = self.model.webhook_seconds + self._look_up("webhooks", environment, site, self.now)

        def done() -> None:
            self._count("webhooks.events")
            self._count("sends")
            self.webhooks.give_back(environment, self.now)
            self.waiting.append(site)
            if self.pollers_idle:
                self.pollers_idle -= 1
                self._poll()

        self._after(seconds, done)
        self._after(self.random.expovariate(self.model.webhooks_per_second), self._arrive)

    def _look_up(self, function: str, environment: Environment, site: int, at: float) -> float:
        read, decrypted = environment.look_up(site, at)
        self._count(f"{function}.lookups")
        self._count(f"{function}.reads", read)
        self._count(f"{function}.decrypts", decrypted)
        return (
            read * self.model.read_seconds
            + decrypted * self.model.decrypt_seconds
            + environment.is_new * self.model.cold_start_seconds
        )

    def _poll(self) -> None:
        if not self.waiting:
            if self.pollers > self.model.pollers:
                self.pollers -= 1
            else:
                self.pollers_idle += 1
            return
        batch = [self.waiting.popleft() for _ in range(min(len(self.waiting), self.model.batch_size))]
        self._count("batches")
        environment = self.jira_calls.take(self.now)
        seconds = 0.0
        for site in batch:
            seconds += self._look_up("jira_calls", environment, site, self.now + seconds)
            seconds += self.model.record_seconds + self._jira_seconds()
            environment.is_new = False
            self._count("writes", 2)

        def done() -> None:
            self._count("jira_calls.events", len(batch))
            self.jira_calls.give_back(environment, self.now)
            self._poll()

        self._after(seconds, done)

    def _jira_seconds(self) -> float:
        return self.model.jira_median_seconds * self.random.lognormvariate(0.0, self.model.jira_spread)

    def _scale_up(self) -> None:
        if self.waiting and not self.pollers_idle:
            self.pollers += 1
            self._poll()
        self._after(60 / self.model.pollers_per_minute, self._scale_up)


def simulate(model: Model) -> Outcome:
    """One run. The same model makes the same run."""
    return _Simulation(model).run()
