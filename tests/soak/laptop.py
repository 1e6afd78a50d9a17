"""The laptop's stack as a soak has it."""

from collections.abc import Sequence

from connect_cli.errors import CommandError
from connect_local.jira.laptop import LaptopJira
from connect_local.laptop.stack import LaptopStack

VISIBILITY_SECONDS = 40
"""Instead of template.yaml's 180: how long a killed worker's messages stay hidden.

It is still longer than the worker's timeout of 30 seconds, so that no message is handed over while somebody
may be at it; a soak only waits less.
"""


def install(stack: LaptopStack, jira: LaptopJira, sites: Sequence[str]) -> None:
    """Install the app on each of the sites, which come into being.

    Raises:
        CommandError: one does not take it
    """
    for site in sites:
        result = jira.tenants.ensure(site).lifecycle.install(stack.descriptor_url)
        if not result.installed:
            raise CommandError(f"the app could not be installed: it answered {result.decisive.status}")
