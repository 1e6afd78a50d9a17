"""Who is looking at the app, on which site: proved by the kind of token that the route takes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from connect_jira.auth.jira_clients import JiraClients
from connect_jira.auth.page_requests import Caller, Callers
from connect_jira.installations.activity import Activity
from connect_jira.jira.client import JiraClient
from connect_jira.lambda_context import Invocation
from connect_jira.settings import AppSettings
from connect_jira.web.request import GatewayRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request that has proved where it comes from.

    Attributes:
        caller: the user, and the site
        app: what the app is called
        jira: calls the site, as the app
        activity: what lately happened
        as_user: gives a client that calls the site as the user, once that is proved; None where Connect shows
            the page
    """

    caller: Caller
    app: AppSettings
    jira: JiraClient
    activity: Activity = field(repr=False)
    as_user: Callable[[], JiraClient] | None = None


class Visits:
    """The front door of pages and of their calls; errors as of `Callers`.

    Args:
        app: what the app is called
        callers: who is who
        clients: make the calls to Jira
        activity: what lately happened
    """

    def __init__(
        self, app: AppSettings, *, callers: Callers, clients: JiraClients, activity: Activity
    ) -> None:
        self._app = app
        self._callers = callers
        self._clients = clients
        self._activity = activity

    def of_page(self, request: GatewayRequest, invocation: Invocation) -> Visit:
        """A page is loaded into an iframe, by a URL that Jira has signed."""
        return self._visit(self._callers.of_page(request), invocation)

    def of_call(self, request: GatewayRequest, invocation: Invocation) -> Visit:
        """A page calls."""
        return self._visit(self._callers.of_call(request), invocation)

    def _visit(self, caller: Caller, invocation: Invocation) -> Visit:
        page = caller.forge_page
        return Visit(
            caller=caller,
            app=self._app,
            jira=self._clients.on(caller.client_key, invocation),
            activity=self._activity,
            as_user=partial(self._clients.as_user_of, page, invocation) if page else None,
        )
