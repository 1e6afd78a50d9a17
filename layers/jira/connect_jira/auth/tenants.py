"""Tenants: the sites that have the app, and verification of their requests.

A row that was read is used for minutes, and a signature that fails with a cached secret is checked once more
after a fresh read before it is refused. Each site has a rate limit for fresh reads, so that a flood of forged
tokens soon costs one read a second and no call to KMS. A wrong signature over the limit is answered "retry
later".

A site is reported unknown only after a fresh read. Another request in its name within two seconds is answered
"retry later" without a read: nobody is refused for good by a row of a moment ago.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cachetools import LRUCache, TTLCache

from connect_jira.errors import LimitedForNow, NotInstalled, SiteDisabled, SitePaused
from connect_jira.installations.installation import Installation, InstallationState, is_storable
from connect_jira.installations.sealing import SharedSecretSealer
from connect_jira.installations.store import InstallationStore
from connect_jira.shape_recorder import RECORDER
from connect_jira.token_bucket import TokenBucket
from connect_jira.web.request import GatewayRequest
from connect_jwt.errors import Reason, TokenRefused
from connect_jwt.identity import AppKey, ClientKey, SharedSecret
from connect_jwt.signing import SigningIdentity
from connect_jwt.tokens import UnverifiedToken
from connect_jwt.verifying import SignedRequest, VerifiedToken, verify_context_token, verify_request_token

REMEMBERED_SECONDS = 5 * 60
"""Time that an installation is cached."""

UNKNOWN_SECONDS = 2
"""Time that an unknown site is not looked up again."""

_REREADS_AT_ONCE = 20.0
_REREADS_PER_SECOND = 1.0


@dataclass(frozen=True, slots=True)
class ProvedRequest:
    """A verified request of a site.

    Attributes:
        token: its verified token
        installation: of the site, with the secret that signed
    """

    token: VerifiedToken
    installation: Installation


class Tenants:
    """The installations of one app, Connect's and those of sites that use Forge, too.

    IAM: that of `connect_jira.installations.store` to read and
    `connect_jira.installations.sealing` to open.

    Args:
        store: of the installations
        sealer: of their secrets
        app_key: the app
        clock: Unix seconds
    """

    def __init__(
        self,
        store: InstallationStore,
        sealer: SharedSecretSealer,
        *,
        app_key: AppKey,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self.app_key = app_key
        self._clock = clock
        self._remembered: TTLCache[ClientKey, Installation] = TTLCache(
            maxsize=1000, ttl=REMEMBERED_SECONDS, timer=clock
        )
        self._unknown: TTLCache[ClientKey, bool] = TTLCache(maxsize=1000, ttl=UNKNOWN_SECONDS, timer=clock)
        self._rereads: LRUCache[ClientKey, TokenBucket] = LRUCache(maxsize=1000)

    def verify_request(self, request: GatewayRequest) -> ProvedRequest:
        """Verify a request that a site signed: a webhook, `enabled`, `disabled`, or a page load.

        Raises:
            TokenRefused: the proof fails
            LimitedForNow: a read found a moment ago that it would; it may be checked later
            TemporarilyUnavailable: AWS did not answer
            SecretDoesNotOpen: the site's stored secret is unusable
        """
        secrets = _Secrets(self._signers(request.token))
        signed = SignedRequest(request.method, request.path, request.query)
        token = verify_request_token(request.token, request=signed, secrets=secrets, now=self._clock())
        RECORDER.request(request, request.token)
        return ProvedRequest(token, secrets.installation)

    def verify_context_request(self, request: GatewayRequest) -> ProvedRequest:
        """Verify a page's API call from the browser. Errors as for `verify_request`."""
        secrets = _Secrets(self._signers(request.context_token))
        token = verify_context_token(request.context_token, secrets=secrets, now=self._clock())
        RECORDER.request(request, request.context_token, token_alone=True)
        return ProvedRequest(token, secrets.installation)

    def installation(self, client_key: ClientKey) -> Installation:
        """Return a site's Connect installation, possibly from the cache.

        Raises:
            NotInstalled: there is none
            TemporarilyUnavailable: AWS did not answer
        """
        row = self.row(client_key)
        row.require_sealed_secret()
        return row

    def hold(self, client_key: ClientKey) -> SiteDisabled | SitePaused | None:
        """Return why a site with a Connect installation gets no calls, possibly from the cache; else None.

        Raises:
            TemporarilyUnavailable: AWS did not answer
        """
        try:
            row = self.row(client_key)
        except NotInstalled:
            return None
        if row.state is InstallationState.DISABLED:
            return SiteDisabled()
        return SitePaused(row.pause.reason) if row.pause else None

    def signing_identity(self, client_key: ClientKey) -> SigningIdentity:
        """Return the identity to sign as for a site.

        Raises:
            NotInstalled: the app is not installed there by Connect
            TemporarilyUnavailable, SecretDoesNotOpen: as for `verify_request`
        """
        return self.identity_of(self.row(client_key))

    def identity_of(self, installation: Installation) -> SigningIdentity:
        """Return the identity to sign as for an installation. Errors as for `signing_identity`."""
        sealed_secret = installation.require_sealed_secret()
        site = installation.site
        return SigningIdentity(
            app_key=self.app_key,
            base_url=site.base_url,
            shared_secret=self._sealer.open(site.client_key, sealed_secret),
        )

    def remembered(self, client_key: ClientKey) -> Installation | None:
        """Return the cached row, None if there is none. Reads nothing."""
        return self._remembered.get(client_key)

    def row(self, client_key: ClientKey, *, fresh: bool = False) -> Installation:
        """Return the row, also of a site that has the app on Forge alone by now.

        Args:
            client_key: the site
            fresh: True to read past the cache, unless over the rate limit

        Raises:
            NotInstalled: the site has the app neither on Connect nor on Forge
            TemporarilyUnavailable: AWS did not answer
        """
        remembered = self._remembered.get(client_key)
        if remembered is None or (fresh and self._may_reread(client_key)):
            return self._read(client_key)
        return remembered

    def note_written(self, client_key: ClientKey) -> None:
        """Record that this site has a row, since this process has just written it."""
        self._unknown.pop(client_key, None)

    def _signers(self, token: UnverifiedToken) -> Iterator[tuple[Installation, SharedSecret]]:
        """Yield the secrets that may have signed a token: those of the cached row, then of a fresh read.

        Rows are read and secrets opened only as they are iterated.
        """
        client_key = token.issuer
        if str(client_key) == str(self.app_key):
            raise TokenRefused(Reason.ISS_IS_APP_KEY, "iss is this app's own key, not a site's client key")
        if client_key in self._unknown:
            raise LimitedForNow(
                "site-unknown-limited", "a moment ago no site with this client key had the app installed"
            )
        remembered = self._remembered.get(client_key)
        known = remembered if remembered and remembered.sealed_secret else self._read_signer(client_key)
        yield from self._opened(client_key, known)
        if not self._may_reread(client_key):
            raise LimitedForNow(
                "secret-mismatch-limited", "not signed with a secret that the site had a moment ago"
            )
        yield from self._opened(client_key, self._read_signer(client_key))

    def _opened(
        self, client_key: ClientKey, installation: Installation
    ) -> Iterator[tuple[Installation, SharedSecret]]:
        for sealed in installation.verifying_secrets(self._clock()):
            yield installation, self._sealer.open(client_key, sealed)

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


class _Secrets:
    """Secrets that may have signed a token.

    Attributes:
        installation: the owner of the secret that was returned last
    """

    installation: Installation

    def __init__(self, signers: Iterator[tuple[Installation, SharedSecret]]) -> None:
        self._signers = signers

    def __iter__(self) -> Iterator[SharedSecret]:
        for installation, secret in self._signers:
            self.installation = installation
            yield secret
