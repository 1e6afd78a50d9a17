"""From the start of a process to its first answer."""

import json
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import urllib3
from rich.progress import Progress

from bench.lambdas import Event, Lambdas, cpu_seconds, invoke, peak_megabytes
from bench.node import PEERS, Node
from bench.requests import BASE_URL
from bench.samples import (
    APP,
    SECRET,
    SITE,
    sample,
    signed_by_atlassian,
    signed_by_forge,
    signed_by_site,
    work,
)
from bench.sampling import Figure, Measure, interleaved
from connect_local.environment import Environment

BARE, EVERYTHING, ACE = "bare", "everything", "atlassian-connect-express"
_LOGS = "aws_lambda_powertools.logging"
_STORE = "boto3.dynamodb.types aws:dynamodb aws:kms cachetools"
NEEDED = {
    "DescriptorFunction": "json pathlib typing",
    "LifecycleFunction": f"{_LOGS} {_STORE} urllib3 jwt.algorithms",
    "WebhooksFunction": f"{_LOGS} {_STORE} aws:sqs",
    "ForgeFunction": f"{_LOGS} {_STORE} aws:sqs urllib3 jwt.algorithms",
    "CallRequestsFunction": f"{_LOGS} boto3.dynamodb.types aws:dynamodb aws:sqs",
    "JiraCallsFunction": f"{_LOGS} {_STORE} aws:sqs urllib3 aws_lambda_powertools.utilities.batch "
    "aws_lambda_powertools.utilities.idempotency",
    "PagesFunction": f"{_LOGS} {_STORE} urllib3",
}
"""What each function cannot do without: modules that are not its own, and clients."""


def events(lambdas: Lambdas) -> dict[str, Event]:
    """The first event of each function."""
    aws = lambdas.aws
    return {
        "DescriptorFunction": lambda: sample("descriptor-get"),
        "LifecycleFunction": lambda: signed_by_atlassian("lifecycle-installed", aws.key, aws.kid),
        "WebhooksFunction": lambda: signed_by_site("webhooks-issue_created"),
        "ForgeFunction": lambda: signed_by_forge("forge-issue_created", aws.key, aws.kid),
        "CallRequestsFunction": lambda: sample("call_requests-requested"),
        "JiraCallsFunction": lambda: work(kind="webhook"),
        "PagesFunction": lambda: signed_by_site("pages-hello-world"),
    }


def measure(
    lambdas: Lambdas, without_bytecode: Lambdas, rounds: int, progress: Progress
) -> dict[str, dict[str, Figure]]:
    """Milliseconds until ready and until the first answer, and of the processor; megabytes."""
    measures: dict[str, Measure] = {
        BARE: lambda: _started(lambda: lambdas.start_other("bare", layers_of="DescriptorFunction"), {}),
        EVERYTHING: lambda: _started(
            lambda: lambdas.start_other("everything", layers_of="WebhooksFunction"), {}
        ),
        ACE: _ace,
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
    variables = {"NEEDED": NEEDED[function]}
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
        return {
            "ready": (environment.ready_at - started) * 1000,
            "first answer": (answered - started) * 1000,
            "processor": cpu_seconds(environment.pid) * 1000,
            "megabytes": peak_megabytes(environment.pid),
        }
    finally:
        environment.stop()


def _ace() -> dict[str, float]:
    tenant = {"clientKey": SITE, "sharedSecret": SECRET.reveal(), "key": APP, "baseUrl": BASE_URL}
    event = signed_by_site("webhooks-issue_created")
    headers = {name: event["headers"][name] for name in ("authorization", "content-type")}
    started = time.monotonic()
    with (
        Node(
            PEERS / "ace" / "app.js", {"TENANT": json.dumps(tenant), "BASE_URL": "http://127.0.0.1"}
        ) as node,
        urllib3.PoolManager() as http,
    ):
        url = f"http://127.0.0.1:{node.hear()}{event['rawPath']}"
        ready = time.monotonic()
        answer = http.request("POST", url, body=event["body"].encode(), headers=headers, timeout=10)
        answered = time.monotonic()
        if answer.status != HTTPStatus.NO_CONTENT:
            raise RuntimeError(f"not answered as it should be: {answer.status}")
        return {
            "ready": (ready - started) * 1000,
            "first answer": (answered - started) * 1000,
            "processor": cpu_seconds(node.pid) * 1000,
            "megabytes": peak_megabytes(node.pid),
        }
