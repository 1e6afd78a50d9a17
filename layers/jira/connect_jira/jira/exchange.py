"""One call to one site: sign, send, sign again after a 401, and turn the response into a result or error.

Bodies are JSON or files; Jira would count a form's fields as query parameters, which breaks the signature.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import NoReturn
from urllib.parse import urlsplit

import urllib3
from aws_lambda_powertools import Logger

from connect_jira.errors import OutOfTime, RequestMalformed
from connect_jira.jira.credentials import ConnectCredentials, Credentials, CredentialsSource, Query
from connect_jira.jira.errors import JiraEffectUnknown, JiraUnreachable, jira_error
from connect_jira.jira.http_methods import READING
from connect_jira.jira.loop_guard import TRACE_HEADER
from connect_jira.jira.multipart import NO_XSRF_CHECK, Multipart
from connect_jira.jira.outcomes import note_outcome
from connect_jira.jira.rate_limits import is_near_limit
from connect_jira.jira.response import MAX_RESPONSE_BYTES, JiraResponse, read_response
from connect_jira.metrics import count
from connect_jira.shape_recorder import RECORDER
from connect_jwt.causes import Cause, cause_of
from connect_jwt.identity import ClientKey

CONNECT_TIMEOUT_SECONDS = 3.0
READ_TIMEOUT_SECONDS = 10.0

RESERVED_TO_REPORT_SECONDS = 1.0
"""Time reserved to report that the function runs out of time."""

logger = Logger(child=True)

_NO_CONNECTION = urllib3.exceptions.NewConnectionError
_TIMED_OUT = urllib3.exceptions.TimeoutError
_NEVER_SENT = (_NO_CONNECTION, urllib3.exceptions.ConnectTimeoutError)
_OURS = {"authorization", "content-length", "content-type", "host", "transfer-encoding", TRACE_HEADER.lower()}


@dataclass(frozen=True, slots=True)
class SignedCall:
    """A request to Jira, without credentials.

    Attributes:
        method: the HTTP method, in upper case
        path: below the site's base URL, or an absolute URL below it
        query: parameters to add
        body: anything that JSON can hold, or files; None for no body
        headers: additional ones, such as `Accept`
        webhook_trace: see `connect_jira.jira.loop_guard`
    """

    method: str
    path: str
    query: Query | None = field(default=None, repr=False)
    body: object = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    webhook_trace: str | None = None

    def __post_init__(self) -> None:
        """Refuse requests that Jira refuses, or that would be sent in another form.

        Raises:
            RequestMalformed: a GET has a body, or the header is one of the client's own
        """
        if self.body is not None and self.method in READING:
            raise RequestMalformed(f"a {self.method} has no body: Jira answers 403 to one")
        for name, value in self.headers.items():
            if name.lower() in _OURS:
                raise RequestMalformed(f"the header {name} is the client's own to set")
            if not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name, re.ASCII) or not re.fullmatch("[ -~]*", value):
                raise RequestMalformed(
                    "a header has a name of letters and hyphens, and printable ASCII in it"
                )

    @property
    def name(self) -> str:
        """Method and path, for logs; the query is left out, since it may hold personal data."""
        return f"{self.method} {urlsplit(self.path).path}"

    def send(
        self,
        credentials: Credentials,
        http: urllib3.PoolManager,
        *,
        now: float,
        timeout: float,
        max_bytes: int = MAX_RESPONSE_BYTES,
    ) -> JiraResponse:
        """Sign and send it.

        Args:
            credentials: of the caller
            http: the process's pool, such as `connect_jira.jira.connection_pool` makes
            now: the time, in Unix seconds
            timeout: seconds until the whole response must have arrived
            max_bytes: maximum size of the response body; a larger one is not read

        Raises:
            JiraUnreachable: there was no response
            UrlNotSignable: the path leads away from the site, or is malformed for Jira
        """
        url, authorization = credentials.signed(self.method, self.path, self.query, now=now)
        body, of_body = self._encoded()
        headers = {
            "Accept": "application/json",
            **of_body,
            **self.headers,
            "Authorization": authorization,
        }
        if self.webhook_trace is not None:
            headers[TRACE_HEADER] = self.webhook_trace
        try:
            return read_response(
                http.request(
                    self.method,
                    url,
                    body=body,
                    headers=headers,
                    timeout=urllib3.Timeout(
                        total=timeout, connect=min(CONNECT_TIMEOUT_SECONDS, timeout / 2), read=timeout
                    ),
                    retries=False,
                    redirect=False,
                    preload_content=False,
                    decode_content=False,  # a body that cannot be decoded is a response, too
                ),
                self.name,
                max_bytes=max_bytes,
            )
        except Exception as failure:  # whatever it is, the call may have had its effect by now
            raise JiraUnreachable(
                call=self.name,
                cause=type(failure).__name__,
                may_have_worked=not isinstance(failure, _NEVER_SENT),
                timed_out=isinstance(failure, _TIMED_OUT) and not isinstance(failure, _NO_CONNECTION),
            ) from failure

    def _encoded(self) -> tuple[bytes | None, dict[str, str]]:
        """Return the encoded body, and the headers that describe it."""
        if self.body is None:
            return None, {}
        if isinstance(self.body, Multipart):
            body, content_type = self.body.encoded()
            return body, {"Content-Type": content_type, **NO_XSRF_CHECK}
        return json.dumps(self.body).encode(), {"Content-Type": "application/json"}


_THERE_ON_EVERY_SITE = SignedCall("GET", "/rest/api/3/serverInfo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Makes each call once.

    Attributes:
        source: of the credentials
        client_key: the site
        http: the process's pool
        remaining: returns the seconds left for everything, such as Lambda's
        max_response_bytes: maximum size of a response body; a larger one is not read
        clock: Unix seconds
    """

    source: CredentialsSource
    client_key: ClientKey
    http: urllib3.PoolManager
    remaining: Callable[[], float]
    max_response_bytes: int
    clock: Callable[[], float]

    def make(self, call: SignedCall) -> JiraResponse:
        """Make a call; after a 401 once more, if other credentials are at hand.

        Raises:
            JiraError: it was not done, or that is unknown
            OutOfTime, UrlNotSignable, NotInstalled, TemporarilyUnavailable and the like: it was not sent
        """
        credentials = self.source.credentials(self.client_key, call.name)
        response = self._send(call, credentials)
        cause = _cause(call, credentials, response)
        if response.status == HTTPStatus.UNAUTHORIZED or cause is Cause.SITE_MOVED:
            credentials, response, cause = self._signed_anew(call, credentials, response, cause)
        is_refused = response.status == HTTPStatus.UNAUTHORIZED
        refusals = self.source.count_refusals(self.client_key, refused=is_refused)
        if is_refused and isinstance(credentials, ConnectCredentials):
            self.source.connect_refused(self.client_key)
        if is_near_limit(response.headers):
            count("JiraNearLimit")
        if cause is Cause.SITE_UNAVAILABLE and self._answers(credentials):
            cause = None
        return _done(call, credentials, response) or self._fail(call, credentials, response, cause, refusals)

    def _signed_anew(
        self, call: SignedCall, credentials: Credentials, response: JiraResponse, cause: Cause | None
    ) -> tuple[Credentials, JiraResponse, Cause | None]:
        """Return the response to other credentials; the present one if there are none, or no better."""
        lacks_scope = cause is Cause.SCOPE_MISSING
        other = (self.source.connect_fallback if lacks_scope else self.source.fresh_credentials)(
            self.client_key, call.name
        )
        if other is None or other == credentials:
            return credentials, response, cause
        logger.info(
            "Retrying a call with other credentials",
            extra={"reason": "scope-missing" if lacks_scope else "secret-previous"},
        )
        again = self._send(call, other)
        if lacks_scope and again.status == HTTPStatus.UNAUTHORIZED:
            self.source.connect_refused(self.client_key)
            return credentials, response, cause
        return other, again, _cause(call, other, again)

    def _send(self, call: SignedCall, credentials: Credentials) -> JiraResponse:
        timeout = min(READ_TIMEOUT_SECONDS, self.remaining() - RESERVED_TO_REPORT_SECONDS)
        if timeout <= 0:
            raise OutOfTime(call.name)
        begun = self.clock()
        try:
            response = call.send(
                credentials, self.http, now=begun, timeout=timeout, max_bytes=self.max_response_bytes
            )
        except JiraUnreachable:
            note_outcome(call.name, None, self.clock() - begun, client_key=self.client_key)
            raise
        note_outcome(call.name, response.status, self.clock() - begun, client_key=self.client_key)
        by_token = not isinstance(credentials, ConnectCredentials)
        RECORDER.answer(call.method, call.path, response, by_token=by_token)
        return response

    def _answers(self, credentials: Credentials) -> bool:
        """Return whether a Jira answers at the site's address, whatever its status."""
        try:
            status = self._send(_THERE_ON_EVERY_SITE, credentials).status
        except (JiraUnreachable, OutOfTime):
            return False
        return status != HTTPStatus.NOT_FOUND and status < HTTPStatus.INTERNAL_SERVER_ERROR

    def _fail(
        self,
        call: SignedCall,
        credentials: Credentials,
        response: JiraResponse,
        cause: Cause | None,
        refusals: int,
    ) -> NoReturn:
        finding, url = None, credentials.url(call.path, call.query)
        if cause is not None:
            from connect_jira.jira.refusals import explain_cause  # noqa: PLC0415 - few calls are refused

            finding = explain_cause(cause, call.method, url, response)
        elif response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            finding = credentials.explain(call.method, url, response, refusals=refusals)
        raise jira_error(
            response.status,
            call=call.name,
            body=response.body,
            headers=response.headers,
            cause=cause,
            finding=finding,
            of_young_installation=self.source.is_young(self.client_key),
        )


def _cause(call: SignedCall, credentials: Credentials, response: JiraResponse) -> Cause | None:
    if response.is_success:
        return None
    url = credentials.url(call.path, call.query)
    return cause_of(response.status, response.headers, response.text, url=url)


def _done(call: SignedCall, credentials: Credentials, response: JiraResponse) -> JiraResponse | None:
    """Return the response of a call that Jira has done; None if it has not.

    Jira answers 303 when a long task was begun, and for an attachment stored elsewhere:
    https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#asynchronous-operations

    Raises:
        JiraEffectUnknown: a 303 that leads away from Jira's REST API
        JiraResponseUnusable: the body has to be read, and is too large
    """
    if response.is_success and response.is_too_large and call.method in READING:
        raise response.unusable("too large")
    if response.is_success:
        return response
    if response.status != HTTPStatus.SEE_OTHER:
        return None
    location = response.headers.get("location", "")
    if call.method in READING:
        return replace(response, location=location) if location else None
    path = credentials.path_of(location)
    if path is None:
        raise JiraEffectUnknown(response.status, call=call.name)
    return replace(response, location=path)
