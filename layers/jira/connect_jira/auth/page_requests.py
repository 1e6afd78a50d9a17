"""Authenticates page loads and the calls of pages: which site, and which user.

A page that Connect shows is loaded by a signed URL and calls with a context token. A page that Forge shows
calls with an invocation token, by way of `requestRemote`. The scheme of the header says which it is; each is
verified by its own rule, and no other.

https://developer.atlassian.com/platform/forge/apis-reference/ui-api-bridge/requestRemote/
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from connect_jira.auth.forge_invocations import ForgeInvocations
from connect_jira.auth.jira_clients import JiraClients
from connect_jira.auth.page_users import HEADER, ForgePage
from connect_jira.auth.tenants import Tenants
from connect_jira.data.site_data import SiteData
from connect_jira.data.site_secrets import SiteSecrets
from connect_jira.data.storage import SiteStorage
from connect_jira.errors import NotInstalled, PayloadRefused
from connect_jira.installations.activity import Activity
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState, announced
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import Installation
from connect_jira.installations.site_urls import check_site_url
from connect_jira.installations.system_token import token_in
from connect_jira.jira.client import JiraClient
from connect_jira.lambda_context import Invocation
from connect_jira.settings import AppSettings
from connect_jira.web.request import GatewayRequest
from connect_jwt.identity import ClientKey
from connect_jwt.invocations import VerifiedInvocation


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A request of a page whose proof holds.

    Attributes:
        client_key: the site
        account_id: the user; None when nobody is logged in
        site_url: the site's base URL; empty where Forge does not say it
        display_url: the address that people use, if it differs
        state: of the installation, such as `enabled`
        installed_at: in Unix seconds
        has_connect: True if the site also uses Connect, which may ask for its users' permissions
        app: the app's settings
        jira: calls the site, as the app
        as_user: returns a client that calls the site as the user, once that is proved; None for a page that
            Connect shows
        activity: recent activity of sites
        data: the app's data for the site
        secrets: the same, sealed for the app, the site and the name
    """

    client_key: ClientKey
    account_id: str | None
    site_url: str
    display_url: str | None
    state: str
    installed_at: int
    has_connect: bool = True
    app: AppSettings
    jira: JiraClient
    as_user: Callable[[], JiraClient] | None = None
    activity: Activity = field(repr=False)
    data: SiteData = field(repr=False)
    secrets: SiteSecrets = field(repr=False)


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

    def page(self, request: GatewayRequest, context: Invocation) -> PageRequest:
        """Authenticate the load of a page into an iframe, by a URL that Jira has signed."""
        proved = self._tenants.verify_request(request)
        return self._by_connect(proved.installation, proved.token.account_id, context)

    def call(self, request: GatewayRequest, context: Invocation) -> PageRequest:
        """Authenticate a call below `/api/`."""
        scheme = request.headers.get("authorization", "").partition(" ")[0]
        if scheme.lower() != "bearer":
            proved = self._tenants.verify_context_request(request)
            return self._by_connect(proved.installation, proved.token.account_id, context)
        invocation = self._invocations.verify_page(request)
        row = self._forge.read(invocation.installation_id) or announced(invocation.installation_id)
        if row.state is ForgeState.ENDED:
            raise NotInstalled
        page = ForgePage(
            installation_id=invocation.installation_id,
            api_base_url=invocation.api_base_url,
            account_id=invocation.account_id,
            claimed_token=token_in(request.headers, HEADER),
        )
        as_user = partial(self._clients.as_user_of, page, context)
        if row.is_joined:
            with suppress(NotInstalled):
                installation = self._tenants.installation(row.tenant)
                return self._by_connect(installation, invocation.account_id, context, as_user=as_user)
        return self._by_forge_alone(row, invocation, context, as_user)

    def _by_connect(
        self,
        installation: Installation,
        account_id: str | None,
        context: Invocation,
        *,
        as_user: Callable[[], JiraClient] | None = None,
    ) -> PageRequest:
        site = installation.site
        kept = self._storage.of(site.client_key)
        return PageRequest(
            client_key=site.client_key,
            account_id=account_id,
            site_url=site.base_url,
            display_url=site.display_url,
            state=installation.state.value,
            installed_at=installation.signed_at,
            app=self._app,
            jira=self._clients.on(site.client_key, context),
            as_user=as_user,
            activity=self._activity,
            data=kept.data,
            secrets=kept.secrets,
        )

    def _by_forge_alone(
        self,
        row: ForgeInstallation,
        invocation: VerifiedInvocation,
        context: Invocation,
        as_user: Callable[[], JiraClient],
    ) -> PageRequest:
        kept = self._storage.of(row.tenant)
        return PageRequest(
            client_key=row.tenant,
            account_id=invocation.account_id,
            site_url=self._site_url(invocation),
            display_url=None,
            state=ForgeState.LIVE.value,
            installed_at=row.applied_at or invocation.issued_at,
            has_connect=False,
            app=self._app,
            jira=self._clients.on(row.tenant, context),
            as_user=as_user,
            activity=self._activity,
            data=kept.data,
            secrets=kept.secrets,
        )

    def _site_url(self, invocation: VerifiedInvocation) -> str:
        try:
            return check_site_url(str(invocation.context.get("siteUrl", "")), self._app)
        except PayloadRefused:
            return ""
