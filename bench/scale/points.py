"""Jira's points, worked out: they need no simulation.

https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from bench.scale.load import shares
from bench.scale.parameters import Load
from bench.scale.quotas import POOL_POINTS

BUSY_HOUR = 0.1
"""Of a day's webhooks, the part that comes in the busiest hour: an assumption."""


def webhooks_per_second(*, points: int) -> float:
    """What the pool carries all the time, when the reaction to one webhook costs so many points."""
    return POOL_POINTS.allowed / 3600 / points


def sites_carried(webhooks_a_day: float, *, points: int) -> float:
    """How many sites the pool carries in its busiest hour."""
    return POOL_POINTS.allowed / (webhooks_a_day * BUSY_HOUR * points)


def sites_bound(load: Load, *, points: int, quota: float) -> int:
    """How many sites send more than their own quota (Tier 2) carries, at a steady load."""
    an_hour = shares(load) * load.webhooks_per_second * 3600 * points
    return int((an_hour > quota).sum())


def workers_needed(rate: float, seconds: float, *, spare: float = 1.25) -> float:
    """Environments at work for a rate of messages, by Little's law, with something to spare."""
    return rate * seconds * spare
