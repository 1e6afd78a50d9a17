"""The environments of one function: one event at a time in each, started when none is idle, and let go."""

from collections import deque
from collections.abc import Callable

from bench.scale.parameters import Lambda, Memory
from bench.scale.remembering import TenantMemory


class Environment:
    """One process of a function.

    Attributes:
        memory: what it remembers of sites
        paused: sites that it leaves alone, and until when; None stands for all of them
        is_new: until its first event is done
    """

    __slots__ = ("idle_since", "is_new", "memory", "paused", "started")

    def __init__(self, memory: TenantMemory, now: float) -> None:
        self.memory = memory
        self.paused: dict[int | None, float] = {}
        self.is_new = True
        self.started = self.idle_since = now


class Fleet:
    """The environments of one function.

    Args:
        settings: how Lambda keeps them
        memory: what each remembers
        clock: seconds
    """

    def __init__(self, settings: Lambda, memory: Memory, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._memory = memory
        self._clock = clock
        self._idle: deque[Environment] = deque()  # the one that is idle longest first
        self._counted_at = 0.0
        self.busy = 0
        self.busiest = 0
        self.cold_starts = 0
        self._busy_seconds = 0.0

    @property
    def size(self) -> int:
        """How many there are."""
        self._let_go()
        return self.busy + len(self._idle)

    def take(self) -> Environment:
        """An environment for an event: an idle one, or a new one."""
        now = self._clock()
        self._count(now)
        self._let_go()
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        while self._idle:
            environment = (
                self._idle.pop() if self._settings.routing == "most-recent" else self._idle.popleft()
            )
            if now - environment.started < self._settings.lifetime_seconds:
                return environment
        self.cold_starts += 1
        return Environment(TenantMemory(self._memory), now)

    def give_back(self, environment: Environment) -> None:
        """Its event is done."""
        now = self._clock()
        self._count(now)
        self.busy -= 1
        environment.is_new = False
        environment.idle_since = now
        self._idle.append(environment)

    def begin_counting(self) -> None:
        """Forget what was counted."""
        self._counted_at = self._clock()
        self.busiest = self.busy
        self.cold_starts = 0
        self._busy_seconds = 0.0

    def busy_until_now(self) -> float:
        """Environments at work, times seconds."""
        self._count(self._clock())
        return self._busy_seconds

    def _count(self, now: float) -> None:
        self._busy_seconds += self.busy * (now - self._counted_at)
        self._counted_at = now

    def _let_go(self) -> None:
        oldest_kept = self._clock() - self._settings.idle_seconds
        while self._idle and self._idle[0].idle_since < oldest_kept:
            self._idle.popleft()
