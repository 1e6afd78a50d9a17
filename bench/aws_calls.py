"""Which requests to AWS an event costs: exact numbers, not measurements."""

from collections import Counter
from typing import TYPE_CHECKING

from bench.lambdas import Lambdas, invoke
from bench.samples import SITE, signed_by_atlassian, signed_by_site, work

if TYPE_CHECKING:
    from bench.lambdas import Event

INSTALL, WEBHOOK, CALL, REACTION = "install", "webhook", "signed call", "webhook worked off"


def count(lambdas: Lambdas) -> dict[str, Counter[str]]:
    """The requests by operation, for the first event of a process and for one that follows."""
    aws = lambdas.aws
    cases: dict[str, tuple[str, Event]] = {
        INSTALL: (
            "LifecycleFunction",
            lambda: signed_by_atlassian("lifecycle-installed", aws.install_key, aws.kid),
        ),
        WEBHOOK: ("WebhooksFunction", lambda: signed_by_site("webhooks-issue_created")),
        CALL: (
            "JiraCallsFunction",
            lambda: {"clientKey": SITE, "method": "GET", "path": "/rest/api/3/myself"},
        ),
        REACTION: ("JiraCallsFunction", lambda: work(kind="webhook")),
    }
    counted: dict[str, Counter[str]] = {}
    for name, (function, event) in cases.items():
        aws.forget()
        if name != INSTALL:
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
