"""Clients for the sites of one process: they share its connections, and what it knows of users."""

import urllib3

from connect_jira.client import JiraClient
from connect_jira.invocation import Invocation
from connect_jira.user_tokens import UserTokens
from connect_jira.wiring import Parts
from connect_jwt.identity import ClientKey


class JiraClients:
    """Makes clients.

    Args:
        parts: of the app
    """

    def __init__(self, parts: Parts) -> None:
        self._tenants = parts.tenants
        self._http = urllib3.PoolManager()
        self._users = UserTokens(parts.tenants, url=parts.app.user_tokens_url, http=self._http)

    def on(self, client_key: ClientKey, invocation: Invocation, *, trace: str | None = None) -> JiraClient:
        """A client for a site that keeps to the time an invocation has left.

        Args:
            client_key: the site
            invocation: Lambda's context
            trace: as for `JiraClient`
        """
        return JiraClient(
            self._tenants,
            client_key,
            http=self._http,
            users=self._users,
            trace=trace,
            remaining=lambda: invocation.get_remaining_time_in_millis() / 1000,
        )
