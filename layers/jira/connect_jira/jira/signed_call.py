"""One request to Jira: signed just before it is sent, and sent once.

Bodies are JSON or files; Jira would count a form's fields as query parameters, which breaks the signature.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import urllib3

from connect_jira.errors import RequestMalformed
from connect_jira.jira.credentials import Credentials
from connect_jira.jira.errors import JiraUnreachable
from connect_jira.jira.idempotent_methods import is_reading
from connect_jira.jira.loop_guard import TRACE_HEADER
from connect_jira.jira.multipart import NO_XSRF_CHECK, Multipart
from connect_jira.jira.response import MAX_RESPONSE_BYTES, JiraResponse, read_response
from connect_jira.jira.urls import Query

CONNECT_TIMEOUT_SECONDS = 3.0
READ_TIMEOUT_SECONDS = 10.0

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
        if self.body is not None and is_reading(self.method):
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
        url = credentials.url(self.path, self.query)
        body, of_body = self._encoded()
        headers = {
            "Accept": "application/json",
            **of_body,
            **self.headers,
            "Authorization": credentials.authorization(self.method, url, now=now),
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
