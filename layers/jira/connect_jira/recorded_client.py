"""A client that remembers how its last call went."""

import math
from collections.abc import Callable

import urllib3

from connect_jira.activity import Activity
from connect_jira.client import JiraClient
from connect_jira.jira_errors import JiraError
from connect_jira.signed_call import JiraResponse, SignedCall
from connect_jira.tenants import Tenants
from connect_jira.urls import Query
from connect_jwt.identity import ClientKey


class RecordedJiraClient(JiraClient):
    """A `JiraClient` whose calls are in `connect_jira.activity`, by method, path and status.

    IAM: what `JiraClient` needs, and what `Activity` needs to record.

    Args:
        tenants: where the installation is
        client_key: the site
        activity: what remembers
        http: the process's pool
        remaining: how many seconds there are left for everything, such as Lambda's
    """

    def __init__(
        self,
        tenants: Tenants,
        client_key: ClientKey,
        *,
        activity: Activity,
        http: urllib3.PoolManager,
        remaining: Callable[[], float] = lambda: math.inf,
    ) -> None:
        super().__init__(tenants, client_key, http=http, remaining=remaining)
        self._site = client_key
        self._activity = activity

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: object = None,
        repeatable: bool | None = None,
    ) -> JiraResponse:
        """As `JiraClient.request`, remembered."""
        call = SignedCall(method.upper(), path).name
        try:
            response = super().request(method, path, query=query, body=body, repeatable=repeatable)
        except JiraError as error:
            code = error.finding.code if error.finding else None
            self._activity.record_call(self._site, call, error.status, code=code)
            raise
        self._activity.record_call(self._site, call, response.status)
        return response
