"""The laptop's stack as a soak has it."""

from collections.abc import Sequence
from http import HTTPStatus

from connect_cli.errors import CommandError
from connect_local.jira.laptop import LaptopJira
from connect_local.laptop.stack import LaptopStack

VISIBILITY_SECONDS = 40
"""Instead of template.yaml's 180: how long a killed worker's messages stay hidden.

It is still longer than the worker's timeout of 30 seconds, so that no message is handed over while somebody
may be at it; a soak only waits less.
"""

_ATTEMPTS = 3


def install(stack: LaptopStack, jira: LaptopJira, sites: Sequence[str]) -> None:
    """Install the app on each of the sites, which come into being.

    A stack that has just started on a busy machine may say 503: cannot just now. Then an administrator
    installs the app again.

    Raises:
        CommandError: one does not take it
    """
    for site in sites:
        lifecycle = jira.tenants.ensure(site).lifecycle
        for _ in range(_ATTEMPTS):
            result = lifecycle.install(stack.descriptor_url)
            if result.installed or result.decisive.status != HTTPStatus.SERVICE_UNAVAILABLE:
                break
        if not result.installed:
            raise CommandError(f"the app could not be installed: it answered {result.decisive.status}")
