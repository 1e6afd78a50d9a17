"""Who is looking at the app, on which site: proved by the kind of token that the route takes."""

from dataclasses import dataclass, field

from connect_jira.activity import Activity
from connect_jira.client import JiraClient
from connect_jira.clients import JiraClients
from connect_jira.gateway import GatewayRequest
from connect_jira.installation import Installation
from connect_jira.invocation import Invocation
from connect_jira.settings import AppSettings
from connect_jira.wiring import Parts
from connect_jwt.verifying import VerifiedToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request that has proved where it comes from.

    Attributes:
        account_id: the user; None when nobody is logged in
        installation: of the app, on the user's site
        app: what the app is called
        jira: calls the site, as the app
        activity: what lately happened
    """

    account_id: str | None
    installation: Installation
    app: AppSettings
    jira: JiraClient
    activity: Activity = field(repr=False)


class Visits:
    """The front door of pages and of their calls.

    Args:
        parts: of the app
        activity: what remembers the calls to Jira
    """

    def __init__(self, parts: Parts, activity: Activity) -> None:
        self._parts = parts
        self._activity = activity
        self._clients = JiraClients(parts, activity)

    def of_page(self, request: GatewayRequest, invocation: Invocation) -> Visit:
        """A page is loaded into an iframe, by a URL that Jira has signed.

        Raises:
            TokenRefused: the proof fails
            TemporarilyUnavailable, SecretDoesNotOpen: nothing can be said about it just now
        """
        return self._visit(self._parts.tenants.verify_request(request), invocation)

    def of_call(self, request: GatewayRequest, invocation: Invocation) -> Visit:
        """A page calls, with a context token; errors as for `of_page`."""
        return self._visit(self._parts.tenants.verify_context_request(request), invocation)

    def _visit(self, token: VerifiedToken, invocation: Invocation) -> Visit:
        parts = self._parts
        return Visit(
            account_id=token.account_id,
            installation=parts.tenants.installation(token.client_key),
            app=parts.app,
            jira=self._clients.on(token.client_key, invocation),
            activity=self._activity,
        )
