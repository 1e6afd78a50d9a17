"""Pauses of sites whose secret Jira no longer takes.

Such a site would cost some thirty calls a day for each message, for ever: it may have uninstalled the app
without the app being told. A day of refusals is longer than any outage of Jira's that looks alike.
"""

import time
from collections.abc import Callable

from aws_lambda_powertools import Logger

from connect_jira.auth.tenants import Tenants
from connect_jira.installations.installation import is_storable, paused_as_refused
from connect_jira.installations.store import InstallationStore
from connect_jira.metrics import count
from connect_jwt.identity import ClientKey

logger = Logger(child=True)


class SitePauses:
    """Pauses sites.

    IAM: that of `connect_jira.aws.versioned_table` to read and write, on the table of installations.

    Args:
        store: of the installations
        tenants: have the row in memory
        clock: Unix seconds
    """

    def __init__(
        self, store: InstallationStore, tenants: Tenants, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._tenants = tenants
        self._clock = clock

    def pause_refused(self, client_key: ClientKey) -> bool:
        """Pause a site whose secret Jira has refused for a day; return whether it is paused.

        It is not if it has got another secret within the day, is called with Forge's token, or has
        uninstalled the app.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        if not is_storable(client_key):
            return False
        before, after = self._store.update(
            client_key, lambda row: paused_as_refused(row, now=int(self._clock()))
        )
        if after is None or after.pause is None:
            return False
        if after is not before:
            logger.error("Site paused", reason=after.pause.reason)
            count("SitePaused", reason=after.pause.reason)
        self._tenants.row(client_key, fresh=True)
        return True
