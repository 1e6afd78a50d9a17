"""Runs a soak: starts a stack, installs the app on each site, sends, disturbs, waits, and judges."""

import random
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.soak.faults import DELIVERY_FAULTS, clear_faults, kinds_of_faults
from tests.soak.laptop import VISIBILITY_SECONDS, install
from tests.soak.observer import Observer
from tests.soak.options import SoakOptions
from tests.soak.plan import deliveries, plan, site_names
from tests.soak.proof import judge
from tests.soak.queues import Queues
from tests.soak.sender import Sender
from tests.soak.summary import Summary
from tests.soak.weather import Weather

_LOOK_SECONDS = 0.25


def soak(options: SoakOptions, console: Console) -> Summary:
    """Run one on free ports.

    Args:
        options: of the soak
        console: shows how far it is

    Raises:
        CommandError: a site does not take the app
    """
    chance = random.Random(options.seed)  # noqa: S311 - a soak is repeated by its seed
    sites = site_names(options.tenants)
    planned = plan(options.webhooks, sites, chance)
    sent = deliveries(planned, chance, twice="twice" in options.faults, shuffle="shuffle" in options.faults)
    observer = Observer()
    stack_options = StackOptions(
        port=0,
        jira_port=0,
        visibility_seconds=VISIBILITY_SECONDS,
        on_log=observer.on_log,
        on_jira_request=observer.on_jira_request,
    )
    with LaptopStack(stack_options) as stack:
        assert stack.jira is not None
        observer.watch(stack.jira.tenants)
        install(stack, stack.jira, sites)
        kinds = kinds_of_faults(stack, [webhook.site for webhook in planned], chance)
        weather = Weather(
            {name: fault for name, fault in kinds.items() if name in options.faults},
            chance,
            clear=lambda: clear_faults(stack, sites),
        )
        sender, queues = Sender(stack.jira, sent), Queues(stack.cloud)
        run = _Run(sender, weather, queues, observer)
        begun = time.monotonic()
        try:
            run.work_off(until=begun + options.limit, webhooks=len(planned), console=console)
        finally:
            run.stop()
        return Summary(
            seed=options.seed,
            seconds=time.monotonic() - begun,
            webhooks=len(planned),
            deliveries=len(sent),
            answers=dict(sender.answers()),
            given_up=sender.given_up(),
            faults={**weather.struck(), **dict.fromkeys(options.faults & DELIVERY_FAULTS, len(planned))},
            calls=dict(observer.calls),
            retried=dict(observer.retried),
            postponed=dict(observer.postponed),
            duplicates_absorbed=observer.duplicates_absorbed,
            timed_out=len(observer.timed_out),
            effects=judge(planned, observer, [*weather.kills, *observer.timed_out]),
            left=queues.waiting(),
            failed=queues.failed(),
        )


class _Run:
    """A soak under way.

    Args:
        sender: of the webhooks
        weather: of the faults
        queues: of the stack
        observer: of the effects
    """

    def __init__(self, sender: Sender, weather: Weather, queues: Queues, observer: Observer) -> None:
        self._sender = sender
        self._weather = weather
        self._queues = queues
        self._observer = observer

    def work_off(self, *, until: float, webhooks: int, console: Console) -> None:
        """Send, disturb, and wait until there is nothing left to send or to do, or the time is over.

        Faults strike while webhooks are sent for the first time, and until each kind has; what came again by
        then is worked off in peace.
        """
        columns = (
            TextColumn("{task.fields[phase]:10}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} effects, {task.fields[unsettled]} to send, "),
            TextColumn("{task.fields[waiting]} in the queue"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("", total=webhooks, phase="", unsettled="", waiting="")
            self._sender.start()
            self._weather.start()
            while time.monotonic() < until:
                raining = not (self._sender.all_sent and self._weather.every_kind_has_struck)
                if not raining:
                    self._weather.stop()
                unsettled, waiting = self._sender.unsettled, self._queues.waiting()
                progress.update(
                    task,
                    completed=self._observer.effects(),
                    phase="disturbing" if raining else "waiting",
                    unsettled=unsettled,
                    waiting="?" if waiting is None else waiting,
                )
                if not raining and not unsettled and waiting == 0:
                    return
                time.sleep(_LOOK_SECONDS)

    def stop(self) -> None:
        """Send nothing more, and let nothing more fail."""
        self._sender.stop()
        self._weather.stop()
