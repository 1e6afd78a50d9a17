"""Requests to Jira, for the one installation that a client was made for."""

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import urllib3
from aws_lambda_powertools import Logger

from connect_jira.jira import paging
from connect_jira.jira.app_properties import AppProperties
from connect_jira.jira.credentials import CredentialsSource, UsersCredentials
from connect_jira.jira.errors import JiraError
from connect_jira.jira.exchange import Exchange
from connect_jira.jira.idempotent_methods import is_repeatable
from connect_jira.jira.response import MAX_ANSWER_BYTES, JiraResponse
from connect_jira.jira.retries import Failure, wait_before_retry
from connect_jira.jira.signed_call import SignedCall
from connect_jira.jira.tasks import completed_task
from connect_jira.jira.urls import Query
from connect_jwt.identity import ClientKey

logger = Logger(child=True)

_KEPT_BACK_SECONDS = 1.0
"""What a function keeps of its time to say that it ran out of it."""


type OnOutcome = Callable[[str, JiraResponse | JiraError], None]
"""Takes a call's method and path, and what became of it."""


def _tell_nobody(_call: str, _outcome: JiraResponse | JiraError) -> None:
    pass


class JiraClient:
    """Speaks to one site as the app.

    Every request is signed just before it is sent, also when it is sent again. It is sent again, after a
    second or two at the most, where that does no harm: after a 429 that says when to come back, after a
    connection that never came about, and after 502, 503, 504 or a connection that broke if doing it twice
    comes to the same as doing it once. Whatever else happens is an error to whoever asked.

    IAM: what the source of its credentials needs, such as `connect_jira.auth.tenants`.

    Args:
        source: where the credentials are
        client_key: the site
        http: the process's pool, such as `connect_jira.jira.connection_pool` makes
        users: where the access tokens of users come from, for `as_user`
        max_answer_bytes: of an answer's body; a larger one is an error where it was to be read
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
        users: UsersCredentials | None = None,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
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
        self._max_answer_bytes = max_answer_bytes
        self._trace = trace
        self._on_outcome = on_outcome
        self._remaining = remaining
        self._clock = clock
        self._sleep = sleep
        self._exchange = Exchange(
            source,
            client_key,
            http=http,
            seconds_left=lambda: remaining() - _KEPT_BACK_SECONDS,
            max_answer_bytes=max_answer_bytes,
            clock=clock,
        )

    def get(
        self, path: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> JiraResponse:
        """`request` with GET. Repeating it does no harm."""
        return self.request("GET", path, query=query, headers=headers)

    def put(
        self,
        path: str,
        body: object,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> JiraResponse:
        """`request` with PUT. It may be sent again although Jira has done it; that comes to the same."""
        return self.request("PUT", path, query=query, body=body, headers=headers)

    def post(
        self,
        path: str,
        body: object,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> JiraResponse:
        """`request` with POST. Sent again only when Jira has certainly not done it, or if `repeatable`."""
        return self.request("POST", path, query=query, body=body, headers=headers, repeatable=repeatable)

    def delete(
        self, path: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> JiraResponse:
        """`request` with DELETE. Sent again after it was done, it may end in `JiraNotFound`."""
        return self.request("DELETE", path, query=query, headers=headers)

    def items(self, path: str, *, query: Query | None = None, name: str = "values") -> Iterator[Any]:
        """Every item of a collection, a page at a time as they are needed; see `connect_jira.jira.paging`.

        What is added or removed meanwhile may be missed or come twice.

        Args:
            path: the collection's
            query: parameters of every page, such as `maxResults`
            name: the member of a page that holds its items, such as `comments`

        Raises:
            JiraAnswerUnusable: what came is no page, or brings nothing new and no end
            JiraError: as `request`
        """
        every = dict(query or {})
        start = every.pop("startAt", 0)
        first = {"startAt": int(start) if isinstance(start, str | int) else 0}
        return paging.items(lambda page: self.get(path, query={**every, **page}), first, name=name)

    def search(self, jql: str, *, fields: tuple[str, ...] = ("key",)) -> Iterator[dict[str, Any]]:
        """Every issue that JQL finds, a page at a time as they are needed.

        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/

        Args:
            jql: bounded, such as `project = DEMO`
            fields: what to know of each issue

        Raises:
            JiraAnswerUnusable, JiraError: as `items`
        """
        asked = {"jql": jql, "fields": list(fields)}
        return paging.items(
            lambda page: self.post("/rest/api/3/search/jql", {**asked, **page}, repeatable=True),
            {},
            name="issues",
            by_token=True,
        )

    def wait_for_task(self, response: JiraResponse, *, seconds: float = 10.0) -> dict[str, Any]:
        """The task that a 303 names, once Jira has completed it; better asked for later if it takes minutes.

        Args:
            response: of a POST, PUT or DELETE, with a `location`
            seconds: how long to wait for it

        Raises:
            TaskNotCompleted: it has failed, was cancelled, or takes longer
            JiraError: as `request`
        """
        if response.location is None:
            raise ValueError("this answer names no task")
        return completed_task(self.get, response.location, seconds=seconds, sleep=self._sleep)

    @property
    def app_properties(self) -> AppProperties:
        """What the app keeps on this site."""
        return AppProperties(self, self._source.app_key)

    def as_user(self, account_id: str, *, scopes: tuple[str, ...] = ()) -> "JiraClient":
        """A client that does what a user does, with that user's permissions.

        It needs the scope ACT_AS_USER, or, on a site that has the app by Forge alone, `allowImpersonation` in
        the manifest. The access token is kept until shortly before it ends.

        https://developer.atlassian.com/cloud/jira/platform/user-impersonation-for-connect-apps/ and
        https://developer.atlassian.com/platform/forge/remote/calling-product-apis/

        Args:
            account_id: the user's
            scopes: what it may be used for, such as `("READ",)`; all that the app has when there are none. By
                Forge it is always all that the manifest allows

        Raises:
            ImpersonationRefused: with the first call, when Atlassian does not grant it
        """
        if self._users is None:
            raise ValueError("this client was made without users: pass users=UserTokens(…)")
        return JiraClient(
            self._users.acting_as(account_id, scopes),
            self._client_key,
            http=self._http,
            max_answer_bytes=self._max_answer_bytes,
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
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> JiraResponse:
        """Send one signed request, and again where the class says so.

        When Jira answers 401 the installation is read afresh, and if the site has another secret or address
        by now the request is signed again, once.

        Args:
            method: the HTTP method
            path: such as `/rest/api/3/myself`, or an absolute URL of this site, such as a `nextPage` link
            query: parameters to add; they are encoded here
            body: anything that JSON can say, or files (`connect_jira.jira.multipart`); None for no body
            headers: more of them, such as `Accept` or `X-ExperimentalApi`
            repeatable: whether doing it twice comes to the same; None for what the method says of itself

        Raises:
            JiraError: Jira answered with an error, see `connect_jira.jira.errors`; where it can be told why,
                it has a `finding` that says so
            RequestMalformed: a GET has a body, or a header is not the caller's to give
            OutOfTime: there is no time left to send it
            UrlNotSignable: the path leads away from the site, or is one that Jira refuses
            NotInstalled: the app is not installed there
            ForgeTokenMissing: Forge has yet to bring a token
            TemporarilyUnavailable, SecretDoesNotOpen: the secret cannot be had
        """
        call = SignedCall(method.upper(), path, query, body, headers or {}, self._trace)
        if repeatable is None:
            repeatable = is_repeatable(call.method)
        try:
            response = self._repeated(call, repeatable=repeatable)
        except JiraError as error:
            self._tell(call.name, error)
            raise
        self._tell(call.name, response)
        return response

    def _tell(self, call: str, outcome: JiraResponse | JiraError) -> None:
        """Tell of a call; whoever fails at being told does not change what became of it."""
        try:
            self._on_outcome(call, outcome)
        except Exception:  # a call that was made must not look as if it was not
            logger.exception("A call was made, and is not remembered")

    def _repeated(self, call: SignedCall, *, repeatable: bool) -> JiraResponse:
        attempt = 1
        while True:
            try:
                return self._exchange.make(call)
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
