"""What API Gateway hands over, as a request.

The payload is version 2.0 of an HTTP API. Its query string is verbatim, which the hash of a token needs; its
path is percent-decoded, and has the stage in front unless that is `$default`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from connect_jira.web.base_url import base_url_of, stage_prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRequest:
    """One HTTP request.

    Attributes:
        method: in upper case
        path: below the app's base URL
        query: the query string exactly as it arrived
        headers: by lower-case name
        body: the bytes that were sent
        base_url: the app's own, which it tells Jira and which an install must be meant for
    """

    method: str
    path: str
    query: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    base_url: str


def read_event(event: Mapping[str, Any], *, base_url: str = "") -> GatewayRequest:
    """The request in an HTTP API's event.

    Args:
        event: payload version 2.0
        base_url: the app's configured base URL; only without one it is what the caller reached us by
    """
    path = _below(event["rawPath"], stage_prefix(event))
    if base_url:  # a custom domain's mapping may be in the path, too
        path = _below(path, urlsplit(base_url).path.rstrip("/"))
    body = event.get("body") or ""
    return GatewayRequest(
        method=event["requestContext"]["http"]["method"],
        path=path,
        query=event.get("rawQueryString", ""),
        headers={name.lower(): value for name, value in event.get("headers", {}).items()},
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(errors="replace"),
        base_url=base_url_of(event, base_url),
    )


def _below(path: str, prefix: str) -> str:
    return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
