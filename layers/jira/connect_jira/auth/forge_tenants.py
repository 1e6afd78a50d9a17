"""Forge installations, as credentials for calls to Jira.

A row that was read is used for minutes, like everything else known of a site; an expired token makes the row
be read again.
"""

import time
from collections.abc import Callable

from cachetools import TTLCache

from connect_jira.errors import ForgeTokenMissing, NotInstalled
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.sealing import SystemTokenSealer
from connect_jira.jira.credentials import BearerCredentials

REMEMBERED_SECONDS = 5 * 60

EXPIRY_MARGIN_SECONDS = 30.0
"""A token is not used in its last seconds, since the call takes time, too."""


class ForgeTenants:
    """The Forge installations of one app, for calls to Jira.

    IAM: that of `connect_jira.aws.versioned_table` to read and `connect_jira.installations.sealing`
    to open.

    Args:
        store: of the installations
        sealer: of their tokens
        clock: Unix seconds
    """

    def __init__(
        self,
        store: ForgeInstallationStore,
        sealer: SystemTokenSealer,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._remembered: TTLCache[str, ForgeInstallation] = TTLCache(
            maxsize=1000, ttl=REMEMBERED_SECONDS, timer=clock
        )

    def credentials(
        self, installation_id: str, *, fresh: bool = False, own_url: str | None = None
    ) -> BearerCredentials:
        """Return the installation's system token.

        Args:
            installation_id: an ARI
            fresh: True to read past the cache
            own_url: the site's own address, if known

        Raises:
            NotInstalled: the installation has ended, or was never there
            ForgeTokenMissing: it exists, but Forge has not sent its next token yet
            TemporarilyUnavailable, SecretDoesNotOpen: the token cannot be read
        """
        row = None if fresh else self._remembered.get(installation_id)
        if row is None or not self._is_good(row):
            row = self._read(installation_id)
        if row.sealed_token is None or row.api_base_url is None:
            raise ForgeTokenMissing("Forge has not yet brought a system token for this installation")
        if not self._is_good(row):
            minutes = (self._clock() - row.token_expires_at) / 60
            raise ForgeTokenMissing(
                f"Forge's system token ended {minutes:.0f} minutes ago, and no newer one has come"
            )
        return BearerCredentials(
            row.api_base_url, self._sealer.open(row.installation_id, row.sealed_token), own_url
        )

    def installed_at(self, installation_id: str) -> int:
        """Return the time of the last install or upgrade, in Unix seconds; 0 if it is not cached."""
        row = self._remembered.get(installation_id)
        return 0 if row is None else row.applied_at

    def _is_good(self, row: ForgeInstallation) -> bool:
        return self._clock() < row.token_expires_at - EXPIRY_MARGIN_SECONDS

    def _read(self, installation_id: str) -> ForgeInstallation:
        row = self._store.read(installation_id)
        if row is None or row.state is ForgeState.ANNOUNCED or row.has_ended(self._clock()):
            self._remembered.pop(installation_id, None)
            raise NotInstalled
        self._remembered[installation_id] = row
        return row
