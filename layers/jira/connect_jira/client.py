"""Requests to Jira, for the one installation that a client was made for."""

import math
import random
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import urllib3
from aws_lambda_powertools import Logger

from connect_jira.app_properties import AppProperties
from connect_jira.credentials import Credentials, CredentialsSource
from connect_jira.errors import OutOfTime
from connect_jira.jira_errors import JiraError, jira_error
from connect_jira.metrics import count
from connect_jira.rate_limits import is_near_limit
from connect_jira.repeatable import is_repeatable
from connect_jira.retries import Failure, wait_before_retry
from connect_jira.signed_call import READ_TIMEOUT_SECONDS, JiraResponse, SignedCall
from connect_jira.urls import Query
from connect_jira.user_tokens import UserTokens
from connect_jwt.identity import ClientKey

logger = Logger(child=True)

_KEPT_BACK_SECONDS = 1.0
"""What a function keeps of its time to say that it ran out of it."""


type OnOutcome = Callable[[str, int, str | None], None]
"""Takes a call's method and path, Jira's status (0 for none), and the code of a refusal, if it is known."""


def _tell_nobody(_call: str, _status: int, _code: str | None) -> None:
    pass


class JiraClient:
    """Speaks to one site as the app.

    Every request is signed just before it is sent, also when it is sent again. It is sent again, after a
    second or two at the most, where that does no harm: after a 429 that says when to come back, after a
    connection that never came about, and after 502, 503, 504 or a connection that broke if doing it twice
    comes to the same as doing it once. Whatever else happens is an error to whoever asked.

    IAM: what the source of its credentials needs, such as `connect_jira.tenants`.

    Args:
        source: where the credentials are
        client_key: the site
        http: the process's pool
        users: where the access tokens of users come from, for `as_user`
        trace: sent with every call, and back by Jira with the webhooks that the call causes
        on_outcome: told of each call once nothing more is tried
        remaining: how many seconds there are left for everything, such as Lambda's
        clock: Unix seconds
        sleep: waits for seconds
    """

    def __init__(  # noqa: PLR0913 - only the first three are needed
        self,
        source: CredentialsSource,
        client_key: ClientKey,
        *,
        http: urllib3.PoolManager,
        users: UserTokens | None = None,
        trace: str | None = None,
        on_outcome: OnOutcome = _tell_nobody,
        remaining: Callable[[], float] = lambda: math.inf,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._client_key = client_key
        self._http = http
        self._users = users
        self._trace = trace
        self._on_outcome = on_outcome
        self._remaining = remaining
        self._clock = clock
        self._sleep = sleep

    def get(self, path: str, *, query: Query | None = None) -> JiraResponse:
        """`request` with GET. Repeating it does no harm."""
        return self.request("GET", path, query=query)

    def put(self, path: str, body: object, *, query: Query | None = None) -> JiraResponse:
        """`request` with PUT. It may be sent again although Jira has done it; that comes to the same."""
        return self.request("PUT", path, query=query, body=body)

    def post(
        self, path: str, body: object, *, query: Query | None = None, repeatable: bool = False
    ) -> JiraResponse:
        """`request` with POST. Sent again only when Jira has certainly not done it, or if `repeatable`."""
        return self.request("POST", path, query=query, body=body, repeatable=repeatable)

    def delete(self, path: str, *, query: Query | None = None) -> JiraResponse:
        """`request` with DELETE. Sent again after it was done, it may end in `JiraNotFound`."""
        return self.request("DELETE", path, query=query)

    def items(self, path: str, *, query: Query | None = None, name: str = "values") -> Iterator[Any]:
        """Every item of a collection that has pages by `startAt`, a page at a time as they are needed.

        What is added or removed meanwhile may be missed or come twice.

        Args:
            path: the collection's
            query: parameters of every page, such as `maxResults`
            name: the member of a page that holds its items, such as `comments`

        Raises:
            JiraError: as `request`
        """
        start = 0
        while True:
            page = self.get(path, query={**(query or {}), "startAt": start}).body
            yield from page[name]
            start = page.get("startAt", start) + len(page[name])
            if not page[name] or page.get("isLast", start >= page.get("total", math.inf)):
                return

    def search(self, jql: str, *, fields: tuple[str, ...] = ("key",)) -> Iterator[dict[str, Any]]:
        """Every issue that JQL finds, a page at a time as they are needed.

        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/

        Args:
            jql: bounded, such as `project = DEMO`
            fields: what to know of each issue

        Raises:
            JiraError: as `request`
        """
        page: dict[str, Any] = {}
        while not page.get("isLast", False):
            asked = {"jql": jql, "fields": list(fields)}
            if "nextPageToken" in page:
                asked["nextPageToken"] = page["nextPageToken"]
            page = self.post("/rest/api/3/search/jql", asked, repeatable=True).body
            yield from page["issues"]
            if "nextPageToken" not in page:
                return

    @property
    def app_properties(self) -> AppProperties:
        """What the app keeps on this site."""
        return AppProperties(self, self._source.app_key)

    def as_user(self, account_id: str, *, scopes: tuple[str, ...] = ()) -> "JiraClient":
        """A client that does what a user does, with that user's permissions.

        It needs the scope ACT_AS_USER. The access token is kept for about a quarter of an hour.

        https://developer.atlassian.com/cloud/jira/platform/user-impersonation-for-connect-apps/

        Args:
            account_id: the user's
            scopes: what it may be used for, such as `("READ",)`; all that the app has when there are none

        Raises:
            ImpersonationRefused: with the first call, when Atlassian does not grant it
        """
        if self._users is None:
            raise ValueError("this client was made without users: pass users=UserTokens(…)")
        return JiraClient(
            self._users.acting_as(account_id, scopes),
            self._client_key,
            http=self._http,
            trace=self._trace,
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
        repeatable: bool | None = None,
    ) -> JiraResponse:
        """Send one signed request, and again where the class says so.

        When Jira answers 401 the installation is read afresh, and if the site has another secret or address
        by now the request is signed again, once.

        Args:
            method: the HTTP method
            path: such as `/rest/api/3/myself`, or an absolute URL of this site, such as a `nextPage` link
            query: parameters to add; they are encoded here
            body: anything that JSON can say; None for no body
            repeatable: whether doing it twice comes to the same; None for what the method says of itself

        Raises:
            JiraError: Jira answered with an error, see `connect_jira.jira_errors`; that of 401 and 403 has
                a `finding` that says why
            OutOfTime: there is no time left to send it
            UrlNotSignable: the path leads away from the site, or is one that Jira refuses
            NotInstalled: the app is not installed there
            ForgeTokenMissing: Forge has yet to bring a token
            TemporarilyUnavailable, SecretDoesNotOpen: the secret cannot be had
        """
        call = SignedCall(method.upper(), path, query, body, self._trace)
        if repeatable is None:
            repeatable = is_repeatable(call.method)
        try:
            response = self._repeated(call, repeatable=repeatable)
        except JiraError as error:
            self._on_outcome(call.name, error.status, error.finding.code if error.finding else None)
            raise
        self._on_outcome(call.name, response.status, None)
        return response

    def _repeated(self, call: SignedCall, *, repeatable: bool) -> JiraResponse:
        attempt = 1
        while True:
            try:
                return self._accepted(call)
            except JiraError as error:
                self._wait_or_raise(Failure(error=error, attempt=attempt, repeatable=repeatable))
            attempt += 1

    def _wait_or_raise(self, failure: Failure) -> None:
        jitter = random.uniform(0.7, 1.3)  # noqa: S311 - spreads load, hides nothing
        wait = wait_before_retry(failure, now=self._clock(), jitter=jitter)
        if wait is None or wait + _KEPT_BACK_SECONDS >= self._remaining():
            raise failure.error
        logger.info("Calling Jira again", extra={"reason": failure.error.reason, "attempt": failure.attempt})
        self._sleep(wait)

    def _accepted(self, call: SignedCall) -> JiraResponse:
        credentials = self._source.credentials(self._client_key)
        response = self._send(call, credentials)
        if response.status == HTTPStatus.UNAUTHORIZED:
            fresh = self._source.fresh_credentials(self._client_key)
            if fresh != credentials:
                logger.info("Secret replaced meanwhile; signing again", extra={"reason": "secret-previous"})
                credentials, response = fresh, self._send(call, fresh)
        refusals = self._source.count_refusals(
            self._client_key, refused=response.status == HTTPStatus.UNAUTHORIZED
        )
        if is_near_limit(response.headers):
            count("JiraNearLimit")
        if not HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
            raise _error(call, credentials, response, refusals)
        return response

    def _send(self, call: SignedCall, credentials: Credentials) -> JiraResponse:
        timeout = min(READ_TIMEOUT_SECONDS, self._remaining() - _KEPT_BACK_SECONDS)
        if timeout <= 0:
            raise OutOfTime(call.name)
        return call.send(credentials, self._http, now=self._clock(), timeout=timeout)


def _error(call: SignedCall, credentials: Credentials, response: JiraResponse, refusals: int) -> JiraError:
    finding = None
    if response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        url = credentials.url(call.path, call.query)
        finding = credentials.explain(call.method, url, response, refusals=refusals)
    return jira_error(
        response.status,
        call=call.name,
        body=response.body,
        headers=dict(response.headers),
        finding=finding,
    )
