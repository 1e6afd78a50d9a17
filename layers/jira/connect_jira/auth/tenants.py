"""Verifies what sites have signed, and says with what to call a site.

What is known of a site is remembered; see `connect_jira.auth.known_installations`. A signature that fails
against it is tried once more against a fresh read before it is refused, and so is a request that Jira
refuses.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cachetools import LRUCache

from connect_jira.auth.beyond_forge import BeyondForge
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
"""For how long after it was installed a site may still have to grant the app its permissions."""


@dataclass(frozen=True, slots=True)
class ProvedRequest:
    """A request of a site, proved.

    Attributes:
        token: what its token proves
        installation: of the site, with the secret that has signed
    """

    token: VerifiedToken
    installation: Installation


class Tenants:
    """The installations of one app.

    IAM: that of `connect_jira.installations.store` to read and
    `connect_jira.installations.secret_sealing` to open.

    Args:
        store: where installations are
        sealer: what opens their secrets
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
        self._beyond_forge = BeyondForge(clock=clock)
        self._refusals: LRUCache[ClientKey, int] = LRUCache(maxsize=1000)

    def verify_request(self, request: GatewayRequest) -> ProvedRequest:
        """Verify a request that a site has signed: a webhook, `enabled`, `disabled`, or a page being loaded.

        Raises:
            TokenRefused: the proof fails
            TemporarilyUnavailable: AWS gave no answer
            SecretDoesNotOpen: what is stored for the site cannot be used
        """
        secrets = self._secrets_for(request.token)
        signed = SignedRequest(request.method, request.path, request.query)
        token = verify_request_token(request.token, request=signed, secrets=secrets, now=self._clock())
        RECORDER.request(request, request.token)
        return ProvedRequest(token, secrets.installation)

    def verify_context_request(self, request: GatewayRequest) -> ProvedRequest:
        """Verify a call that a page of the app makes from the browser. Errors as for `verify_request`."""
        secrets = self._secrets_for(request.context_token)
        token = verify_context_token(request.context_token, secrets=secrets, now=self._clock())
        RECORDER.request(request, request.context_token, token_alone=True)
        return ProvedRequest(token, secrets.installation)

    def installation(self, client_key: ClientKey) -> Installation:
        """What is known of a site that has the app installed by Connect, as it is remembered.

        Raises:
            NotInstalled: it has not
            TemporarilyUnavailable: AWS gave no answer
        """
        row = self._known.row(client_key)
        row.require_sealed_secret()
        return row

    def is_disabled(self, client_key: ClientKey) -> bool:
        """Whether a site has the app installed by Connect, and has disabled it, as it is remembered.

        Raises:
            TemporarilyUnavailable: AWS gave no answer
        """
        try:
            return self._known.row(client_key).state is InstallationState.DISABLED
        except NotInstalled:
            return False

    def credentials(self, client_key: ClientKey, call: str = "") -> ConnectCredentials | BearerCredentials:
        """What to call a site with, as the app: Forge's token where there is one, else the shared secret.

        Args:
            client_key: the site
            call: method and path; Forge's token is left out where it is known to have no scope for it

        Raises:
            NotInstalled: the app is not installed there
            ForgeTokenMissing: it is, by Forge alone, and the next token has yet to come
            TemporarilyUnavailable, SecretDoesNotOpen: as for `verify_request`
        """
        return self._credentials(client_key, call, fresh=False)

    def fresh_credentials(
        self, client_key: ClientKey, call: str = ""
    ) -> ConnectCredentials | BearerCredentials:
        """The same after a fresh read: for when Jira has refused what was sent."""
        return self._credentials(client_key, call, fresh=True)

    def beyond_forge(self, client_key: ClientKey, call: str) -> ConnectCredentials | None:
        """The shared secret, for a call that Forge's token has no scope for; see
        `connect_jira.auth.beyond_forge`.

        None where there is no Connect side, or Jira does not take its JWT any more.
        """
        row = None if is_forge(client_key) else self._known.row(client_key)
        if row is None or row.sealed_secret is None or row.site.installation_id is None:
            return None
        if not self._beyond_forge.add(client_key, call, row.sealed_secret):
            return None
        return ConnectCredentials(self._identity(row))

    def connect_refused(self, client_key: ClientKey) -> None:
        """Jira has refused the shared secret, so it is not used any more where Forge's token has no scope."""
        row = self._known.remembered(client_key)
        if row is not None and row.sealed_secret is not None:
            self._beyond_forge.refused(client_key, row.sealed_secret)

    def is_young(self, client_key: ClientKey) -> bool:
        """Whether the app was installed there less than `YOUNG_SECONDS` ago, by Connect or by Forge.

        Sites grant an app its permissions after they have said that it is installed; on large ones that takes
        minutes. Only what is remembered is asked, so this fails nothing.
        """
        row = self._known.remembered(client_key)
        installation_id = client_key if row is None else row.site.installation_id
        by_connect = 0 if row is None or row.sealed_secret is None else row.signed_at
        by_forge = 0 if installation_id is None else self._forge.installed_at(installation_id)
        return self._clock() - max(by_connect, by_forge) < YOUNG_SECONDS

    def signing_identity(self, client_key: ClientKey) -> SigningIdentity:
        """As whom to sign for a site.

        Raises:
            NotInstalled: the app is not installed there by Connect
            TemporarilyUnavailable, SecretDoesNotOpen: as for `verify_request`
        """
        return self._identity(self.installation(client_key))

    def user_grant(self, client_key: ClientKey, *, fresh: bool) -> UserGrant | ForgeUserGrant:
        """What to ask for a user's access token with, after a fresh read if `fresh`: the shared secret while
        there is one, else Forge's system token.

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
        """Know that there is a row of this site: this process has just written it."""
        self._known.note_written(client_key)

    def count_refusals(self, client_key: ClientKey, *, refused: bool) -> int:
        """How many calls in a row Jira has refused for this site, the last one included."""
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
        if secret is not None and self._beyond_forge.includes(client_key, call, secret):
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
    """What the site that a token names may have signed it with: by what is remembered, then by a fresh read.

    Nothing is read or opened before it is asked for.

    Attributes:
        installation: whose the secret is that was asked for last
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
