"""From the start of a process to its first answer."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from rich.progress import Progress

from bench import ace
from bench.lambdas import Event, Lambdas, invoke, start_figures
from bench.samples import sample, signed_by_atlassian, signed_by_forge, signed_by_site, work
from bench.sampling import Figure, Measure, interleaved
from bench.stand_ins import Aws
from connect_local.laptop.environment import Environment

BARE, BOTO3, EVERYTHING = "bare", "boto3 with three clients", "everything"
ACE = {f"atlassian-connect-express, {which}": store for which, store in ace.STORES.items()}

_FIRST: dict[str, Callable[[Aws], dict[str, Any]]] = {
    "DescriptorFunction": lambda _aws: sample("descriptor-get"),
    "LifecycleFunction": lambda aws: signed_by_atlassian("lifecycle-installed", aws.key, aws.kid),
    "WebhooksFunction": lambda _aws: signed_by_site("webhooks-issue_created"),
    "ForgeFunction": lambda aws: signed_by_forge("forge-issue_created", aws.key, aws.kid),
    "CallRequestsFunction": lambda _aws: sample("call_requests-requested"),
    "JiraCallsFunction": lambda _aws: work(kind="webhook"),
    "PagesFunction": lambda _aws: signed_by_site("pages-hello-world"),
}
FUNCTIONS = tuple(_FIRST)


def events(lambdas: Lambdas) -> dict[str, Event]:
    """The first event of each function."""
    return {function: partial(make, lambdas.aws) for function, make in _FIRST.items()}


def measure(
    lambdas: Lambdas, without_bytecode: Lambdas, rounds: int, progress: Progress
) -> dict[str, dict[str, Figure]]:
    """Return the figures of `start_figures` for each."""
    measures: dict[str, Measure] = {
        BARE: lambda: _started(lambda: lambdas.start_other("bare", layers_of="DescriptorFunction"), {}),
        BOTO3: lambda: _started(lambda: lambdas.start_other("clients", layers_of="WebhooksFunction"), {}),
        EVERYTHING: lambda: _started(
            lambda: lambdas.start_other("everything", layers_of="WebhooksFunction"), {}
        ),
        **{
            name: partial(ace.start_and_ask, lambdas.aws, lambdas.trust, store) for name, store in ACE.items()
        },
    }
    for function, event in events(lambdas).items():
        measures[function] = _of(lambdas, function, event)
        measures[f"{function}, no bytecode"] = _of(without_bytecode, function, event)
        measures[f"{function}, what it needs"] = _needed(lambdas, function)
    return interleaved(measures, rounds=rounds, progress=progress, title="cold")


def _of(lambdas: Lambdas, function: str, event: Event) -> Measure:
    def measured() -> dict[str, float]:
        lambdas.aws.forget()
        if function != "LifecycleFunction":
            lambdas.install()
        return _started(lambda: lambdas.start(function), event())

    return measured


def _needed(lambdas: Lambdas, function: str) -> Measure:
    variables = {"NEEDED": " ".join(lambdas.needs(function))}
    return lambda: _started(
        lambda: lambdas.start_other("needed", layers_of=function, variables=variables), {}
    )


def _started(start: Callable[[], Environment], event: Mapping[str, Any]) -> dict[str, float]:
    started = time.monotonic()
    environment = start()
    try:
        invoke(environment, event)
        answered = time.monotonic()
        assert environment.ready_at is not None  # noqa: S101 - it has answered
        return start_figures(environment.pid, started=started, ready=environment.ready_at, answered=answered)
    finally:
        environment.stop()
