"""Clients for sites, and the credentials of their calls.

The clients of one process share connections and users' tokens. Their calls are recorded by
`connect_jira.installations.activity`. Credentials come from cached rows; a call that Jira refuses is signed
once more after a fresh read.
"""

import time
from collections.abc import Callable

from cachetools import LRUCache

from connect_jira.auth.connect_fallback import ConnectFallback
from connect_jira.auth.forge_tenants import ForgeTenants
from connect_jira.auth.offline_tokens import OfflineTokens
from connect_jira.auth.page_users import ForgePage, as_user_of
from connect_jira.auth.tenants import Tenants
from connect_jira.auth.user_grants import ForgeUserGrant, UserGrant
from connect_jira.auth.user_tokens import UserTokens
from connect_jira.errors import ForgeTokenMissing, NotInstalled
from connect_jira.installations.activity import Activity
from connect_jira.installations.installation import is_forge
from connect_jira.jira.client import JiraClient
from connect_jira.jira.connection_pool import new_site_pool
from connect_jira.jira.credentials import BearerCredentials, ConnectCredentials
from connect_jira.jira.errors import JiraError
from connect_jira.jira.response import MAX_RESPONSE_BYTES, JiraResponse
from connect_jira.lambda_context import Invocation
from connect_jira.settings import AppSettings
from connect_jwt.identity import ClientKey

YOUNG_SECONDS = 15 * 60
"""Time after an install in which the site may still have to grant the app its permissions."""


class SiteCredentials:
    """Credentials of the app for its calls to sites.

    IAM: that of its arguments.

    Args:
        tenants: the installations
        forge: those of Forge
        clock: Unix seconds
    """

    def __init__(
        self, tenants: Tenants, forge: ForgeTenants, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.app_key = tenants.app_key
        self._tenants = tenants
        self._forge = forge
        self._clock = clock
        self._connect_fallback = ConnectFallback(clock=clock)
        self._refusals: LRUCache[ClientKey, int] = LRUCache(maxsize=1000)

    def credentials(self, client_key: ClientKey, call: str = "") -> ConnectCredentials | BearerCredentials:
        """Return the app's credentials for a site: Forge's token if there is one, else the shared secret.

        Args:
            client_key: the site
            call: method and path; Forge's token is not used if it is known to lack the scope

        Raises:
            NotInstalled: the app is not installed there
            ForgeTokenMissing: it is, by Forge alone, which has not sent its next token yet
            TemporarilyUnavailable, SecretDoesNotOpen: the secret or the token cannot be read
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
        row = None if is_forge(client_key) else self._tenants.row(client_key)
        if row is None or row.sealed_secret is None or row.site.installation_id is None:
            return None
        if not self._connect_fallback.add(client_key, call, row.sealed_secret):
            return None
        return ConnectCredentials(self._tenants.identity_of(row))

    def connect_refused(self, client_key: ClientKey) -> None:
        """Record that Jira refused the shared secret, so that `connect_fallback` returns None."""
        row = self._tenants.remembered(client_key)
        if row is not None and row.sealed_secret is not None:
            self._connect_fallback.refused(client_key, row.sealed_secret)

    def is_young(self, client_key: ClientKey) -> bool:
        """Return whether the app was installed less than `YOUNG_SECONDS` ago, by Connect or by Forge.

        Sites grant permissions after they report an install; on large ones that takes minutes. Only the cache
        is read, so this never fails.
        """
        row = self._tenants.remembered(client_key)
        installation_id = client_key if row is None else row.site.installation_id
        by_connect = 0 if row is None or row.sealed_secret is None else row.signed_at
        by_forge = 0 if installation_id is None else self._forge.installed_at(installation_id)
        return self._clock() - max(by_connect, by_forge) < YOUNG_SECONDS

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
        row = self._tenants.row(client_key, fresh=fresh)
        site = row.site
        if row.sealed_secret is None and site.installation_id is not None:
            system = self._forge.credentials(site.installation_id, fresh=fresh, own_url=site.base_url)
            return ForgeUserGrant(site.installation_id, system)
        return UserGrant(self._tenants.identity_of(row), site.oauth_client_id)

    def count_refusals(self, client_key: ClientKey, *, refused: bool) -> int:
        """Return the number of this site's refused calls in a row, including the last one."""
        self._refusals[client_key] = self._refusals.get(client_key, 0) + 1 if refused else 0
        return self._refusals[client_key]

    def _credentials(
        self, client_key: ClientKey, call: str, *, fresh: bool
    ) -> ConnectCredentials | BearerCredentials:
        if is_forge(client_key):
            return self._forge.credentials(client_key, fresh=fresh)
        row = self._tenants.row(client_key, fresh=fresh)
        site, secret = row.site, row.sealed_secret
        if site.installation_id is None:
            return ConnectCredentials(self._tenants.identity_of(row))
        if secret is not None and self._connect_fallback.includes(client_key, call, secret):
            return ConnectCredentials(self._tenants.identity_of(row))
        try:
            return self._forge.credentials(site.installation_id, fresh=fresh, own_url=site.base_url)
        except (NotInstalled, ForgeTokenMissing):
            if secret is None:
                raise
            return ConnectCredentials(self._tenants.identity_of(row))


class JiraClients:
    """Makes clients.

    Args:
        app: the app's settings
        credentials: of the sites
        activity: records the calls
        max_response_bytes: as for `JiraClient`
        on_outcome: called with the site and the outcome of each call
    """

    def __init__(
        self,
        app: AppSettings,
        credentials: SiteCredentials,
        activity: Activity,
        *,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
        on_outcome: Callable[[ClientKey, JiraResponse | JiraError], None] = lambda _client_key, _outcome: (
            None
        ),
    ) -> None:
        self._activity = activity
        self._on_outcome = on_outcome
        self._credentials = credentials
        self._max_response_bytes = max_response_bytes
        self._http = new_site_pool()
        self._users = UserTokens(
            credentials,
            offline=OfflineTokens(app, http=self._http),
            url=app.user_tokens_url,
            http=self._http,
        )

    def on(
        self, client_key: ClientKey, invocation: Invocation, *, webhook_trace: str | None = None
    ) -> JiraClient:
        """Return a client for a site that respects the invocation's remaining time.

        Args:
            client_key: the site
            invocation: Lambda's context
            webhook_trace: as for `JiraClient`
        """

        def record(call: str, outcome: JiraResponse | JiraError) -> None:
            self._on_outcome(client_key, outcome)
            finding = outcome.finding if isinstance(outcome, JiraError) else None
            self._activity.record_call(
                client_key, call, outcome.status, code=finding.code if finding else None
            )

        return JiraClient(
            self._credentials,
            client_key,
            http=self._http,
            users=self._users,
            max_response_bytes=self._max_response_bytes,
            webhook_trace=webhook_trace,
            on_outcome=record,
            remaining=_remaining(invocation),
        )

    def as_user_of(self, page: ForgePage, invocation: Invocation) -> JiraClient:
        """Return a client that acts as a page's user, unrecorded; see `connect_jira.auth.page_users`."""
        return as_user_of(page, self._users, http=self._http, remaining=_remaining(invocation))


def _remaining(invocation: Invocation) -> Callable[[], float]:
    return lambda: invocation.get_remaining_time_in_millis() / 1000
