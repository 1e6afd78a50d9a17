"""Authenticates page loads and the calls of pages: which site, and which user.

A page that Connect shows is loaded by a signed URL and calls with a context token. A page that Forge shows
calls with an invocation token, by way of `requestRemote`. The scheme of the header says which it is; each is
verified by its own rule, and no other.

https://developer.atlassian.com/platform/forge/apis-reference/ui-api-bridge/requestRemote/
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial

from connect_jira.auth.forge_invocations import ForgeInvocations
from connect_jira.auth.jira_clients import JiraClients
from connect_jira.auth.page_context import PageContext, connect_context, forge_context
from connect_jira.auth.page_users import HEADER, ForgePage
from connect_jira.auth.tenants import ProvedRequest, Tenants
from connect_jira.auth.user_permissions import UserPermissions
from connect_jira.data.storage import Kept, SiteStorage
from connect_jira.errors import NotInstalled, PayloadRefused
from connect_jira.installations.activity import Activity, SiteActivity
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState, announced
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import Installation
from connect_jira.installations.site_urls import check_site_url
from connect_jira.installations.system_token import token_in
from connect_jira.jira.client import JiraClient
from connect_jira.lambda_context import Invocation
from connect_jira.settings import AppSettings
from connect_jira.web.request import GatewayRequest
from connect_jwt.identity import AppKey, ClientKey
from connect_jwt.invocations import VerifiedInvocation


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInstallation:
    """The installation of the app on a site.

    Attributes:
        app_key: the app
        scopes: that its descriptor asks for
        client_key: the site
        site_url: the site's base URL; empty where Forge does not say it
        display_url: the address that people use, if it differs
        state: such as `enabled`
        installed_at: in Unix seconds
        activities: recent activity of sites
    """

    app_key: AppKey
    scopes: frozenset[str]
    client_key: ClientKey
    site_url: str
    display_url: str | None
    state: str
    installed_at: int
    activities: Activity = field(repr=False)

    def activity(self) -> SiteActivity:
        """Return the last event, the last call and the last refusals."""
        return self.activities.read(self.client_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A request of a page whose proof holds.

    Attributes:
        client_key: the site
        account_id: the user; None when nobody is logged in
        context: the issue and the project that the token names, which does not always prove them
        installation: of the app on the site
        jira: calls the site, as the app
        permissions: of the user
        kept: the app's data and secrets for the site
    """

    client_key: ClientKey
    account_id: str | None
    context: PageContext
    installation: SiteInstallation
    jira: JiraClient
    permissions: UserPermissions
    kept: Kept = field(repr=False)


class PageAuthenticator:
    """Authenticates the requests of pages.

    All raise `TokenRefused` when the proof fails, `PayloadRefused` when what comes as a user's token cannot
    be one, `NotInstalled` when an installation is proved that has ended, and `KeyHostUnavailable`,
    `TemporarilyUnavailable` or `SecretDoesNotOpen` when nothing can be said just now.

    IAM: that of `connect_jira.auth.tenants`.

    Args:
        app: the app's settings
        tenants: verifies what sites sign
        invocations: verifies invocation tokens
        forge: the Forge installations
        clients: make the calls to Jira
        activity: recent activity of sites
        storage: the data and secrets of all sites
    """

    def __init__(
        self,
        app: AppSettings,
        *,
        tenants: Tenants,
        invocations: ForgeInvocations,
        forge: ForgeInstallationStore,
        clients: JiraClients,
        activity: Activity,
        storage: SiteStorage,
    ) -> None:
        self._app = app
        self._tenants = tenants
        self._invocations = invocations
        self._forge = forge
        self._clients = clients
        self._activity = activity
        self._storage = storage

    def page(self, request: GatewayRequest, invocation: Invocation) -> PageRequest:
        """Authenticate the load of a page into an iframe, by a URL that Jira has signed."""
        return self._by_connect(self._tenants.verify_request(request), invocation)

    def call(self, request: GatewayRequest, invocation: Invocation) -> PageRequest:
        """Authenticate a call below `/api/`."""
        scheme = request.headers.get("authorization", "").partition(" ")[0]
        if scheme.lower() != "bearer":
            return self._by_connect(self._tenants.verify_context_request(request), invocation)
        proved = self._invocations.verify_page(request)
        row = self._forge.read(proved.installation_id) or announced(proved.installation_id)
        if row.state is ForgeState.ENDED:
            raise NotInstalled
        page = ForgePage(
            installation_id=proved.installation_id,
            api_base_url=proved.api_base_url,
            account_id=proved.account_id,
            claimed_token=token_in(request.headers, HEADER),
        )
        as_user = cache(partial(self._clients.as_user_of, page, invocation))
        return self._by_forge(row, proved, invocation, as_user)

    def _by_connect(self, proved: ProvedRequest, invocation: Invocation) -> PageRequest:
        installation, token = proved.installation, proved.token
        jira = self._clients.on(installation.site.client_key, invocation)
        return PageRequest(
            client_key=installation.site.client_key,
            account_id=token.account_id,
            context=connect_context(token.context),
            installation=self._installation(installation),
            jira=jira,
            permissions=UserPermissions(jira, token.account_id),
            kept=self._storage.of(installation.site.client_key),
        )

    def _by_forge(
        self,
        row: ForgeInstallation,
        proved: VerifiedInvocation,
        invocation: Invocation,
        as_user: Callable[[], JiraClient],
    ) -> PageRequest:
        connect = self._joined(row)
        tenant = connect.site.client_key if connect else row.tenant
        jira = self._clients.on(tenant, invocation)
        return PageRequest(
            client_key=tenant,
            account_id=proved.account_id,
            context=forge_context(proved.context),
            installation=self._installation(connect) if connect else self._forge_installation(row, proved),
            jira=jira,
            permissions=UserPermissions(
                jira, proved.account_id, as_user=as_user, has_connect=connect is not None
            ),
            kept=self._storage.of(tenant),
        )

    def _joined(self, row: ForgeInstallation) -> Installation | None:
        if not row.is_joined:
            return None
        try:
            return self._tenants.installation(row.tenant)
        except NotInstalled:
            return None

    def _installation(self, installation: Installation) -> SiteInstallation:
        site = installation.site
        return SiteInstallation(
            app_key=self._app.app_key,
            scopes=self._app.scopes,
            client_key=site.client_key,
            site_url=site.base_url,
            display_url=site.display_url,
            state=installation.state.value,
            installed_at=installation.signed_at,
            activities=self._activity,
        )

    def _forge_installation(self, row: ForgeInstallation, proved: VerifiedInvocation) -> SiteInstallation:
        return SiteInstallation(
            app_key=self._app.app_key,
            scopes=self._app.scopes,
            client_key=row.tenant,
            site_url=self._site_url(proved),
            display_url=None,
            state=ForgeState.LIVE.value,
            installed_at=row.applied_at or proved.issued_at,
            activities=self._activity,
        )

    def _site_url(self, proved: VerifiedInvocation) -> str:
        try:
            return check_site_url(str(proved.context.get("siteUrl", "")), self._app)
        except PayloadRefused:
            return ""
