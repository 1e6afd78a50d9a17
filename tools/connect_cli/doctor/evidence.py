"""The evidence: what the options name is read, and asked as one question."""

from dataclasses import dataclass

from connect_cli.doctor.app_facts import AppFacts, read_descriptor
from connect_cli.doctor.options import Options
from connect_cli.inputs import STDIN, Inputs
from connect_doctor.curl import is_curl
from connect_doctor.question import Question, requests_of
from connect_jwt.diagnosis import Evidence


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
        BadInput: something of it cannot be used
    """
    app = AppFacts()
    if options.descriptor:
        app = read_descriptor(options.descriptor, stage=options.stage, app_key=options.app_key)
    question = Question(
        pasted=_pasted(options, inputs),
        curl=_curl(options, inputs),
        har=_text(options.har, "--har", inputs),
        event=_text(options.event, "--event", inputs),
        token=options.token,
        method=options.method,
        url=options.url,
        headers=options.header,
        body=options.data,
        direction=options.direction,
        app_key=options.app_key or app.key,
        client_key=options.client_key,
        secret=None if options.secret is None else inputs.secret(options.secret),
        previous_secrets=options.previous_secret,
        base_url=options.base_url,
        scopes=app.scopes,
        at=options.at,
        status=options.status,
        response=_text(options.response, "--response", inputs),
        response_body=_text(options.response_body, "--response-body", inputs),
        signature_cut_off=options.signature_cut_off,
    )
    return Gathered(requests=tuple(requests_of(question, app_base_url=app.base_url)), app=app)


def _pasted(options: Options, inputs: Inputs) -> str | None:
    text = " ".join(options.pasted)
    return (inputs.text(STDIN, "TOKEN") if text == STDIN else text) if options.pasted else None


def _curl(options: Options, inputs: Inputs) -> str | None:
    given = options.curl
    return given if given and is_curl(given) else _text(given, "--curl", inputs)


def _text(source: str | None, option: str, inputs: Inputs) -> str | None:
    return inputs.text(source, option) if source else None
