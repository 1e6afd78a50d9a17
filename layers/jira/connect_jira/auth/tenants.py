"""Tenants: verification of sites' requests, and credentials for calls to sites.

Rows are cached; see `connect_jira.auth.known_installations`. A signature that fails with a cached secret is
checked once more after a fresh read before it is refused, and so is a request that Jira refuses.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cachetools import LRUCache

from connect_jira.auth.connect_fallback import ConnectFallback
from connect_jira.auth.forge_tenants import ForgeTenants
from connect_jira.auth.known_installations import KnownInstallations
from connect_jira.auth.user_grants import ForgeUserGrant, UserGrant
from connect_jira.errors import ForgeTokenMissing, NotInstalled
from connect_jira.installations.installation import Installation, InstallationState, is_forge
from connect_jira.installations.secret_sealing import Sealer
from connect_jira.installations.store import InstallationStore
from connect_jira.jira.credentials import BearerCredentials, ConnectCredentials
from connect_jira.shape_recorder import RECORDER
from connect_jira.web.request import GatewayRequest
from connect_jwt.errors import Reason, TokenRefused
from connect_jwt.identity import AppKey, ClientKey, SharedSecret
from connect_jwt.signing import SigningIdentity
from connect_jwt.tokens import UnverifiedToken
from connect_jwt.verifying import SignedRequest, VerifiedToken, verify_context_token, verify_request_token

YOUNG_SECONDS = 15 * 60
"""Time after an install in which the site may still have to grant the app its permissions."""


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
    """The installations of one app.

    IAM: that of `connect_jira.installations.store` to read and
    `connect_jira.installations.secret_sealing` to open.

    Args:
        store: of the installations
        sealer: of their secrets
        app_key: the app
        forge: its Forge installations
        clock: Unix seconds
    """

    def __init__(
        self,
        store: InstallationStore,
        sealer: Sealer,
        *,
        app_key: AppKey,
        forge: ForgeTenants,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sealer = sealer
        self.app_key = app_key
        self._forge = forge
        self._clock = clock
        self._known = KnownInstallations(store, clock=clock)
        self._connect_fallback = ConnectFallback(clock=clock)
        self._refusals: LRUCache[ClientKey, int] = LRUCache(maxsize=1000)

    def verify_request(self, request: GatewayRequest) -> ProvedRequest:
        """Verify a request that a site signed: a webhook, `enabled`, `disabled`, or a page load.

        Raises:
            TokenRefused: the proof fails
            TemporarilyUnavailable: AWS did not answer
            SecretDoesNotOpen: the site's stored secret is unusable
        """
        secrets = self._secrets_for(request.token)
        signed = SignedRequest(request.method, request.path, request.query)
        token = verify_request_token(request.token, request=signed, secrets=secrets, now=self._clock())
        RECORDER.request(request, request.token)
        return ProvedRequest(token, secrets.installation)

    def verify_context_request(self, request: GatewayRequest) -> ProvedRequest:
        """Verify a page's API call from the browser. Errors as for `verify_request`."""
        secrets = self._secrets_for(request.context_token)
        token = verify_context_token(request.context_token, secrets=secrets, now=self._clock())
        RECORDER.request(request, request.context_token, token_alone=True)
        return ProvedRequest(token, secrets.installation)

    def installation(self, client_key: ClientKey) -> Installation:
        """Return a site's Connect installation, possibly from the cache.

        Raises:
            NotInstalled: there is none
            TemporarilyUnavailable: AWS did not answer
        """
        row = self._known.row(client_key)
        row.require_sealed_secret()
        return row

    def is_disabled(self, client_key: ClientKey) -> bool:
        """Return whether a site has disabled its Connect installation, possibly from the cache.

        Raises:
            TemporarilyUnavailable: AWS did not answer
        """
        try:
            return self._known.row(client_key).state is InstallationState.DISABLED
        except NotInstalled:
            return False

    def credentials(self, client_key: ClientKey, call: str = "") -> ConnectCredentials | BearerCredentials:
        """Return the app's credentials for a site: Forge's token if there is one, else the shared secret.

        Args:
            client_key: the site
            call: method and path; Forge's token is not used if it is known to lack the scope

        Raises:
            NotInstalled: the app is not installed there
            ForgeTokenMissing: it is, by Forge alone, which has not sent its next token yet
            TemporarilyUnavailable, SecretDoesNotOpen: as for `verify_request`
        """
        return self._credentials(client_key, call, fresh=False)

    def fresh_credentials(
        self, client_key: ClientKey, call: str = ""
    ) -> ConnectCredentials | BearerCredentials:
        """Return them after a fresh read, for use after a refusal by Jira."""
        return self._credentials(client_key, call, fresh=True)

    def connect_fallback(self, client_key: ClientKey, call: str) -> ConnectCredentials | None:
        """Return the shared secret, for a call that Forge's token has no scope for; see
        `connect_jira.auth.connect_fallback`.

        None if there is no Connect installation, or Jira refuses its JWT by now.
        """
        row = None if is_forge(client_key) else self._known.row(client_key)
        if row is None or row.sealed_secret is None or row.site.installation_id is None:
            return None
        if not self._connect_fallback.add(client_key, call, row.sealed_secret):
            return None
        return ConnectCredentials(self._identity(row))

    def connect_refused(self, client_key: ClientKey) -> None:
        """Record that Jira refused the shared secret, so that `connect_fallback` returns None."""
        row = self._known.remembered(client_key)
        if row is not None and row.sealed_secret is not None:
            self._connect_fallback.refused(client_key, row.sealed_secret)

    def is_young(self, client_key: ClientKey) -> bool:
        """Return whether the app was installed less than `YOUNG_SECONDS` ago, by Connect or by Forge.

        Sites grant permissions after they report an install; on large ones that takes minutes. Only the cache
        is read, so this never fails.
        """
        row = self._known.remembered(client_key)
        installation_id = client_key if row is None else row.site.installation_id
        by_connect = 0 if row is None or row.sealed_secret is None else row.signed_at
        by_forge = 0 if installation_id is None else self._forge.installed_at(installation_id)
        return self._clock() - max(by_connect, by_forge) < YOUNG_SECONDS

    def signing_identity(self, client_key: ClientKey) -> SigningIdentity:
        """Return the identity to sign as for a site.

        Raises:
            NotInstalled: the app is not installed there by Connect
            TemporarilyUnavailable, SecretDoesNotOpen: as for `verify_request`
        """
        return self._identity(self.installation(client_key))

    def user_grant(self, client_key: ClientKey, *, fresh: bool) -> UserGrant | ForgeUserGrant:
        """Return the grant for a user's access token: the shared secret if there is one, else Forge's token.

        Args:
            client_key: the site
            fresh: True to read past the cache

        Raises:
            NotInstalled, ForgeTokenMissing, TemporarilyUnavailable, SecretDoesNotOpen: as for `credentials`
        """
        if is_forge(client_key):
            return ForgeUserGrant(client_key, self._forge.credentials(client_key, fresh=fresh))
        row = self._known.fresh_row(client_key) if fresh else self._known.row(client_key)
        site = row.site
        if row.sealed_secret is None and site.installation_id is not None:
            system = self._forge.credentials(site.installation_id, fresh=fresh, own_url=site.base_url)
            return ForgeUserGrant(site.installation_id, system)
        return UserGrant(self._identity(row), site.oauth_client_id)

    def note_written(self, client_key: ClientKey) -> None:
        """Record that this site has a row, since this process has just written it."""
        self._known.note_written(client_key)

    def count_refusals(self, client_key: ClientKey, *, refused: bool) -> int:
        """Return the number of this site's refused calls in a row, including the last one."""
        self._refusals[client_key] = self._refusals.get(client_key, 0) + 1 if refused else 0
        return self._refusals[client_key]

    def _credentials(
        self, client_key: ClientKey, call: str, *, fresh: bool
    ) -> ConnectCredentials | BearerCredentials:
        if is_forge(client_key):
            return self._forge.credentials(client_key, fresh=fresh)
        row = self._known.fresh_row(client_key) if fresh else self._known.row(client_key)
        site, secret = row.site, row.sealed_secret
        if site.installation_id is None:
            return ConnectCredentials(self._identity(row))
        if secret is not None and self._connect_fallback.includes(client_key, call, secret):
            return ConnectCredentials(self._identity(row))
        try:
            return self._forge.credentials(site.installation_id, fresh=fresh, own_url=site.base_url)
        except (NotInstalled, ForgeTokenMissing):
            if secret is None:
                raise
            return ConnectCredentials(self._identity(row))

    def _identity(self, installation: Installation) -> SigningIdentity:
        site = installation.site
        return SigningIdentity(
            app_key=self.app_key,
            base_url=site.base_url,
            shared_secret=self._sealer.open(site.client_key, installation.require_sealed_secret()),
        )

    def _secrets_for(self, token: UnverifiedToken) -> "_SigningSecrets":
        return _SigningSecrets(token, self._known, self._sealer, app_key=self.app_key, clock=self._clock)


class _SigningSecrets:
    """Secrets that may have signed a token: those of the cached row, then those of a fresh read.

    Rows are read and secrets opened only as they are iterated.

    Attributes:
        installation: the owner of the secret that was returned last
    """

    installation: Installation

    def __init__(
        self,
        token: UnverifiedToken,
        known: KnownInstallations,
        sealer: Sealer,
        *,
        app_key: AppKey,
        clock: Callable[[], float],
    ) -> None:
        self._token = token
        self._known = known
        self._sealer = sealer
        self._app_key = app_key
        self._clock = clock

    def __iter__(self) -> Iterator[SharedSecret]:
        client_key = self._token.issuer
        if str(client_key) == str(self._app_key):
            raise TokenRefused(Reason.ISS_IS_APP_KEY, "iss is this app's own key, not a site's client key")
        yield from self._secrets_of(client_key, self._known.signer(client_key))
        yield from self._secrets_of(client_key, self._known.signer_read_again(client_key))

    def _secrets_of(self, client_key: ClientKey, installation: Installation) -> Iterator[SharedSecret]:
        self.installation = installation
        for sealed in installation.verifying_secrets(self._clock()):
            yield self._sealer.open(client_key, sealed)
