"""Who is looking at the app, on which site: proved by the kind of token that the route takes."""

from collections.abc import Callable
from dataclasses import dataclass, field

import urllib3

from connect_jira.activity import Activity
from connect_jira.client import JiraClient
from connect_jira.gateway import GatewayRequest
from connect_jira.installation import Installation
from connect_jira.recorded_client import RecordedJiraClient
from connect_jira.settings import AppSettings
from connect_jira.wiring import Parts
from connect_jwt.verifying import VerifiedToken

type Remaining = Callable[[], float]
"""How many seconds there are left for everything."""


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
        http: the process's pool
    """

    def __init__(self, parts: Parts, activity: Activity, *, http: urllib3.PoolManager) -> None:
        self._parts = parts
        self._activity = activity
        self._http = http

    def of_page(self, request: GatewayRequest, remaining: Remaining) -> Visit:
        """A page is loaded into an iframe, by a URL that Jira has signed.

        Raises:
            TokenRefused: the proof fails
            TemporarilyUnavailable, SecretDoesNotOpen: nothing can be said about it just now
        """
        return self._visit(self._parts.tenants.verify_request(request), remaining)

    def of_call(self, request: GatewayRequest, remaining: Remaining) -> Visit:
        """A page calls, with a context token; errors as for `of_page`."""
        return self._visit(self._parts.tenants.verify_context_request(request), remaining)

    def _visit(self, token: VerifiedToken, remaining: Remaining) -> Visit:
        parts = self._parts
        return Visit(
            account_id=token.account_id,
            installation=parts.tenants.installation(token.client_key),
            app=parts.app,
            jira=RecordedJiraClient(
                parts.tenants, token.client_key, activity=self._activity, http=self._http, remaining=remaining
            ),
            activity=self._activity,
        )
