"""The evidence: the request, wherever it comes from, completed by the options."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import click

from connect_cli.doctor.app_facts import AppFacts, read_descriptor
from connect_cli.doctor.curl import is_curl
from connect_cli.doctor.event import read_gateway_event
from connect_cli.doctor.har import read_har
from connect_cli.doctor.options import Options
from connect_cli.doctor.pasted import read_pasted, read_pasted_curl
from connect_cli.doctor.placeholders import without_placeholders
from connect_cli.doctor.transcript import read_transcript
from connect_cli.inputs import STDIN, BadInput, Inputs
from connect_jwt.diagnosis import Direction, Evidence
from connect_jwt.identity import SharedSecret


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Input of the diagnosis.

    Attributes:
        requests: one, or those of a HAR
        app: from the descriptor
    """

    requests: tuple[Evidence, ...]
    app: AppFacts


def gather(options: Options, inputs: Inputs) -> Gathered:
    """Read whatever the options name.

    Raises:
        UsageError: something of it cannot be used
    """
    app = AppFacts()
    if options.descriptor:
        app = read_descriptor(options.descriptor, stage=options.stage, app_key=options.app_key)
    requests = _read(options, inputs, base_url=options.base_url or app.base_url)
    known = _known(options, inputs, app)
    return Gathered(requests=tuple(_completed(request, known, options) for request in requests), app=app)


def _read(options: Options, inputs: Inputs, *, base_url: str | None) -> list[Evidence]:
    if options.curl:
        text = options.curl if is_curl(options.curl) else inputs.text(options.curl, "--curl")
        return [read_pasted_curl(text)]
    if options.har:
        return read_har(inputs.text(options.har, "--har"))
    if options.event:
        return [read_gateway_event(inputs.text(options.event, "--event"), base_url=base_url)]
    if options.pasted:
        text = " ".join(options.pasted)
        return read_pasted(inputs.text(STDIN, "TOKEN") if text == STDIN else text, base_url=base_url)
    return [Evidence()]


def _known(options: Options, inputs: Inputs, app: AppFacts) -> Evidence:
    """Return the facts in the options that apply to any request."""
    secrets: tuple[str, ...] = ()
    if options.secret is not None:
        secrets = (inputs.secret(options.secret), *options.previous_secret)
    elif options.previous_secret:
        raise click.UsageError("--previous-secret is for what was there before --secret: give that, too")
    answer = Evidence()
    if options.response:
        answer = read_transcript(inputs.text(options.response, "--response"))
    if options.response_body:
        body = inputs.text(options.response_body, "--response-body")
        answer = replace(answer, response_body=body)
    return Evidence(
        method=options.method.upper() if options.method else None,
        url=options.url,
        headers=dict(map(_header, options.header)),
        body=options.data,
        direction=Direction(options.direction) if options.direction else None,
        app_key=options.app_key or app.key,
        client_key=options.client_key,
        secrets=tuple(map(SharedSecret, secrets)),
        base_url=options.base_url,
        scopes=app.scopes,
        now=_moment(options.at),
        status=options.status or answer.status,
        response_headers=answer.response_headers,
        response_body=answer.response_body,
    )


def _completed(request: Evidence, known: Evidence, options: Options) -> Evidence:
    with_options = replace(
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
    complete = without_placeholders(with_options, options.token)
    for url in (complete.url, complete.base_url):
        _check_url(url)
    return complete


def _overridden(headers: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    replaced = {name.lower() for name in others}
    return {name: value for name, value in headers.items() if name.lower() not in replaced} | dict(others)


def _header(given: str) -> tuple[str, str]:
    name, colon, value = given.partition(":")
    if not colon or not name.strip():
        raise click.UsageError("--header is given as 'Name: value'")
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
        raise click.UsageError("--at is given in Unix seconds, or as now")
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
