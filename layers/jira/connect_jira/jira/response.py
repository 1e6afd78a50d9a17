"""What Jira has answered, read so that nothing in it can be the end of whoever reads it."""

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

from connect_jira.jira.errors import JiraAnswerUnusable

_TEXT = re.compile(r"text/|[^;]*\b(xml|html|javascript|x-www-form-urlencoded)\b|\s*(;|$)")
MAX_ANSWER_BYTES = 6 * 1024 * 1024
"""What Lambda itself takes and gives; a search of Jira's has a fraction of it."""

_DEEPEST = 100
"""Deeper than anything of Jira's, and far from what readers and writers of JSON give up on."""


@dataclass(frozen=True, slots=True)
class JiraResponse:
    """What Jira answered.

    Attributes:
        status: the HTTP status
        body: the JSON; the text of what is no JSON; the bytes of what is no text, such as an attachment;
            None when there was nothing
        headers: by lower-case name
        call: what it answers, method and path
        location: where a 303 leads. For POST, PUT and DELETE it is Jira's word for "done, and here is the
            task": a path on the site, for `JiraClient.wait_for_task`. For GET it is a URL that may hold a
            token, such as that of an attachment: neither log it nor pass it on
        is_too_large: whether the body was not read, since it has more bytes than are taken
    """

    status: int
    body: Any = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    call: str = ""
    location: str | None = field(default=None, repr=False)
    is_too_large: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def text(self) -> str:
        """The body as text; empty where it is bytes, or nothing."""
        if isinstance(self.body, str):
            return self.body
        return "" if self.body is None or isinstance(self.body, bytes) else json.dumps(self.body)

    @property
    def object(self) -> dict[str, Any]:
        """The JSON object that it is.

        Raises:
            JiraAnswerUnusable: it is something else, such as the page of a proxy
        """
        if not self.is_success or not isinstance(self.body, dict):
            raise self.unusable("no JSON object")
        return self.body

    def unusable(self, what: str) -> JiraAnswerUnusable:
        """The error of whoever expected something else.

        Args:
            what: what it is, such as `no JSON object`
        """
        what = "larger than what is taken of an answer" if self.is_too_large else what
        return JiraAnswerUnusable(self.status, call=self.call, what=what)


def read_response(answer: urllib3.BaseHTTPResponse, call: str, *, max_bytes: int) -> JiraResponse:
    """What an answer says, its body neither read nor decoded yet.

    Args:
        answer: with its body
        call: what it answers, method and path
        max_bytes: of the body, once it is decoded

    Raises:
        HTTPError: the connection broke in the middle of the body
    """
    headers = {name.lower(): value for name, value in answer.headers.itermerged()}
    try:
        data = answer.read(max_bytes + 1, decode_content=False)
        if len(data) <= max_bytes:
            answer.read(1)  # nothing: it is the end, or it broke off before it, which is an error
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
        except (ValueError, RecursionError):  # an intermediary's page under Jira's content type
            return data.decode(errors="replace")
        return value if _is_plain(value) else data.decode(errors="replace")
    return data.decode(errors="replace") if _TEXT.match(kind) else data


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether everybody can say this value in JSON again."""
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
