"""The evidence: the request, wherever it comes from, completed by the options."""

from dataclasses import dataclass, replace

import click

from connect_cli.doctor.app_facts import AppFacts, read_descriptor
from connect_cli.doctor.options import Options
from connect_cli.inputs import STDIN, Inputs
from connect_doctor.completion import completed, header, moment
from connect_doctor.curl import is_curl
from connect_doctor.event import read_gateway_event
from connect_doctor.har import read_har
from connect_doctor.pasted import read_pasted, read_pasted_curl
from connect_doctor.transcript import read_transcript
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
    return Gathered(
        requests=tuple(completed(request, known, token=options.token) for request in requests), app=app
    )


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
        headers=dict(map(header, options.header)),
        body=options.data,
        direction=Direction(options.direction) if options.direction else None,
        app_key=options.app_key or app.key,
        client_key=options.client_key,
        secrets=tuple(map(SharedSecret, secrets)),
        base_url=options.base_url,
        scopes=app.scopes,
        now=None if options.at is None else moment(options.at),
        status=options.status or answer.status,
        response_headers=answer.response_headers,
        response_body=answer.response_body,
    )
