"""Clients for sites; those of one process share connections and users' tokens.

Their calls are recorded by `connect_jira.installations.activity`.
"""

from collections.abc import Callable

from connect_jira.auth.offline_tokens import OfflineTokens
from connect_jira.auth.page_users import ForgePage, as_user_of
from connect_jira.auth.tenants import Tenants
from connect_jira.auth.user_tokens import UserTokens
from connect_jira.installations.activity import Activity
from connect_jira.jira.client import JiraClient
from connect_jira.jira.connection_pool import new_site_pool
from connect_jira.jira.errors import JiraError
from connect_jira.jira.response import MAX_RESPONSE_BYTES, JiraResponse
from connect_jira.lambda_context import Invocation
from connect_jira.settings import AppSettings
from connect_jwt.identity import ClientKey


class JiraClients:
    """Makes clients.

    Args:
        app: the app's settings
        tenants: source of the sites' credentials
        activity: records the calls
        max_response_bytes: as for `JiraClient`
        on_outcome: called with the site and the outcome of each call
    """

    def __init__(
        self,
        app: AppSettings,
        tenants: Tenants,
        activity: Activity,
        *,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
        on_outcome: Callable[[ClientKey, JiraResponse | JiraError], None] = lambda _client_key, _outcome: (
            None
        ),
    ) -> None:
        self._activity = activity
        self._on_outcome = on_outcome
        self._tenants = tenants
        self._max_response_bytes = max_response_bytes
        self._http = new_site_pool()
        self._users = UserTokens(
            tenants,
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
            self._tenants,
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
