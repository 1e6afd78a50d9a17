"""Jira, as far as it limits an app: points an hour, calls a second, and the time that an answer takes.

https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from bench.scale.buckets import TokenBucket
from bench.scale.parameters import Jira

HOUR = 3600.0
BLOCK = 4096


class Limit(Enum):
    """What a 429 stands for."""

    BURST = "jira-burst-based"
    SITE = "jira-quota-tenant-based"
    APP = "jira-quota-global-based"


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes of a call.

    Attributes:
        seconds: how long it took
        limit: None when it was done
        retry_after: seconds; 0 when it was done
    """

    seconds: float
    limit: Limit | None = None
    retry_after: float = 0.0


class Latencies:
    """Times that answers take, drawn in blocks.

    Args:
        settings: how they are spread
        random: where they come from
    """

    def __init__(self, settings: Jira, random: np.random.Generator) -> None:
        self._settings = settings
        self._random = random
        self._drawn: list[float] = []

    def draw(self) -> float:
        """One of them, in seconds."""
        if not self._drawn:
            median = self._settings.median_seconds
            if self._settings.answers == "exponential":
                block = self._random.exponential(median / np.log(2), BLOCK)
            else:
                block = self._random.lognormal(np.log(median), self._settings.spread, BLOCK)
            self._drawn = block.tolist()
        return self._drawn.pop()


class JiraCloud:
    """Answers calls, until the app has had its share.

    Args:
        settings: its limits
        random: of the times it takes
    """

    def __init__(self, settings: Jira, random: np.random.Generator) -> None:
        self._settings = settings
        self._latencies = Latencies(settings, random)
        self._hour = 0
        self._points_of_all = 0
        self._points: dict[int, int] = {}
        self._buckets: dict[tuple[int, bool], TokenBucket] = {}
        self.refused = dict.fromkeys(Limit, 0)
        self.done = 0

    def call(self, tenant: int, *, writes: bool, now: float) -> Answer:
        """Make one call."""
        seconds = self._latencies.draw()
        limit = self._limit(tenant, writes=writes, now=now)
        if limit is None:
            self.done += 1
            return Answer(seconds)
        self.refused[limit] += 1
        retry_after = 1.0 if limit is Limit.BURST else (self._hour + 1) * HOUR - now
        return Answer(min(seconds, 0.05), limit, retry_after)

    def _limit(self, tenant: int, *, writes: bool, now: float) -> Limit | None:
        settings = self._settings
        if int(now // HOUR) > self._hour:
            self._hour = int(now // HOUR)
            self._points_of_all = 0
            self._points.clear()
        points = settings.put_points if writes else settings.get_points
        if settings.pool_points and self._points_of_all + points > settings.pool_points:
            return Limit.APP
        spent = self._points.get(tenant, 0)
        if settings.tenant_points and spent + points > settings.tenant_points:
            return Limit.SITE
        rate = settings.puts_per_second if writes else settings.gets_per_second
        bucket = self._buckets.get((tenant, writes))
        if bucket is None:
            bucket = self._buckets[tenant, writes] = TokenBucket(rate=rate, size=rate)
        if not bucket.take(now):
            return Limit.BURST
        self._points_of_all += points
        self._points[tenant] = spent + points
        return None
