"""What Forge's side of a site is good for: calling Jira.

What was read is used for minutes, like the rest of what is known of a site; a token that has come to its end
makes the row be read again.
"""

import time
from collections.abc import Callable

from cachetools import TTLCache

from connect_jira.errors import ForgeTokenMissing, NotInstalled
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.token_sealing import TokenSealer
from connect_jira.jira.credentials import BearerCredentials

REMEMBERED_SECONDS = 5 * 60

KEPT_BACK_SECONDS = 30.0
"""A token is not used for its last seconds: the call it goes with takes time, too."""


class ForgeTenants:
    """The Forge installations of one app, to call Jira by.

    IAM: that of `connect_jira.aws.versioned_table` to read and `connect_jira.installations.token_sealing`
    to open.

    Args:
        store: where they are
        sealer: what opens their tokens
        clock: Unix seconds
    """

    def __init__(
        self,
        store: ForgeInstallationStore,
        sealer: TokenSealer,
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
        """The installation's system token, to call Jira with.

        Args:
            installation_id: an ARI
            fresh: not from memory
            own_url: the site's own address, if that is known

        Raises:
            NotInstalled: the installation has ended, or was never there
            ForgeTokenMissing: it lives, and its next token has yet to come
            TemporarilyUnavailable, SecretDoesNotOpen: it cannot be had
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
        """When it was installed or upgraded last, in Unix seconds; 0 when that is not remembered."""
        row = self._remembered.get(installation_id)
        return 0 if row is None else row.applied_at

    def _is_good(self, row: ForgeInstallation) -> bool:
        return self._clock() < row.token_expires_at - KEPT_BACK_SECONDS

    def _read(self, installation_id: str) -> ForgeInstallation:
        row = self._store.read(installation_id)
        if row is None or row.state is ForgeState.ANNOUNCED or row.has_ended(self._clock()):
            self._remembered.pop(installation_id, None)
            raise NotInstalled
        self._remembered[installation_id] = row
        return row
