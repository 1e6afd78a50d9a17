"""Whose request is this, and with which secret: installations, remembered while a function is warm.

What was read is used for minutes. A signature that fails against it is tried once more against a fresh read
before it is refused, and so is a request that Jira refuses. Each site has an allowance of such reads, so that
a flood of forged tokens soon costs one read a second and no call to KMS. Whose signature does not fit while
it is spent is told to come later.

That a site is not known is said after a fresh read only. Who names it again within two seconds is told to
come later, and nothing is read: nobody is refused for good by what was so a moment ago.
"""

import time
from collections.abc import Callable, Iterator

from cachetools import LRUCache, TTLCache

from connect_jira.auth.beyond_forge import BeyondForge
from connect_jira.auth.forge_tenants import ForgeTenants
from connect_jira.auth.user_grants import ForgeUserGrant, UserGrant
from connect_jira.errors import ForgeTokenMissing, LimitedForNow, NotInstalled
from connect_jira.installations.installation import Installation, InstallationState, is_forge, is_storable
from connect_jira.installations.secret_sealing import Sealer
from connect_jira.installations.store import InstallationStore
from connect_jira.jira.credentials import BearerCredentials, ConnectCredentials
from connect_jira.shape_recorder import RECORDER
from connect_jira.token_bucket import Allowance
from connect_jira.web.request import GatewayRequest
from connect_jwt.errors import Reason, SignatureMismatch, TokenRefused
from connect_jwt.identity import AppKey, ClientKey, SharedSecret
from connect_jwt.signing import SigningIdentity
from connect_jwt.tokens import find_token
from connect_jwt.verifying import SignedRequest, VerifiedToken, verify_context_token, verify_request_token

REMEMBERED_SECONDS = 5 * 60
"""How long an installation is used as it was read."""

UNKNOWN_SECONDS = 2
"""How long a site that was not found is not looked for again, when somebody signs in its name."""

YOUNG_SECONDS = 15 * 60
"""For how long after it was installed a site may still have to grant the app its permissions."""

type _SecretsOf = Callable[[ClientKey], Iterator[SharedSecret]]

_REREADS_AT_ONCE = 20.0
_REREADS_PER_SECOND = 1.0


