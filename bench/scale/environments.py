"""The environments of one function: one event at a time in each, started when none is idle, and let go."""

from cachetools import TTLCache

from bench.scale.model import Model


class Environment:
    """One process of a function, and what it remembers of sites.

    A test sends the same events through the caches of `connect_jira` and through these, and compares what is
    asked of DynamoDB and KMS.
    """

    def __init__(self, model: Model, now: float) -> None:
        self.started = self.idle_since = now
        self.is_new = True
        self._now = now
        self._rows, self._secrets = (
            TTLCache[int, bool](maxsize=entries, ttl=seconds, timer=lambda: self._now)
            for entries, seconds in (
                (model.row_entries, model.row_seconds),
                (model.secret_entries, model.secret_seconds),
            )
        )

    def look_up(self, site: int, now: float) -> tuple[bool, bool]:
        """Find a site's row and its secret; whether DynamoDB and whether KMS had to be asked."""
        self._now = now
        return _missing(self._rows, site), _missing(self._secrets, site)


def _missing(cache: TTLCache[int, bool], site: int) -> bool:
    if cache.get(site):
        return False
    cache[site] = True
    return True


class Fleet:
    """All environments of one function. The most recently used idle one gets the next event."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._idle: list[Environment] = []
        self._counted_at = 0.0
        self.busy = self.busiest = self.cold_starts = 0
        self.busy_seconds = 0.0

    def take(self, now: float) -> Environment:
        """An environment for an event: an idle one, or a new one."""
        self._count(now)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        while self._idle:
            environment = self._idle.pop()
            if now - environment.idle_since >= self._model.idle_seconds:
                self._idle.clear()  # all others have been idle for longer
            elif now - environment.started < self._model.lifetime_seconds:
                return environment
        self.cold_starts += 1
        return Environment(self._model, now)

    def give_back(self, environment: Environment, now: float) -> None:
        """Its event is done."""
        self._count(now)
        self.busy -= 1
        environment.is_new = False
        environment.idle_since = now
        self._idle.append(environment)

    def begin_counting(self, now: float) -> None:
        """Forget what was counted until now."""
        self._count(now)
        self.busiest, self.cold_starts, self.busy_seconds = self.busy, 0, 0.0

    def end_counting(self, now: float) -> None:
        """Count the work that is still under way."""
        self._count(now)

    def _count(self, now: float) -> None:
        self.busy_seconds += self.busy * (now - self._counted_at)
        self._counted_at = now
