"""Cache of installations, with rate-limited fresh reads.

A row that was read is used for minutes. Each site has a rate limit for fresh reads before that, so that a
flood of forged tokens soon costs one read a second and no call to KMS. A wrong signature over the limit is
answered "retry later".

A site is reported unknown only after a fresh read. Another request in its name within two seconds is answered
"retry later" without a read: nobody is refused for good by a row of a moment ago.
"""

from collections.abc import Callable

from cachetools import LRUCache, TTLCache

from connect_jira.errors import LimitedForNow, NotInstalled
from connect_jira.installations.installation import Installation, is_storable
from connect_jira.installations.store import InstallationStore
from connect_jira.token_bucket import TokenBucket
from connect_jwt.errors import TokenRefused
from connect_jwt.identity import ClientKey

REMEMBERED_SECONDS = 5 * 60
"""Time that an installation is cached."""

UNKNOWN_SECONDS = 2
"""Time that an unknown site is not looked up again."""

_REREADS_AT_ONCE = 20.0
_REREADS_PER_SECOND = 1.0


class KnownInstallations:
    """The installations of one app, Connect's and those of sites that use Forge, too.

    All methods raise `TemporarilyUnavailable` if a row has to be read and DynamoDB does not answer.

    IAM: that of `connect_jira.installations.store` to read.

    Args:
        store: of the installations
        clock: Unix seconds
    """

    def __init__(self, store: InstallationStore, *, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._remembered: TTLCache[ClientKey, Installation] = TTLCache(
            maxsize=1000, ttl=REMEMBERED_SECONDS, timer=clock
        )
        self._unknown: TTLCache[ClientKey, bool] = TTLCache(maxsize=1000, ttl=UNKNOWN_SECONDS, timer=clock)
        self._rereads: LRUCache[ClientKey, TokenBucket] = LRUCache(maxsize=1000)

    def remembered(self, client_key: ClientKey) -> Installation | None:
        """Return the cached row, None if there is none. Reads nothing."""
        return self._remembered.get(client_key)

    def row(self, client_key: ClientKey) -> Installation:
        """Return the cached row, else read it.

        Raises:
            NotInstalled: the site has the app neither on Connect nor on Forge
        """
        return self._remembered.get(client_key) or self._read(client_key)

    def fresh_row(self, client_key: ClientKey) -> Installation:
        """Read the row, or return the cached one while over the rate limit.

        Raises:
            NotInstalled: as for `row`
        """
        remembered = self._remembered.get(client_key)
        return remembered if remembered and not self._may_reread(client_key) else self._read(client_key)

    def signer(self, client_key: ClientKey) -> Installation:
        """Return the installation whose secret a site signs with; the cached row, else read it.

        Args:
            client_key: from a token that may be forged

        Raises:
            TokenRefused: no site with this client key has the app on Connect
            LimitedForNow: a read found the same a moment ago
        """
        if client_key in self._unknown:
            raise LimitedForNow(
                "site-unknown-limited", "a moment ago no site with this client key had the app installed"
            )
        remembered = self._remembered.get(client_key)
        return remembered if remembered and remembered.sealed_secret else self._read_signer(client_key)

    def signer_read_again(self, client_key: ClientKey) -> Installation:
        """Read it again, if the cached secrets have not made the signature.

        Raises:
            TokenRefused: as for `signer`
            LimitedForNow: over the rate limit of fresh reads
        """
        if not self._may_reread(client_key):
            raise LimitedForNow(
                "secret-mismatch-limited", "not signed with a secret that the site had a moment ago"
            )
        return self._read_signer(client_key)

    def note_written(self, client_key: ClientKey) -> None:
        """Record that this site has a row, since this process has just written it."""
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
            client_key, TokenBucket(_REREADS_AT_ONCE, _REREADS_PER_SECOND, refilled_at=now)
        )
        return allowance.take(now)
