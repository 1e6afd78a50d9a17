"""Requests to AWS per event: exact numbers, not measurements."""

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from bench.lambdas import Lambdas, invoke
from bench.samples import SITE, signed_by_atlassian, signed_by_forge, signed_by_site, work

if TYPE_CHECKING:
    from bench.lambdas import Event

INSTALL, WEBHOOK, CALL, REACTION = "install", "webhook", "signed call", "webhook processed"
FORGE_INSTALL, FORGE_EVENT = "install by Forge", "event of Forge"


def count(lambdas: Lambdas) -> dict[str, Counter[str]]:
    """The requests by operation, for the first event of a process and for the next: of installs, the same."""
    aws = lambdas.aws
    cases: dict[str, tuple[str, Event]] = {
        INSTALL: (
            "LifecycleFunction",
            cache(lambda: signed_by_atlassian("lifecycle-installed", aws.key, aws.kid)),
        ),
        WEBHOOK: ("WebhooksFunction", lambda: signed_by_site("webhooks-issue_created")),
        CALL: (
            "JiraCallsFunction",
            lambda: {"clientKey": SITE, "method": "GET", "path": "/rest/api/3/myself"},
        ),
        REACTION: ("JiraCallsFunction", lambda: work(kind="webhook")),
        FORGE_INSTALL: (
            "ForgeFunction",
            cache(lambda: signed_by_forge("forge-installed", aws.key, aws.kid)),
        ),
        FORGE_EVENT: (
            "ForgeFunction",
            lambda: signed_by_forge("forge-issue_created", aws.key, aws.kid),
        ),
    }
    counted: dict[str, Counter[str]] = {}
    for name, (function, event) in cases.items():
        aws.forget()
        if name not in {INSTALL, FORGE_INSTALL}:
            lambdas.install()
        environment = lambdas.start(function)
        try:
            for which in ("first", "next"):
                aws.asked.clear()
                invoke(environment, event())
                counted[f"{name}, {which}"] = Counter(aws.asked)
        finally:
            environment.stop()
    return counted
