"""Response of Jira, read so that no content of it can crash its reader."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from itertools import chain
from typing import Any

import urllib3

from connect_jira.jira.errors import JiraResponseUnusable

_TEXT = re.compile(r"text/|[^;]*\b(xml|html|javascript|x-www-form-urlencoded)\b|\s*(;|$)")
MAX_RESPONSE_BYTES = 6 * 1024 * 1024
"""Lambda's own payload limit; a page of a Jira search has a fraction of it."""

_DEEPEST = 100
"""Deeper than any response of Jira, and well below the limit of JSON readers and writers."""


@dataclass(frozen=True, slots=True)
class JiraResponse:
    """Response of Jira.

    Attributes:
        status: the HTTP status
        body: JSON if it is JSON; else text; else bytes, such as those of an attachment; None if empty
        headers: by lower-case name
        call: method and path of the request
        location: target of a 303. For POST, PUT and DELETE it is the task that was begun: a path on the site,
            for `JiraClient.wait_for_task`. For GET it is a URL that may hold a token, like an attachment's:
            neither log it nor pass it on
        is_too_large: True if the body was not read, since it exceeds the maximum
    """

    status: int
    body: Any = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    call: str = ""
    location: str | None = field(default=None, repr=False)
    is_too_large: bool = False

    @property
    def is_success(self) -> bool:
        """True if the status is 2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def text(self) -> str:
        """The body as text; empty if it is bytes or absent."""
        if isinstance(self.body, str):
            return self.body
        return "" if self.body is None or isinstance(self.body, bytes) else json.dumps(self.body)

    @property
    def object(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            JiraResponseUnusable: it is something else, such as a proxy's page
        """
        if not self.is_success or not isinstance(self.body, dict):
            raise self.unusable("no JSON object")
        return self.body

    def unusable(self, what: str) -> JiraResponseUnusable:
        """Return the error for an unexpected body.

        Args:
            what: description of the body, such as `no JSON object`
        """
        what = "larger than what is taken of an answer" if self.is_too_large else what
        return JiraResponseUnusable(self.status, call=self.call, what=what)


def read_response(answer: urllib3.BaseHTTPResponse, call: str, *, max_bytes: int) -> JiraResponse:
    """Read a response whose body is neither read nor decoded yet.

    Args:
        answer: with its body
        call: method and path of the request
        max_bytes: maximum size of the decoded body

    Raises:
        HTTPError: the connection broke in the middle of the body
    """
    headers = {name.lower(): value for name, value in answer.headers.itermerged()}
    try:
        data = answer.read(max_bytes + 1, decode_content=False)
        if len(data) <= max_bytes:
            answer.read(1)  # empty at the end; an error if it broke off before
    finally:
        answer.close()
    if "content-encoding" in headers and len(data) <= max_bytes:
        data = _decoded(data, answer.headers, max_bytes + 1)
    if len(data) > max_bytes:
        return JiraResponse(answer.status, None, headers, call, is_too_large=True)
    return JiraResponse(answer.status, _content(data, headers.get("content-type", "")), headers, call)


def _decoded(data: bytes, headers: Mapping[str, str], enough: int) -> bytes:
    try:
        return urllib3.HTTPResponse(BytesIO(data), headers=headers, preload_content=False).read(enough)
    except urllib3.exceptions.HTTPError:
        return data


def _content(data: bytes, content_type: str) -> Any:  # noqa: ANN401 - any JSON value
    kind = content_type.lower()
    if not data:
        return None
    if "json" in kind:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):  # a proxy's page under Jira's content type
            return data.decode(errors="replace")
        return value if _is_plain(value) else data.decode(errors="replace")
    return data.decode(errors="replace") if _TEXT.match(kind) else data


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Return whether a value can be written as JSON again."""
    level = [value]
    for _ in range(_DEEPEST):
        if any(isinstance(member, float) and not math.isfinite(member) for member in level):
            return False
        level = list(chain.from_iterable(map(_inside, level)))
        if not level:
            return True
    return False


def _inside(value: Any) -> Iterable[Any]:  # noqa: ANN401 - any JSON value
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()
