"""Events of functions that are warm: time, time of the processor, and the most memory."""

import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from rich.progress import Progress

from bench.cold import BARE, events
from bench.lambdas import Event, Lambdas, cpu_seconds, invoke, peak_megabytes
from bench.samples import SITE
from bench.sampling import Figure, interleaved
from connect_local.laptop.environment import Environment

if TYPE_CHECKING:
    from collections.abc import Callable

CALL, SENDING = "one signed call", "only sent to the queue"
SENDING_BY_BOTO3 = f"{SENDING}, by boto3"
_EVENTS = 100
"""In a round: the processor's time is counted in hundredths of a second."""


def measure(lambdas: Lambdas, rounds: int, progress: Progress) -> dict[str, dict[str, Figure]]:
    """Milliseconds for each event, wall and processor; megabytes."""
    first = events(lambdas)
    cases: dict[str, tuple[Callable[[], Environment], Event]] = {
        BARE: (
            lambda: lambdas.start_other("bare", layers_of="DescriptorFunction"),
            first["WebhooksFunction"],
        ),
        SENDING: (
            lambda: lambdas.start_other("sending", layers_of="WebhooksFunction"),
            first["WebhooksFunction"],
        ),
        SENDING_BY_BOTO3: (
            lambda: lambdas.start_other("sending_by_boto3", layers_of="WebhooksFunction"),
            first["WebhooksFunction"],
        ),
        CALL: (
            partial(lambdas.start, "JiraCallsFunction"),
            lambda: {"clientKey": SITE, "method": "GET", "path": "/rest/api/3/myself"},
        ),
        **{function: (partial(lambdas.start, function), event) for function, event in first.items()},
    }
    lambdas.install()
    with ExitStack() as running:
        measures = {}
        for name, (start, event) in cases.items():
            environment = start()
            running.callback(environment.stop)
            measures[name] = partial(warm_figures, environment, event)
        return interleaved(measures, rounds=rounds, progress=progress, title="warm")


def warm_figures(environment: Environment, event: Event) -> dict[str, float]:
    """Milliseconds for each of many events, wall and processor; megabytes."""
    wall = 0.0
    cpu_before = cpu_seconds(environment.pid)
    for _ in range(_EVENTS):
        this = event()
        started = time.perf_counter()
        invoke(environment, this)
        wall += time.perf_counter() - started
    return {
        "wall": wall * 1000 / _EVENTS,
        "processor": (cpu_seconds(environment.pid) - cpu_before) * 1000 / _EVENTS,
        "megabytes": peak_megabytes(environment.pid),
    }
