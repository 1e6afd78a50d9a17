"""Client for one installation's requests to Jira."""

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import urllib3
from aws_lambda_powertools import Logger

from connect_jira.jira import paging
from connect_jira.jira.app_properties import AppProperties
from connect_jira.jira.credentials import CredentialsSource, Query, UsersCredentials
from connect_jira.jira.errors import JiraError
from connect_jira.jira.exchange import RESERVED_TO_REPORT_SECONDS, Exchange, SignedCall
from connect_jira.jira.http_methods import IDEMPOTENT
from connect_jira.jira.response import MAX_RESPONSE_BYTES, JiraResponse
from connect_jira.jira.retries import Failure, wait_before_retry
from connect_jira.jira.tasks import completed_task
from connect_jwt.identity import ClientKey

logger = Logger(child=True)

type OnOutcome = Callable[[str, JiraResponse | JiraError], None]
"""Takes a call's method and path, and its outcome."""


def _tell_nobody(_call: str, _outcome: JiraResponse | JiraError) -> None:
    pass


class JiraClient:
    """Calls one site's REST API as the app.

    Every attempt is signed just before it is sent. A request is retried, after at most a second or two, where
    that does no harm: after a 429 with a delay, after a connection that was never established, and, if the
    request is idempotent, after 502, 503, 504 or a broken connection. Everything else is raised.

    IAM: as the source of its credentials, such as `connect_jira.auth.tenants`.

    Args:
        source: of the credentials
        client_key: the site
        http: the process's pool, such as `connect_jira.jira.connection_pool` makes
        users: source of users' access tokens, for `as_user`
        max_response_bytes: maximum size of a response body; a larger one that has to be read is an error
        webhook_trace: sent with every call; Jira returns it with the webhooks that the call causes
        on_outcome: called once per call, after the last attempt
        remaining: returns the seconds left for everything, such as Lambda's
        clock: Unix seconds
        sleep: waits for seconds
    """

    def __init__(  # noqa: PLR0913 - only the first three are needed
        self,
        source: CredentialsSource,
        client_key: ClientKey,
        *,
        http: urllib3.PoolManager,
        users: UsersCredentials | None = None,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
        webhook_trace: str | None = None,
        on_outcome: OnOutcome = _tell_nobody,
        remaining: Callable[[], float] = lambda: math.inf,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._client_key = client_key
        self._http = http
        self._users = users
        self._max_response_bytes = max_response_bytes
        self._webhook_trace = webhook_trace
        self._on_outcome = on_outcome
        self._remaining = remaining
        self._clock = clock
        self._sleep = sleep
        self._exchange = Exchange(
            source=source,
            client_key=client_key,
            http=http,
            remaining=remaining,
            max_response_bytes=max_response_bytes,
            clock=clock,
        )

    def get(
        self, path: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> JiraResponse:
        """`request` with GET."""
        return self.request("GET", path, query=query, headers=headers)

    def put(
        self,
        path: str,
        body: object,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> JiraResponse:
        """`request` with PUT. Idempotent: it may be sent again although Jira has done it."""
        return self.request("PUT", path, query=query, body=body, headers=headers)

    def post(
        self,
        path: str,
        body: object,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = False,
    ) -> JiraResponse:
        """`request` with POST. Retried only if Jira certainly has not done it, or if `idempotent`."""
        return self.request("POST", path, query=query, body=body, headers=headers, idempotent=idempotent)

    def delete(
        self, path: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> JiraResponse:
        """`request` with DELETE. A retry of a deletion that was done may end in `JiraNotFound`."""
        return self.request("DELETE", path, query=query, headers=headers)

    def items(self, path: str, *, query: Query | None = None, name: str = "values") -> Iterator[Any]:
        """Yield every item of a collection, fetching pages as needed; see `connect_jira.jira.paging`.

        Items added or removed meanwhile may be missed or come twice.

        Args:
            path: of the collection
            query: parameters of every page, such as `maxResults`
            name: the member of a page that holds its items, such as `comments`

        Raises:
            JiraResponseUnusable: the response is no page, or pages without anything new do not end
            JiraError: as `request`
        """
        every = dict(query or {})
        start = every.pop("startAt", 0)
        first = {"startAt": int(start) if isinstance(start, str | int) else 0}
        return paging.items(lambda page: self.get(path, query={**every, **page}), first, name=name)

    def search(self, jql: str, *, fields: tuple[str, ...] = ("key",)) -> Iterator[dict[str, Any]]:
        """Yield every issue that JQL finds, fetching pages as needed.

        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/

        Args:
            jql: bounded, such as `project = DEMO`
            fields: of each issue

        Raises:
            JiraResponseUnusable, JiraError: as `items`
        """
        asked = {"jql": jql, "fields": list(fields)}
        return paging.items(
            lambda page: self.post("/rest/api/3/search/jql", {**asked, **page}, idempotent=True),
            {},
            name="issues",
            by_token=True,
        )

    def wait_for_task(self, response: JiraResponse, *, seconds: float = 10.0) -> dict[str, Any]:
        """Wait for the task that a 303 names, and return it. Poll long tasks later instead.

        Args:
            response: of a POST, PUT or DELETE, with a `location`
            seconds: maximum wait

        Raises:
            TaskNotCompleted: it failed, was cancelled, or takes longer
            JiraError: as `request`
        """
        if response.location is None:
            raise ValueError("this answer names no task")
        return completed_task(self.get, response.location, seconds=seconds, sleep=self._sleep)

    @property
    def app_properties(self) -> AppProperties:
        """The app's properties on this site."""
        return AppProperties(self, self._source.app_key)

    def as_user(self, account_id: str, *, scopes: tuple[str, ...] = ()) -> "JiraClient":
        """Return a client that acts as a user, with that user's permissions.

        It needs the scope ACT_AS_USER, or, on a site that has the app by Forge alone, `allowImpersonation` in
        the manifest. The access token is cached until shortly before it expires.

        https://developer.atlassian.com/cloud/jira/platform/user-impersonation-for-connect-apps/ and
        https://developer.atlassian.com/platform/forge/remote/calling-product-apis/

        Args:
            account_id: the user's
            scopes: of the token, such as `("READ",)`; empty for all that the app has. Under Forge it is
                always all that the manifest allows

        Raises:
            ImpersonationRefused: with the first call, if Atlassian does not grant it
        """
        if self._users is None:
            raise ValueError("this client was made without users: pass users=UserTokens(…)")
        return JiraClient(
            self._users.acting_as(account_id, scopes),
            self._client_key,
            http=self._http,
            max_response_bytes=self._max_response_bytes,
            webhook_trace=self._webhook_trace,
            on_outcome=self._on_outcome,
            remaining=self._remaining,
            clock=self._clock,
            sleep=self._sleep,
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool | None = None,
    ) -> JiraResponse:
        """Send one signed request, with the class's retries.

        When Jira answers 401, the installation is read again; if its secret or address has changed, the
        request is signed again, once.

        Args:
            method: the HTTP method
            path: such as `/rest/api/3/myself`, or an absolute URL of this site, such as a `nextPage` link
            query: parameters to add; they are encoded here
            body: anything that JSON can hold, or files (`connect_jira.jira.multipart`); None for no body
            headers: additional ones, such as `Accept` or `X-ExperimentalApi`
            idempotent: True if the request is idempotent; None for the method's own rule

        Raises:
            JiraError: Jira answered with an error, see `connect_jira.jira.errors`; its `finding` explains it,
                where the cause can be told
            RequestMalformed: a GET has a body, or the header is one of the client's own
            OutOfTime: no time is left to send it
            UrlNotSignable: the path leads away from the site, or is malformed for Jira
            NotInstalled: the app is not installed there
            ForgeTokenMissing: Forge has not sent a token yet
            TemporarilyUnavailable, SecretDoesNotOpen: the secret cannot be read
        """
        call = SignedCall(method.upper(), path, query, body, headers or {}, self._webhook_trace)
        if idempotent is None:
            idempotent = call.method in IDEMPOTENT
        try:
            response = self._repeated(call, idempotent=idempotent)
        except JiraError as error:
            self._tell(call.name, error)
            raise
        self._tell(call.name, response)
        return response

    def _tell(self, call: str, outcome: JiraResponse | JiraError) -> None:
        """Report a call's outcome; an exception of the callback does not change it."""
        try:
            self._on_outcome(call, outcome)
        except Exception:  # a call that was made must not look as if it was not
            logger.exception("Call outcome not recorded")

    def _repeated(self, call: SignedCall, *, idempotent: bool) -> JiraResponse:
        attempt = 1
        while True:
            try:
                return self._exchange.make(call)
            except JiraError as error:
                self._wait_or_raise(Failure(error=error, attempt=attempt, idempotent=idempotent))
            attempt += 1

    def _wait_or_raise(self, failure: Failure) -> None:
        jitter = random.uniform(0.7, 1.3)  # noqa: S311 - spreads load, hides nothing
        wait = wait_before_retry(failure, now=self._clock(), jitter=jitter)
        if wait is None or wait + RESERVED_TO_REPORT_SECONDS >= self._remaining():
            raise failure.error
        logger.info(
            "Retrying a call to Jira", extra={"reason": failure.error.reason, "attempt": failure.attempt}
        )
        self._sleep(wait)