class Tenants:
    """The installations of one app.

    IAM: what `connect_jira.installations.store` needs to read and
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
        self._store = store
        self._sealer = sealer
        self.app_key = app_key
        self._forge = forge
        self._clock = clock
        self._remembered: TTLCache[ClientKey, Installation] = TTLCache(
            maxsize=1000, ttl=REMEMBERED_SECONDS, timer=clock
        )
        self._beyond_forge = BeyondForge(clock=clock)
        self._unknown: TTLCache[ClientKey, bool] = TTLCache(maxsize=1000, ttl=UNKNOWN_SECONDS, timer=clock)
        self._refusals: LRUCache[ClientKey, int] = LRUCache(maxsize=1000)
        self._rereads: LRUCache[ClientKey, Allowance] = LRUCache(maxsize=1000)

    def verify_request(self, request: GatewayRequest) -> VerifiedToken:
        """Verify a request that a site has signed: a webhook, `enabled`, `disabled`, or a page being loaded.

        Raises:
            TokenRefused: the proof fails
            TemporarilyUnavailable: AWS gave no answer
            SecretDoesNotOpen: what is stored for the site cannot be used
        """
        token = find_token(request.headers.get("authorization"), request.query)
        signed = SignedRequest(request.method, request.path, request.query)
        verified = self._verify(
            lambda secrets_of: verify_request_token(
                token, request=signed, secrets_of=secrets_of, now=self._clock()
            )
        )
        RECORDER.request(request, token)
        return verified

    def installation(self, client_key: ClientKey) -> Installation:
        """What is known of a site that has the app installed by Connect, as it is remembered.

        Raises:
            NotInstalled: it has not
            TemporarilyUnavailable: AWS gave no answer
        """
        return _by_connect(self._row(client_key))

    def is_disabled(self, client_key: ClientKey) -> bool:
        """Whether a site has the app installed by Connect, and has disabled it, as it is remembered.

        Raises:
            TemporarilyUnavailable: AWS gave no answer
        """
        try:
            return not is_forge(client_key) and self._row(client_key).state is InstallationState.DISABLED
        except NotInstalled:
            return False

    def verify_context_request(self, request: GatewayRequest) -> VerifiedToken:
        """Verify a call that a page of the app makes from the browser.

        The token is taken from the header only: a URL is written down where a token must not be. Errors as
        for `verify_request`.
        """
        token = find_token(request.headers.get("authorization"), query="")
        verified = self._verify(
            lambda secrets_of: verify_context_token(token, secrets_of=secrets_of, now=self._clock())
        )
        RECORDER.request(request, token, token_alone=True)
        return verified

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
        row = None if is_forge(client_key) else self._row(client_key)
        if row is None or row.sealed_secret is None or row.site.installation_id is None:
            return None
        if not self._beyond_forge.add(client_key, call, row.sealed_secret):
            return None
        return ConnectCredentials(self._identity(row))

    def connect_refused(self, client_key: ClientKey) -> None:
        """Jira has refused the shared secret, so it is not used any more where Forge's token has no scope."""
        row = self._remembered.get(client_key)
        if row is not None and row.sealed_secret is not None:
            self._beyond_forge.refused(client_key, row.sealed_secret)

    def is_young(self, client_key: ClientKey) -> bool:
        """Whether the app was installed there less than `YOUNG_SECONDS` ago, by Connect or by Forge.

        Sites grant an app its permissions after they have said that it is installed; on large ones that takes
        minutes. Only what is remembered is asked, so this fails nothing.
        """
        row = self._remembered.get(client_key)
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

    def has_forge(self, client_key: ClientKey) -> bool:
        """Whether a site that has the app by Connect has it by Forge, too, as it is remembered.

        Raises:
            NotInstalled, TemporarilyUnavailable: as for `installation`
        """
        return self.installation(client_key).site.installation_id is not None

    def user_grant(self, client_key: ClientKey, *, fresh: bool) -> UserGrant | ForgeUserGrant:
        """What to ask for a user's access token with, after a fresh read if `fresh`: the shared secret while
        there is one, else Forge's system token.

        Raises:
            NotInstalled, ForgeTokenMissing, TemporarilyUnavailable, SecretDoesNotOpen: as for `credentials`
        """
        if is_forge(client_key):
            return ForgeUserGrant(client_key, self._forge.credentials(client_key, fresh=fresh))
        row = self._fresh_row(client_key) if fresh else self._row(client_key)
        site = row.site
        if row.sealed_secret is None and site.installation_id is not None:
            system = self._forge.credentials(site.installation_id, fresh=fresh, own_url=site.base_url)
            return ForgeUserGrant(site.installation_id, system)
        return UserGrant(self._identity(row), site.oauth_client_id)

    def note_written(self, client_key: ClientKey) -> None:
        """Know that there is a row of this site: this process has just written it."""
        self._unknown.pop(client_key, None)

    def count_refusals(self, client_key: ClientKey, *, refused: bool) -> int:
        """How many calls in a row Jira has refused for this site, the last one included."""
        self._refusals[client_key] = self._refusals.get(client_key, 0) + 1 if refused else 0
        return self._refusals[client_key]

    def _verify(self, verify: Callable[[_SecretsOf], VerifiedToken]) -> VerifiedToken:
        try:
            return verify(self._secrets_of)
        except SignatureMismatch:
            return verify(self._fresh_secrets_of)

    def _credentials(
        self, client_key: ClientKey, call: str, *, fresh: bool
    ) -> ConnectCredentials | BearerCredentials:
        if is_forge(client_key):
            return self._forge.credentials(client_key, fresh=fresh)
        row = self._fresh_row(client_key) if fresh else self._row(client_key)
        by_connect = row.sealed_secret and self._beyond_forge.includes(client_key, call, row.sealed_secret)
        if row.site.installation_id is not None and not by_connect:
            try:
                return self._forge.credentials(
                    row.site.installation_id, fresh=fresh, own_url=row.site.base_url
                )
            except (NotInstalled, ForgeTokenMissing):
                if row.sealed_secret is None:
                    raise
        return ConnectCredentials(self._identity(row))

    def _identity(self, installation: Installation) -> SigningIdentity:
        site = installation.site
        return SigningIdentity(
            app_key=self.app_key,
            base_url=site.base_url,
            shared_secret=self._sealer.open(site.client_key, installation.require_sealed_secret()),
        )

    def _secrets_of(self, client_key: ClientKey) -> Iterator[SharedSecret]:
        yield from self._secrets(client_key, self._row_with_secret)

    def _fresh_secrets_of(self, client_key: ClientKey) -> Iterator[SharedSecret]:
        if client_key in self._remembered and not self._may_reread(client_key):
            raise LimitedForNow(
                "secret-mismatch-limited", "not signed with a secret that the site had a moment ago"
            )
        yield from self._secrets(client_key, self._read)

    def _secrets(
        self, client_key: ClientKey, row_of: Callable[[ClientKey], Installation]
    ) -> Iterator[SharedSecret]:
        if str(client_key) == str(self.app_key):
            raise TokenRefused(Reason.ISS_IS_APP_KEY, "iss is this app's own key, not a site's client key")
        if client_key in self._unknown:
            raise LimitedForNow(
                "site-unknown-limited", "a moment ago no site with this client key had the app installed"
            )
        try:
            installation = row_of(client_key)
            yield self._sealer.open(client_key, installation.require_sealed_secret())
        except NotInstalled as unknown:
            if is_storable(client_key):
                self._unknown[client_key] = True
            raise TokenRefused(
                unknown.reason, "no site with this client key has the app installed"
            ) from unknown
        for previous in installation.previous_secrets:
            if previous.valid_until > self._clock():
                yield self._sealer.open(client_key, previous.sealed)

    def _row_with_secret(self, client_key: ClientKey) -> Installation:
        remembered = self._remembered.get(client_key)
        return remembered if remembered and remembered.sealed_secret else self._read(client_key)

    def _row(self, client_key: ClientKey) -> Installation:
        return self._remembered.get(client_key) or self._read(client_key)

    def _fresh_row(self, client_key: ClientKey) -> Installation:
        remembered = self._remembered.get(client_key)
        return remembered if remembered and not self._may_reread(client_key) else self._read(client_key)

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


def _by_connect(installation: Installation) -> Installation:
    installation.require_sealed_secret()
    return installation
