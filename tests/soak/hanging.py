"""Fairness: what a site that does not answer costs the others, measured against the same while it does."""

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console

from connect_local.jira.laptop import LaptopJira
from tests.soak.plan import plan, site_names
from tests.soak.waits import Waits, measure, show_waits

ALLOWED_TIMES = 2.0
"""Allowed factor for the other sites' p99."""

_PER_SECOND = 8.0
_SILENT = {"delay": 120, "count": 1000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Outcome of the measurement.

    Attributes:
        alone: the others' waits while every site answers
        beside: while one does not
    """

    alone: Waits
    beside: Waits

    @property
    def held(self) -> bool:
        """True if the others were not kept waiting for longer than is allowed."""
        return self.beside.done_p99 < ALLOWED_TIMES * self.alone.done_p99

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self), "allowedTimes": ALLOWED_TIMES, "held": self.held}

    def show(self, console: Console) -> None:
        """For people."""
        show_waits(self.alone, self.beside, "the silent site", console)
        said = f"p99 until the effect, less than {ALLOWED_TIMES:.0f} times as long"
        console.print(f"[bold green]It held:[/] {said}." if self.held else f"[bold red]Not held:[/] {said}.")


def hanging(webhooks: int, tenants: int, seed: int, console: Console) -> Patience:
    """Measure it, on two stacks one after the other. All sites send alike, at an even pace.

    Args:
        webhooks: of all sites
        tenants: the sites, the silent one included
        seed: of which site sends what
        console: shows how far it is

    Raises:
        CommandError: a site does not take the app, or the others are not worked off at all
    """
    chance = random.Random(seed)  # noqa: S311 - it is repeated by its seed
    silent, *_ = sites = site_names(tenants)
    sent = plan(webhooks, sites, chance, evenly=True)

    def run(go_on: Callable[[LaptopJira], None]) -> Waits:
        waits, _ = measure(sent, sites=sites, aside=silent, per_second=_PER_SECOND, begin=go_on, go_on=go_on)
        return waits

    console.print("While every site answers …")
    alone = run(lambda _jira: None)
    console.print("While one of them does not …")
    return Patience(alone=alone, beside=run(lambda jira: _keep_silent(jira, silent)))


def _keep_silent(jira: LaptopJira, site: str) -> None:
    faults = jira.tenants.ensure(site).faults
    if not faults.pending():
        faults.order(_SILENT)
