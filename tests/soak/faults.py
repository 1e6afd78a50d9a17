"""The faults of a soak: what each is, how often it comes, and how it is brought about."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connect_jira.jira.rate_limits import LimitScope
from connect_local.jira.faults import Faults
from connect_local.laptop.stack import LaptopStack

SLOW_SECONDS = 11.0
"""Longer than the client waits for an answer (`connect_jira.jira.exchange.READ_TIMEOUT_SECONDS`)."""

DELIVERY_FAULTS = frozenset({"twice", "shuffle"})
"""Faults of the deliveries themselves."""

MOST_IN_A_ROW = 5
"""Maximum number of faults that a site meets in a row.

The app leaves a site alone for a second after the first, and for twice as long after each further one. So the
pauses after these make half a minute together, and no luck of a soak's uses up its limit.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One kind of fault.

    Attributes:
        every: about how many seconds lie between two of them
        strike: brings one about; whether it could be
    """

    every: float
    strike: Callable[[], bool]


def kinds_of_faults(stack: LaptopStack, sites: list[str], chance: random.Random) -> Mapping[str, Fault]:
    """Every kind of fault that strikes from outside, by its name.

    Args:
        stack: to strike
        sites: to strike; one that is listed more often is struck more often
        chance: source of randomness
    """
    strikes = _Strikes(stack, sites, chance)
    return {
        "429": Fault(every=0.4, strike=strikes.rate_limit),
        "503": Fault(every=0.5, strike=strikes.unavailable),
        "drop": Fault(every=0.6, strike=strikes.drop),
        "slow": Fault(every=15, strike=strikes.slow),
        "rotate": Fault(every=5, strike=strikes.rotate),
        "kill": Fault(every=7, strike=strikes.kill),
        "kms": Fault(every=17, strike=lambda: strikes.service("kms")),
        "dynamodb": Fault(every=23, strike=lambda: strikes.service("dynamodb")),
        "sqs": Fault(every=29, strike=lambda: strikes.service("sqs")),
    }


def clear_faults(stack: LaptopStack, sites: list[str]) -> None:
    """Let everything work again that was made to fail."""
    assert stack.jira is not None
    stack.cloud.clear_faults()
    for site in sites:
        stack.jira.tenants.ensure(site).faults.clear()


FAULT_NAMES = ("429", "503", "slow", "drop", "rotate", "kill", "kms", "dynamodb", "sqs", "twice", "shuffle")
"""Values of `--faults`."""


class _Strikes:
    def __init__(self, stack: LaptopStack, sites: list[str], chance: random.Random) -> None:
        assert stack.jira is not None
        self._stack = stack
        self._jira = stack.jira
        self._sites = sites
        self._chance = chance
        self._waits = [None, 1, 2, 4]

    def rate_limit(self) -> bool:
        """One without a time comes once: after it the app may leave all sites alone for a minute."""
        wait = self._chance.choice(self._waits)
        is_ordered = self._order(
            status=429,
            rateLimitReason=self._chance.choice(list(LimitScope)),
            retryAfter=wait,
            count=self._chance.randint(1, 3),
        )
        if is_ordered and wait is None:
            self._waits = [1, 2, 4]
        return is_ordered

    def unavailable(self) -> bool:
        return self._order(
            status=503, retryAfter=self._chance.choice([None, 1, 3]), count=self._chance.randint(1, 4)
        )

    def drop(self) -> bool:
        return self._order(drop=self._chance.choice(["before", "after"]), count=self._chance.randint(1, 2))

    def slow(self) -> bool:
        return self._order(delay=SLOW_SECONDS)

    def rotate(self) -> bool:
        return self._order(rotateSecret=True)

    def kill(self) -> bool:
        """Mostly one that calls Jira, sometimes one that takes a webhook."""
        names = ["JiraCallsFunction"] * 3 + ["WebhooksFunction"]
        return self._stack.functions[self._chance.choice(names)].kill_one()

    def service(self, name: str) -> bool:
        """For longer than the app's own attempts take, and not so long that Jira gives up."""
        if self._stack.cloud.faults():  # one at a time
            return False
        self._stack.cloud.fail(name, seconds=self._chance.uniform(2, 4))
        return True

    def _order(self, **wish: Any) -> bool:
        faults = self._faults_of(self._chance.choice(self._sites))
        possible = MOST_IN_A_ROW - faults.in_a_row()
        if possible <= 0:
            return False
        faults.order({**wish, "count": min(wish.get("count", 1), possible)})
        return True

    def _faults_of(self, site: str) -> Faults:
        return self._jira.tenants.ensure(site).faults
