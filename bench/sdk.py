"""Cost of boto3: functions with either client, cold and then warm, in the same rounds."""

import time
from dataclasses import replace
from functools import partial

from rich.progress import Progress

from bench.cold import events
from bench.lambdas import Event, Lambdas, invoke, start_figures
from bench.sampling import Figure, interleaved
from bench.warm import warm_figures

CLIENTS = ("direct", "boto3")
FUNCTIONS = ("WebhooksFunction", "ForgeFunction", "JiraCallsFunction")
FIGURES = {
    "first answer": "from its start to its first answer, ms",
    "processor": "the processor's part of that, ms",
    "warm processor": "a warm event, the processor, ms",
    "warm wall": "a warm event, ms",
    "megabytes": "MB at the most",
}


def measure(lambdas: Lambdas, rounds: int, progress: Progress) -> dict[str, dict[str, Figure]]:
    """The figures of each function by each client."""
    first = events(lambdas)
    measures = {
        f"{function}/{client}": partial(_round, replace(lambdas, sdk=client), function, first[function])
        for function in FUNCTIONS
        for client in CLIENTS
    }
    return interleaved(measures, rounds=rounds, progress=progress, title="sdk")


def _round(lambdas: Lambdas, function: str, event: Event) -> dict[str, float]:
    lambdas.aws.forget()
    lambdas.install()
    this = event()
    started = time.monotonic()
    environment = lambdas.start(function)
    try:
        invoke(environment, this)
        answered = time.monotonic()
        assert environment.ready_at is not None  # noqa: S101 - it has answered
        cold = start_figures(environment.pid, started=started, ready=environment.ready_at, answered=answered)
        warm = warm_figures(environment, event)
    finally:
        environment.stop()
    return {
        **cold,
        "warm processor": warm["processor"],
        "warm wall": warm["wall"],
        "megabytes": warm["megabytes"],
    }
