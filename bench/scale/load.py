"""What Jira sends: a steady stream from sites large and small, bulk edits, and a storm."""

from collections.abc import Callable

import numpy as np
import simpy

from bench.scale.parameters import Load
from bench.scale.webhooks import Process

BLOCK = 8192

type Deliver = Callable[[int], float]


def shares(load: Load) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Of all webhooks, each site's part, the largest first: Zipf's law."""
    weights = np.arange(1, load.tenants + 1, dtype=np.float64) ** -load.skew
    return weights / weights.sum()


class Sites:
    """Chooses sites, the larger ones more often."""

    def __init__(self, load: Load, random: np.random.Generator) -> None:
        self._sums = np.cumsum(shares(load))
        self._random = random

    def some(self, number: int) -> list[int]:
        """So many of them, by rank from 0."""
        chosen = np.searchsorted(self._sums, self._random.random(number), side="right")
        ranks: list[int] = np.minimum(chosen, len(self._sums) - 1).tolist()
        return ranks


def steady(clock: simpy.Environment, load: Load, deliver: Deliver, random: np.random.Generator) -> Process:
    """Webhooks that have nothing to do with each other: a Poisson process."""
    if not load.webhooks_per_second:
        return
    sites = Sites(load, random)
    while True:
        gaps = random.exponential(1 / load.webhooks_per_second, BLOCK).tolist()
        for gap, site in zip(gaps, sites.some(BLOCK), strict=True):
            yield clock.timeout(gap)
            deliver(site)


def bulk_edits(
    clock: simpy.Environment, load: Load, deliver: Deliver, random: np.random.Generator
) -> Process:
    """Now and then a site changes many issues at once."""
    if not load.bulk_edits_per_hour:
        return
    sites = Sites(load, random)
    while True:
        yield clock.timeout(random.exponential(3600 / load.bulk_edits_per_hour))
        number = int(random.geometric(1 / load.bulk_edit_webhooks))
        rush(clock, load, deliver, sites.some(1)[0], number)


def storm(clock: simpy.Environment, load: Load, deliver: Deliver) -> Process:
    """The one rush that a run is about."""
    if load.storm_webhooks:
        yield clock.timeout(load.storm_at)
        rush(clock, load, deliver, load.storm_rank, load.storm_webhooks)


def rush(clock: simpy.Environment, load: Load, deliver: Deliver, site: int, number: int) -> None:
    """A site sends many webhooks as Jira does: so many at a time, the next when one is answered."""
    left = number

    def one_at_a_time() -> Process:
        nonlocal left
        while left:
            left -= 1
            yield clock.timeout(load.round_trip_seconds + deliver(site))

    for _ in range(min(load.deliveries_at_once, number)):
        clock.process(one_at_a_time())
