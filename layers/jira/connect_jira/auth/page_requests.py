"""Who is looking at a page, or has it call: on which site, and which user.

A page that Connect shows is loaded by a signed URL and calls with a context token, one that Forge shows calls
with an invocation token, by way of `requestRemote`. The scheme of the header says which it is; each is
verified by its own rule, and no other.

https://developer.atlassian.com/platform/forge/apis-reference/ui-api-bridge/requestRemote/
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from connect_jira.auth.forge_invocations import ForgeInvocations
from connect_jira.auth.page_users import HEADER, ForgePage
from connect_jira.auth.tenants import Tenants
from connect_jira.errors import NotInstalled, PayloadRefused
from connect_jira.installations.forge_installation import ForgeState, announced
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import Installation
from connect_jira.installations.site_urls import check_site_url
from connect_jira.installations.system_token import token_in
from connect_jira.settings import AppSettings
from connect_jira.web.request import GatewayRequest
from connect_jwt.identity import ClientKey
from connect_jwt.invocations import VerifiedInvocation


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose page it is.

    Attributes:
        client_key: the site
        account_id: the user; None when nobody is logged in
        site_url: the site's base URL; empty where Forge does not say it
        display_url: what people know the site by, if that is another address
        state: of the installation, such as `enabled`
        installed_at: in Unix seconds
        has_connect: whether the app is there by Connect, too, and may ask what its users may do
        forge_page: what a page that Forge shows can be asked for instead; None of one that Connect shows
    """

    client_key: ClientKey
    account_id: str | None
    site_url: str
    display_url: str | None
    state: str
    installed_at: int
    has_connect: bool = True
    forge_page: ForgePage | None = None


class Callers:
    """Verifies the requests of pages.

    All raise `TokenRefused` when the proof fails, `PayloadRefused` when what comes as a user's token cannot
    be one, `NotInstalled` when an installation is proved that has ended, and `KeyHostUnavailable`,
    `TemporarilyUnavailable` or `SecretDoesNotOpen` when nothing can be said just now.

    IAM: what `connect_jira.auth.tenants` needs.

    Args:
        app: whose pages they are
        tenants: who verifies what sites sign
        invocations: who verifies invocation tokens
        forge: whose installation they come from
    """

    def __init__(
        self,
        app: AppSettings,
        tenants: Tenants,
        invocations: ForgeInvocations,
        forge: ForgeInstallationStore,
    ) -> None:
        self._app = app
        self._tenants = tenants
        self._invocations = invocations
        self._forge = forge

    def of_page(self, request: GatewayRequest) -> Caller:
        """Whoever loads a page into an iframe, by a URL that Jira has signed."""
        proved = self._tenants.verify_request(request)
        return _on_connect(proved.installation, proved.token.account_id)

    def of_call(self, request: GatewayRequest) -> Caller:
        """Whoever makes a call below `/api/`."""
        scheme = request.headers.get("authorization", "").partition(" ")[0]
        if scheme.lower() != "bearer":
            proved = self._tenants.verify_context_request(request)
            return _on_connect(proved.installation, proved.token.account_id)
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
        if row.is_joined:
            with suppress(NotInstalled):
                installation = self._tenants.installation(row.tenant)
                return replace(_on_connect(installation, invocation.account_id), forge_page=page)
        return Caller(
            client_key=row.tenant,
            account_id=invocation.account_id,
            site_url=self._site_url(invocation),
            display_url=None,
            state=ForgeState.LIVE.value,
            installed_at=row.applied_at or invocation.issued_at,
            has_connect=False,
            forge_page=page,
        )

    def _site_url(self, invocation: VerifiedInvocation) -> str:
        try:
            return check_site_url(str(invocation.context.get("siteUrl", "")), self._app)
        except PayloadRefused:
            return ""


def _on_connect(installation: Installation, account_id: str | None) -> Caller:
    return Caller(
        client_key=installation.site.client_key,
        account_id=account_id,
        site_url=installation.site.base_url,
        display_url=installation.site.display_url,
        state=installation.state.value,
        installed_at=installation.signed_at,
    )
