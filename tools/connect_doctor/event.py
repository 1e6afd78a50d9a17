"""An API Gateway event, as Lambda functions are handed it: a request to the app.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import math
from typing import Any
from urllib.parse import urlsplit

from connect_doctor.unusable import BadInput, parsed_json
from connect_jwt.canonical import encoded_path
from connect_jwt.diagnosis import Direction, Evidence

_NO_STAGE = "$default"


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
        return _evidence(event, (base_url or "").rstrip("/"))
    except (KeyError, TypeError, AttributeError, ValueError) as wrong:
        raise BadInput(
            "that is no HTTP API event with payload version 2.0: requestContext, rawPath or body is not as it"
            " should be"
        ) from wrong


def _evidence(event: dict[str, Any], base_url: str) -> Evidence:
    context, body = event["requestContext"], event.get("body") or ""
    stage = "" if context["stage"] == _NO_STAGE else f"/{context['stage']}"
    path, query = _below(event["rawPath"], stage), event.get("rawQueryString", "")
    if base_url:  # a custom domain's mapping may be in the path, too
        path = _below(path, urlsplit(base_url).path.rstrip("/"))
    else:
        base_url = f"https://{context['domainName']}{stage}"
    method, made_at = context["http"]["method"], context.get("timeEpoch")
    if not all(isinstance(part, str) for part in (method, path, query)):
        raise BadInput("that is no HTTP API event: its method, path or query is no text")
    is_time = isinstance(made_at, int | float) and math.isfinite(made_at)
    content = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(errors="replace")
    return Evidence(
        method=method,
        url=f"{base_url}{encoded_path(path)}" + (f"?{query}" if query else ""),
        headers={name.lower(): str(value) for name, value in event.get("headers", {}).items()},
        body=content.decode(errors="replace"),
        direction=Direction.TO_APP,
        base_url=base_url,
        now=made_at / 1000 if is_time else None,
    )


def _below(path: str, prefix: str) -> str:
    return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
