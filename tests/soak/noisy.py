"""Fairness: what a noisy site costs the others, measured against the same without it."""

import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from statistics import quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from connect_cli.errors import CommandError
from connect_local.jira.journal import RecordedRequest
from connect_local.jira.laptop import LaptopJira
from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.soak.laptop import VISIBILITY_SECONDS, install
from tests.soak.observer import noted_issue
from tests.soak.plan import EVENT, Planned, plan, site_names
from tests.soak.sender import Sender

NOISY_SHARE = 0.9
ALLOWED_SECONDS = 5.0
"""What a noisy site may add to the others' p95: until a worker has met its 429, and is free again."""

_PER_SECOND = 4.0
_WARMING_UP = 5
_LONGEST_SECONDS = 300
_STORM_AT_LEAST = 200
_STORM = {"status": 429, "retryAfter": 1, "rateLimitReason": "jira-burst-based", "count": 1000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long the webhooks of the quiet sites took, in seconds from the app's 204.

    Attributes:
        begun_p50: until Jira was called for the first time, of half of them
        begun_p95: likewise, of 95 in a hundred
        done_p50: until the effect
        done_p95: likewise
    """

    begun_p50: float
    begun_p95: float
    done_p50: float
    done_p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """What came of it.

    Attributes:
        alone: without the noisy site
        beside: with it
        backlog: how many of its webhooks had no effect yet when the last of the others had
    """

    alone: Waits
    beside: Waits
    backlog: int

    @property
    def held(self) -> bool:
        """Whether the others were not kept waiting for longer than is allowed, beside a backlog."""
        return self.backlog > 0 and self.beside.done_p95 - self.alone.done_p95 <= ALLOWED_SECONDS

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self), "allowedSeconds": ALLOWED_SECONDS, "held": self.held}

    def show(self, console: Console) -> None:
        """For people."""
        table = Table("seconds after 204", "alone", "beside the noisy site", box=None, pad_edge=False)
        alone, beside = asdict(self.alone), asdict(self.beside)
        for name, value in alone.items():
            table.add_row(name.replace("_", ", "), f"{value:.2f}", f"{beside[name]:.2f}")
        console.print(table)
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
    alone, _ = _measure([], measured)
    console.print("The quiet sites beside a noisy one …")
    beside, backlog = _measure(load, measured)
    return Fairness(alone=alone, beside=beside, backlog=backlog)


class _Watch:
    """When the note of each webhook was first tried, and when it was there."""

    def __init__(self) -> None:
        self.begun: dict[tuple[str, str], float] = {}
        self.done: dict[tuple[str, str], float] = {}

    def on_jira_request(self, request: RecordedRequest) -> None:
        key = noted_issue(request)
        if key is not None:
            self.begun.setdefault((request.site, key), time.monotonic())
            if request.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
                self.done.setdefault((request.site, key), time.monotonic())


def _measure(load: Sequence[Planned], measured: Sequence[Planned]) -> tuple[Waits, int]:
    watch = _Watch()
    options = StackOptions(
        port=0,
        jira_port=0,
        visibility_seconds=VISIBILITY_SECONDS,
        on_jira_request=watch.on_jira_request,
    )
    with LaptopStack(options) as stack:
        assert stack.jira is not None
        install(stack, stack.jira, sorted({webhook.site for webhook in (*load, *measured)}))
        if load:
            _make_noise(stack.jira, load)
        answered = _send_evenly(stack.jira, measured, storm_on=load[0].site if load else None)
        deadline = time.monotonic() + _LONGEST_SECONDS
        while not answered.keys() <= watch.done.keys():
            if time.monotonic() > deadline:
                raise CommandError(f"the quiet sites' webhooks were not worked off in {_LONGEST_SECONDS} s")
            time.sleep(0.1)
        backlog = sum((webhook.site, webhook.issue) not in watch.done for webhook in load)
    begun = [watch.begun[issue] - moment for issue, moment in answered.items()]
    done = [watch.done[issue] - moment for issue, moment in answered.items()]
    return (
        Waits(
            begun_p50=_percentile(begun, 50),
            begun_p95=_percentile(begun, 95),
            done_p50=_percentile(done, 50),
            done_p95=_percentile(done, 95),
        ),
        backlog,
    )


def _make_noise(jira: LaptopJira, load: Sequence[Planned]) -> None:
    jira.tenants.ensure(load[0].site).faults.order(_STORM)
    sender = Sender(jira, load)
    sender.start()
    try:
        while not sender.all_sent:
            time.sleep(0.1)
    finally:
        sender.stop()


def _send_evenly(
    jira: LaptopJira, measured: Sequence[Planned], *, storm_on: str | None
) -> dict[tuple[str, str], float]:
    """Send; when each was answered, those aside that found the processes still starting."""
    answered = {}
    for number, webhook in enumerate(measured):
        body = {"timestamp": webhook.timestamp, "issue": {"key": webhook.issue}}
        jira.tenants.ensure(webhook.site).webhooks.send(EVENT, body, webhook.identifier)
        if number >= _WARMING_UP:
            answered[webhook.site, webhook.issue] = time.monotonic()
        if storm_on and (faults := jira.tenants.ensure(storm_on).faults).pending() < _STORM_AT_LEAST:
            faults.order(_STORM)
        time.sleep(1 / _PER_SECOND)
    return answered


def _percentile(values: Sequence[float], hundredths: int) -> float:
    return quantiles(values, n=100, method="inclusive")[hundredths - 1]
