"""Fairness: what a noisy site costs the others, measured against the same without it."""

import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console

from connect_local.jira.laptop import LaptopJira
from tests.soak.plan import Planned, plan, site_names
from tests.soak.sender import Sender
from tests.soak.waits import Waits, measure, show_waits

NOISY_SHARE = 0.9
ALLOWED_SECONDS = 5.0
"""Allowed increase of the other sites' p95: until a worker has met the noisy one's 429, and is free again."""

_PER_SECOND = 4.0
_STORM_AT_LEAST = 200
_STORM = {"status": 429, "retryAfter": 1, "rateLimitReason": "jira-burst-based", "count": 1000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """Outcome of the measurement.

    Attributes:
        alone: without the noisy site
        beside: with it
        backlog: number of its webhooks without an effect when the last of the others had one
    """

    alone: Waits
    beside: Waits
    backlog: int

    @property
    def held(self) -> bool:
        """True if the others were not kept waiting for longer than is allowed, beside a backlog."""
        return self.backlog > 0 and self.beside.done_p95 - self.alone.done_p95 <= ALLOWED_SECONDS

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self), "allowedSeconds": ALLOWED_SECONDS, "held": self.held}

    def show(self, console: Console) -> None:
        """For people."""
        show_waits(self.alone, self.beside, "the noisy site", console)
        console.print(f"{self.backlog} of the noisy site's webhooks waited when the others were done.")
        said = f"p95 until the effect, at most {ALLOWED_SECONDS:.0f} s more"
        console.print(f"[bold green]It held:[/] {said}." if self.held else f"[bold red]Not held:[/] {said}.")


def noisy(webhooks: int, tenants: int, seed: int, console: Console) -> Fairness:
    """Measure it, on two stacks one after the other.

    The noisy site's webhooks are there before the others', which then come at an even pace; each of its
    calls meets a 429.

    Args:
        webhooks: of all sites; nine in ten are the noisy site's
        tenants: the sites, the noisy one included
        seed: of which quiet site sends what
        console: shows how far it is

    Raises:
        CommandError: a site does not take the app, or the others are not worked off at all
    """
    chance = random.Random(seed)  # noqa: S311 - it is repeated by its seed
    loud, *others = site_names(tenants)
    load = plan(round(webhooks * NOISY_SHARE), [loud], chance)
    measured = plan(webhooks - len(load), others, chance)
    console.print("The quiet sites alone …")
    alone, _ = measure(
        measured, sites=others, aside=loud, per_second=_PER_SECOND, begin=_nothing, go_on=_nothing
    )
    console.print("The quiet sites beside a noisy one …")
    beside, watch = measure(
        measured,
        sites=[loud, *others],
        aside=loud,
        per_second=_PER_SECOND,
        begin=lambda jira: _make_noise(jira, load),
        go_on=lambda jira: _keep_storm(jira, loud),
    )
    backlog = sum((webhook.site, webhook.issue) not in watch.done for webhook in load)
    return Fairness(alone=alone, beside=beside, backlog=backlog)


def _nothing(_jira: LaptopJira) -> None:
    pass


def _make_noise(jira: LaptopJira, load: Sequence[Planned]) -> None:
    jira.tenants.ensure(load[0].site).faults.order(_STORM)
    sender = Sender(jira, load)
    sender.start()
    try:
        while not sender.all_sent:
            time.sleep(0.1)
    finally:
        sender.stop()


def _keep_storm(jira: LaptopJira, loud: str) -> None:
    faults = jira.tenants.ensure(loud).faults
    if faults.pending() < _STORM_AT_LEAST:
        faults.order(_STORM)
