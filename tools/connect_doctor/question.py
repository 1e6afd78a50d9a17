"""A question to the doctor: what was pasted, and what is known besides."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from connect_doctor.event import read_gateway_event
from connect_doctor.har import read_har
from connect_doctor.pasted import read_pasted, read_pasted_curl
from connect_doctor.placeholders import without_placeholders
from connect_doctor.transcript import read_transcript
from connect_doctor.unusable import BadInput
from connect_jwt.diagnosis import Direction, Evidence
from connect_jwt.identity import SharedSecret


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that somebody gives the doctor, as text; whatever is not known keeps its default.

    Attributes:
        pasted: a token, a curl command, a request, a HAR or an event, whichever it is
        curl: a curl command
        har: the content of a HAR file
        event: an API Gateway event
        token: apart from the request
        method: of the request
        url: as it was sent
        headers: lines such as `Name: value`
        body: of the request
        direction: `to-jira` or `to-app`, where the rest does not tell
        app_key: the descriptor's key
        client_key: the site's
        secret: the site's sharedSecret
        previous_secrets: those that it had before
        base_url: of the receiver
        scopes: the descriptor's
        at: the time of the request, in Unix seconds, or `now`
        status: of the answer
        response: the answer as `curl -i` prints it
        response_body: the answer's body alone
        signature_cut_off: True if somebody has taken the token's signature away before handing it on
    """

    pasted: str | None = None
    curl: str | None = None
    har: str | None = None
    event: str | None = None
    token: str | None = None
    method: str | None = None
    url: str | None = None
    headers: tuple[str, ...] = ()
    body: str | None = None
    direction: str | None = None
    app_key: str | None = None
    client_key: str | None = None
    secret: str | None = None
    previous_secrets: tuple[str, ...] = ()
    base_url: str | None = None
    scopes: tuple[str, ...] | None = None
    at: str | None = None
    status: int | None = None
    response: str | None = None
    response_body: str | None = None
    signature_cut_off: bool = False


def requests_of(question: Question, *, app_base_url: str | None = None) -> list[Evidence]:
    """The requests that are asked about: one, or those of a HAR.

    Args:
        question: everything that was given
        app_base_url: the app's, from its descriptor; an event is read with it

    Raises:
        BadInput: something of it cannot be used
    """
    known = _known(question)
    requests = _read(question, base_url=question.base_url or app_base_url)
    return [_completed(request, known, question.token) for request in requests]


def _read(question: Question, *, base_url: str | None) -> list[Evidence]:
    if question.curl is not None:
        return [read_pasted_curl(question.curl)]
    if question.har is not None:
        return read_har(question.har)
    if question.event is not None:
        return [read_gateway_event(question.event, base_url=base_url)]
    if question.pasted is not None:
        return read_pasted(question.pasted, base_url=base_url)
    return [Evidence()]


def _known(question: Question) -> Evidence:
    """Return the facts that apply to any request."""
    if question.previous_secrets and question.secret is None:
        raise BadInput("--previous-secret is for what was there before --secret: give that, too")
    secrets = () if question.secret is None else (question.secret, *question.previous_secrets)
    answer = read_transcript(question.response) if question.response else Evidence()
    return Evidence(
        method=question.method.upper() if question.method else None,
        url=question.url,
        headers=dict(map(_header, question.headers)),
        body=question.body,
        direction=Direction(question.direction) if question.direction else None,
        app_key=question.app_key,
        client_key=question.client_key,
        secrets=tuple(map(SharedSecret, secrets)),
        base_url=question.base_url,
        scopes=question.scopes,
        now=_moment(question.at),
        status=question.status or answer.status,
        response_headers=answer.response_headers,
        response_body=answer.response_body if question.response_body is None else question.response_body,
        signature_cut_off=question.signature_cut_off,
    )


def _completed(request: Evidence, known: Evidence, token: str | None) -> Evidence:
    """Complete a request; what is known besides outweighs what was pasted."""
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


def _overridden(headers: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    replaced = {name.lower() for name in others}
    return {name: value for name, value in headers.items() if name.lower() not in replaced} | dict(others)


def _header(given: str) -> tuple[str, str]:
    name, colon, value = given.partition(":")
    if not colon or not name.strip():
        raise BadInput("--header is given as 'Name: value'")
    return name.strip(), value.strip()


def _moment(given: str | None) -> float | None:
    if given is None:
        return None
    if given == "now":
        return time.time()
    try:
        moment = float(given)
    except ValueError:
        moment = math.nan
    if not math.isfinite(moment):
        raise BadInput("--at is given in Unix seconds, or as now")
    return moment


def _check_url(url: str | None) -> None:
    if url is None:
        return
    try:
        parts = urlsplit(url)
    except ValueError as malformed:
        raise BadInput("that is not a URL") from malformed
    if not (parts.scheme and parts.netloc) and not url.startswith("/"):
        raise BadInput("a URL is absolute, or a path that begins with a slash")
