"""One request to Jira: signed just before it is sent, sent once, answered or not.

Bodies are JSON; a form's fields would count as query parameters to Jira, and break the signature.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import urllib3

from connect_jira.credentials import Credentials
from connect_jira.jira_errors import JiraUnreachable
from connect_jira.traces import TRACE_HEADER
from connect_jira.urls import Query

CONNECT_TIMEOUT_SECONDS = 3.0
READ_TIMEOUT_SECONDS = 10.0

_NEVER_SENT = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)


@dataclass(frozen=True, slots=True)
class JiraResponse:
    """What Jira answered.

    Attributes:
        status: the HTTP status
        body: the JSON, the text of anything else, None when there was nothing
        headers: by lower-case name
    """

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SignedCall:
    """What to ask of Jira, with whichever credentials.

    Attributes:
        method: the HTTP method, in upper case
        path: below the site's base URL, or an absolute URL below it
        query: parameters to add
        body: anything that JSON can say; None for no body
        trace: see `connect_jira.traces`
    """

    method: str
    path: str
    query: Query | None = field(default=None, repr=False)
    body: object = field(default=None, repr=False)
    trace: str | None = None

    @property
    def name(self) -> str:
        """The call as it is spoken of: its query is nobody's business."""
        return f"{self.method} {urlsplit(self.path).path}"

    def send(
        self, credentials: Credentials, http: urllib3.PoolManager, *, now: float, timeout: float
    ) -> JiraResponse:
        """Sign and send it.

        Args:
            credentials: as whom
            http: the process's pool; it follows no redirect and repeats nothing
            now: the time, in Unix seconds
            timeout: how long to wait for the answer, in seconds

        Raises:
            JiraUnreachable: there was no answer
            UrlNotSignable: the path leads away from the site, or is one that Jira refuses
        """
        url = credentials.url(self.path, self.query)
        headers = {
            "Accept": "application/json",
            "Authorization": credentials.authorization(self.method, url, now=now),
        }
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        if self.trace is not None:
            headers[TRACE_HEADER] = self.trace
        try:
            answer = http.request(
                self.method,
                url,
                body=None if self.body is None else json.dumps(self.body).encode(),
                headers=headers,
                timeout=urllib3.Timeout(connect=min(CONNECT_TIMEOUT_SECONDS, timeout), read=timeout),
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as failure:
            raise JiraUnreachable(
                call=self.name,
                cause=type(failure).__name__,
                may_have_worked=not isinstance(failure, _NEVER_SENT),
            ) from failure
        return JiraResponse(
            status=answer.status,
            body=_content(answer.data, answer.headers.get("Content-Type", "")),
            headers={name.lower(): value for name, value in answer.headers.items()},
        )


def _content(data: bytes, content_type: str) -> Any:  # noqa: ANN401 - any JSON value
    if not data:
        return None
    if "json" in content_type.lower():
        try:
            return json.loads(data)
        except ValueError:
            pass  # an intermediary's page under Jira's content type
    return data.decode(errors="replace")
