"""A request as it was pasted, completed by what is known besides."""

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from connect_doctor.placeholders import without_placeholders
from connect_doctor.unusable import BadInput
from connect_jwt.diagnosis import Evidence


def completed(request: Evidence, known: Evidence, *, token: str | None = None) -> Evidence:
    """Complete a request; what is known besides outweighs what was pasted.

    Args:
        request: as it was pasted
        known: facts that apply to any request; its token does not count
        token: the token, when it was given apart from the request

    Raises:
        BadInput: there are two tokens, or one that is but a name, or a URL is none
    """
    together = replace(
        known,
        token=request.token,
        method=known.method or request.method,
        url=known.url or request.url,
        headers=_overridden(request.headers, known.headers),
        body=request.body if known.body is None else known.body,
        direction=known.direction or request.direction,
        base_url=known.base_url or request.base_url,
        now=request.now if known.now is None else known.now,
        status=known.status or request.status,
        response_headers=known.response_headers or request.response_headers,
        response_body=request.response_body if known.response_body is None else known.response_body,
    )
    complete = without_placeholders(together, token)
    for url in (complete.url, complete.base_url):
        _check_url(url)
    return complete


def header(given: str) -> tuple[str, str]:
    """Name and value of a header's line.

    Raises:
        BadInput: it is none
    """
    name, colon, value = given.partition(":")
    if not colon or not name.strip():
        raise BadInput("a header is given as 'Name: value'")
    return name.strip(), value.strip()


def moment(given: str) -> float:
    """A time in Unix seconds, or `now`.

    Raises:
        BadInput: it is neither
    """
    if given == "now":
        return time.time()
    try:
        seconds = float(given)
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise BadInput("the time of a request is given in Unix seconds, or as now")
    return seconds


def _overridden(headers: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    replaced = {name.lower() for name in others}
    return {name: value for name, value in headers.items() if name.lower() not in replaced} | dict(others)


def _check_url(url: str | None) -> None:
    if url is None:
        return
    try:
        parts = urlsplit(url)
    except ValueError as malformed:
        raise BadInput("that is not a URL") from malformed
    if not (parts.scheme and parts.netloc) and not url.startswith("/"):
        raise BadInput("a URL is absolute, or a path that begins with a slash")
