"""What is known of sites: installations, remembered while a function is warm, and read again within bounds.

What was read is used for minutes. Each site has an allowance of fresh reads before that, so that a flood of
forged tokens soon costs one read a second and no call to KMS. Whose signature does not fit while it is spent
is told to come later.

That a site is not known is said after a fresh read only. Who names it again within two seconds is told to
come later, and nothing is read: nobody is refused for good by what was so a moment ago.
"""

from collections.abc import Callable

from cachetools import LRUCache, TTLCache

from connect_jira.errors import LimitedForNow, NotInstalled
from connect_jira.installations.installation import Installation, is_storable
from connect_jira.installations.store import InstallationStore
from connect_jira.token_bucket import Allowance
from connect_jwt.errors import TokenRefused
from connect_jwt.identity import ClientKey

REMEMBERED_SECONDS = 5 * 60
"""How long an installation is used as it was read."""

UNKNOWN_SECONDS = 2
"""How long a site that was not found is not looked for again, when somebody signs in its name."""

_REREADS_AT_ONCE = 20.0
_REREADS_PER_SECOND = 1.0


class KnownInstallations:
    """The installations of one app, by Connect and of sites that Forge calls from, too.

    All raise `TemporarilyUnavailable` when a row has to be read and DynamoDB gives no answer.

    IAM: that of `connect_jira.installations.store` to read.

    Args:
        store: where installations are
        clock: Unix seconds
    """

    def __init__(self, store: InstallationStore, *, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._remembered: TTLCache[ClientKey, Installation] = TTLCache(
            maxsize=1000, ttl=REMEMBERED_SECONDS, timer=clock
        )
        self._unknown: TTLCache[ClientKey, bool] = TTLCache(maxsize=1000, ttl=UNKNOWN_SECONDS, timer=clock)
        self._rereads: LRUCache[ClientKey, Allowance] = LRUCache(maxsize=1000)

    def remembered(self, client_key: ClientKey) -> Installation | None:
        """The row as it is remembered; None when it is not. Nothing is read."""
        return self._remembered.get(client_key)

    def row(self, client_key: ClientKey) -> Installation:
        """The row as it is remembered, else as it is now.

        Raises:
            NotInstalled: the site has the app neither by Connect nor by Forge
        """
        return self._remembered.get(client_key) or self._read(client_key)

    def fresh_row(self, client_key: ClientKey) -> Installation:
        """The row as it is now, or as it is remembered while the allowance of fresh reads is spent.

        Raises:
            NotInstalled: as for `row`
        """
        remembered = self._remembered.get(client_key)
        return remembered if remembered and not self._may_reread(client_key) else self._read(client_key)

    def signer(self, client_key: ClientKey) -> Installation:
        """The installation with the secret that a site signs with, as it is remembered, else as it is now.

        Args:
            client_key: of a token that may be forged

        Raises:
            TokenRefused: no site with this client key has the app installed by Connect
            LimitedForNow: the same was found a moment ago
        """
        if client_key in self._unknown:
            raise LimitedForNow(
                "site-unknown-limited", "a moment ago no site with this client key had the app installed"
            )
        remembered = self._remembered.get(client_key)
        return remembered if remembered and remembered.sealed_secret else self._read_signer(client_key)

    def signer_read_again(self, client_key: ClientKey) -> Installation:
        """The same as it is now: for when what `signer` knew has not made the signature.

        Raises:
            TokenRefused: as for `signer`
            LimitedForNow: the allowance of fresh reads is spent
        """
        if not self._may_reread(client_key):
            raise LimitedForNow(
                "secret-mismatch-limited", "not signed with a secret that the site had a moment ago"
            )
        return self._read_signer(client_key)

    def note_written(self, client_key: ClientKey) -> None:
        """Know that there is a row of this site: this process has just written it."""
        self._unknown.pop(client_key, None)

    def _read_signer(self, client_key: ClientKey) -> Installation:
        try:
            installation = self._read(client_key)
            installation.require_sealed_secret()
        except NotInstalled as unknown:
            if is_storable(client_key):
                self._unknown[client_key] = True
            raise TokenRefused(
                unknown.reason, "no site with this client key has the app installed"
            ) from unknown
        return installation

    def _read(self, client_key: ClientKey) -> Installation:
        # A forged token's issuer can be anything.
        installation = self._store.read(client_key) if is_storable(client_key) else None
        if installation is None or (
            installation.sealed_secret is None and installation.site.installation_id is None
        ):
            self._remembered.pop(client_key, None)
            raise NotInstalled
        self._remembered[client_key] = installation
        return installation

    def _may_reread(self, client_key: ClientKey) -> bool:
        now = self._clock()
        allowance = self._rereads.setdefault(
            client_key, Allowance(_REREADS_AT_ONCE, _REREADS_PER_SECOND, counted_at=now)
        )
        return allowance.take(now)
