"""Responses for API Gateway, and the base URL in its events: all that serving the descriptor needs."""

import base64
import json
from collections.abc import Mapping
from typing import Any

type Response = dict[str, Any]
"""The response of a payload version 2.0."""

_HEADERS = {
    # Atlassian's scanner looks for these on every endpoint of an app, whatever the status.
    "Cache-Control": "no-cache, no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


def empty_response(status: int) -> Response:
    """Return a response without a body: for a sender that failed its proof, or one that needs none."""
    return {"statusCode": status, "headers": _HEADERS}


def json_response(status: int, body: object) -> Response:
    """Return a response in JSON.

    Raises:
        TypeError, ValueError: JSON cannot express the body
    """
    return {
        "statusCode": status,
        "headers": {**_HEADERS, "Content-Type": "application/json"},
        "body": json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")),
    }


def html_response(status: int, html: str, *, policy: str) -> Response:
    """Return an HTML page.

    Args:
        status: the HTTP status
        html: the whole document
        policy: its Content-Security-Policy
    """
    headers = {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
    return {"statusCode": status, "headers": {**_HEADERS, **headers}, "body": html}


def cacheable_response(
    content: bytes, content_type: str, *, may_change: bool, encoding: str | None = None
) -> Response:
    """Return a file for browsers to cache: for an hour if it may change under its name, else for good.

    Args:
        content: the bytes to send
        content_type: of the file
        may_change: True if another content may come under this name
        encoding: of the content, such as `gzip`
    """
    headers = {
        **_HEADERS,
        "Cache-Control": f"public, max-age={3600 if may_change else '31536000, immutable'}",
        "Content-Type": content_type,
        "Vary": "Accept-Encoding",
    }
    if encoding:
        headers["Content-Encoding"] = encoding
    body = base64.b64encode(content).decode()
    return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": True}


_DEFAULT_STAGE = "$default"


def stage_prefix(event: Mapping[str, Any]) -> str:
    """Return the prefix that an HTTP API adds to paths for its stage: empty for `$default`.

    Args:
        event: payload version 2.0
    """
    stage = event["requestContext"]["stage"]
    return "" if stage == _DEFAULT_STAGE else f"/{stage}"


def base_url_of(event: Mapping[str, Any], configured: str) -> str:
    """Return the configured base URL; if there is none, the one that the caller used.

    Args:
        event: payload version 2.0
        configured: the `BaseUrl` setting without a trailing slash, or nothing
    """
    return configured or f"https://{event['requestContext']['domainName']}{stage_prefix(event)}"
