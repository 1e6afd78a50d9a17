"""An API Gateway event, as `events/` has samples of: a request to the app."""

import math
from dataclasses import replace

from connect_cli.inputs import BadInput, parsed_json
from connect_jira.web.refusals import inbound_evidence
from connect_jira.web.request import read_event
from connect_jwt.diagnosis import Evidence


def read_gateway_event(text: str, *, base_url: str | None) -> Evidence:
    """The request in an HTTP API's event, at the time when it was made.

    Args:
        text: payload version 2.0, as JSON
        base_url: the app's, when that is not what the caller reached it by

    Raises:
        BadInput: it is no such event
    """
    event = parsed_json(text, "the event")
    try:
        request = read_event(event, base_url=(base_url or "").rstrip("/"))
        headers = {name: str(value) for name, value in request.headers.items()}
        made_at = event["requestContext"].get("timeEpoch")
    except (KeyError, TypeError, AttributeError, ValueError) as wrong:
        raise BadInput(
            "that is no HTTP API event with payload version 2.0: requestContext, rawPath or body is not as it"
            " should be"
        ) from wrong
    if not all(isinstance(part, str) for part in (request.method, request.path, request.query)):
        raise BadInput("that is no HTTP API event: its method, path or query is no text")
    is_time = isinstance(made_at, int | float) and math.isfinite(made_at)
    return replace(
        inbound_evidence(request),
        headers=headers,
        body=request.body.decode(errors="replace"),
        now=made_at / 1000 if is_time else None,
    )
