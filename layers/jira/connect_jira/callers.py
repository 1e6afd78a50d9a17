"""Who is at the other end of a page's call: on which site, and which user.

A page that Connect shows calls with a context token, one that Forge shows with an invocation token, by way of
`requestRemote`. The scheme of the header says which it is; each is verified by its own rule, and no other.

https://developer.atlassian.com/platform/forge/apis-reference/ui-api-bridge/requestRemote/
"""

from dataclasses import dataclass

from connect_jira.errors import NotInstalled
from connect_jira.forge_installation import ForgeState
from connect_jira.forge_invocations import ForgeInvocations
from connect_jira.forge_store import ForgeInstallationStore
from connect_jira.gateway import GatewayRequest
from connect_jira.tenants import Tenants
from connect_jwt.identity import ClientKey


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose page calls.

    Attributes:
        client_key: the site
        account_id: the user; None when nobody is logged in
    """

    client_key: ClientKey
    account_id: str | None


class Callers:
    """Verifies the calls of pages.

    IAM: what `connect_jira.tenants` needs.

    Args:
        tenants: who verifies context tokens
        invocations: who verifies invocation tokens
        forge: whose installation they come from
    """

    def __init__(
        self, tenants: Tenants, invocations: ForgeInvocations, forge: ForgeInstallationStore
    ) -> None:
        self._tenants = tenants
        self._invocations = invocations
        self._forge = forge

    def of_call(self, request: GatewayRequest) -> Caller:
        """Whoever makes a call below `/api/`.

        Raises:
            TokenRefused: the proof fails
            NotInstalled: it proves an installation that has ended
            KeyHostUnavailable, TemporarilyUnavailable, SecretDoesNotOpen: nothing can be said just now
        """
        scheme = request.headers.get("authorization", "").partition(" ")[0]
        if scheme.lower() != "bearer":
            token = self._tenants.verify_context_request(request)
            return Caller(token.client_key, token.account_id)
        invocation = self._invocations.verify_page(request)
        row = self._forge.read(invocation.installation_id)
        if row is not None and row.state is ForgeState.ENDED:
            raise NotInstalled
        client_key = row.tenant if row else ClientKey(invocation.installation_id)
        return Caller(client_key, invocation.account_id)
