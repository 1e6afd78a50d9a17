"""Latency of webhooks while another site has a problem."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from statistics import quantiles

from rich.console import Console
from rich.table import Table

from connect_cli.errors import CommandError
from connect_local.jira.journal import RecordedRequest
from connect_local.jira.laptop import LaptopJira
from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.soak.laptop import VISIBILITY_SECONDS, install
from tests.soak.observer import noted_issue
from tests.soak.plan import EVENT, Planned

_WARMING_UP = 5
_LONGEST_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Latencies of webhooks, in seconds from the app's 204.

    Attributes:
        begun_p50: until Jira was called for the first time, of half of them
        begun_p95: likewise, of 95 in a hundred
        begun_p99: likewise, of 99 in a hundred
        done_p50: until the effect
        done_p95: likewise
        done_p99: likewise
    """

    begun_p50: float
    begun_p95: float
    begun_p99: float
    done_p50: float
    done_p95: float
    done_p99: float


def show_waits(alone: Waits, beside: Waits, what: str, console: Console) -> None:
    """Show waits beside those without it.

    Args:
        alone: without it
        beside: with it
        what: the problem
        console: output
    """
    table = Table("seconds after 204", "alone", f"beside {what}", box=None, pad_edge=False)
    with_it = asdict(beside)
    for name, value in asdict(alone).items():
        table.add_row(name.replace("_", ", "), f"{value:.2f}", f"{with_it[name]:.2f}")
    console.print(table)


class Watch:
    """Times at which each webhook's note was first tried, and was written."""

    def __init__(self) -> None:
        self.begun: dict[tuple[str, str], float] = {}
        self.done: dict[tuple[str, str], float] = {}

    def on_jira_request(self, request: RecordedRequest) -> None:
        """Note one REST call."""
        key = noted_issue(request)
        if key is not None:
            self.begun.setdefault((request.site, key), time.monotonic())
            if request.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
                self.done.setdefault((request.site, key), time.monotonic())


def measure(
    sent: Sequence[Planned],
    *,
    sites: Sequence[str],
    aside: str,
    per_second: float,
    begin: Callable[[LaptopJira], None],
    go_on: Callable[[LaptopJira], None],
) -> tuple[Waits, Watch]:
    """Send webhooks to a stack of their own at an even pace, and wait for their effects.

    Args:
        sent: the webhooks
        sites: that install the app
        aside: the one whose webhooks are not waited for, and do not count
        per_second: number of webhooks
        begin: does what is wrong, before they are sent
        go_on: and again, with each that is

    Raises:
        CommandError: a site does not take the app, or they are not worked off at all
    """
    watch = Watch()
    options = StackOptions(
        port=0,
        jira_port=0,
        visibility_seconds=VISIBILITY_SECONDS,
        on_jira_request=watch.on_jira_request,
    )
    with LaptopStack(options) as stack:
        assert stack.jira is not None
        install(stack, stack.jira, sites)
        begin(stack.jira)
        answered = {}
        for number, webhook in enumerate(sent):
            body = {"timestamp": webhook.timestamp, "issue": {"key": webhook.issue}}
            stack.jira.tenants.ensure(webhook.site).webhooks.send(EVENT, body, webhook.identifier)
            if number >= _WARMING_UP and webhook.site != aside:  # the first find the processes still starting
                answered[webhook.site, webhook.issue] = time.monotonic()
            go_on(stack.jira)
            time.sleep(1 / per_second)
        deadline = time.monotonic() + _LONGEST_SECONDS
        while not answered.keys() <= watch.done.keys():
            if time.monotonic() > deadline:
                raise CommandError(f"the quiet sites' webhooks were not worked off in {_LONGEST_SECONDS} s")
            time.sleep(0.1)
    return _waits(answered, watch), watch


def _waits(answered: dict[tuple[str, str], float], watch: Watch) -> Waits:
    begun = _percentiles([watch.begun[issue] - moment for issue, moment in answered.items()])
    done = _percentiles([watch.done[issue] - moment for issue, moment in answered.items()])
    return Waits(
        begun_p50=begun[49],
        begun_p95=begun[94],
        begun_p99=begun[98],
        done_p50=done[49],
        done_p95=done[94],
        done_p99=done[98],
    )


def _percentiles(values: Sequence[float]) -> list[float]:
    return quantiles(values, n=100, method="inclusive")
