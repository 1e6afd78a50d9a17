"""CORS for calls below `/api/` from pages of another origin.

The app's own pages do not need it. Forge's do: `requestRemote` has Jira's surrounding page make the call, so
the origin is the site's. Every origin is allowed: a call is proved by a token in a header, never by a cookie.
A list would keep nobody out, and would lock out sites with a domain of their own.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Response, empty_response

_ASKED_AGAIN_AFTER_SECONDS = 2 * 3600
"""Chromium caches a preflight response for at most this time."""


def is_call(request: GatewayRequest) -> bool:
    """Return whether a request is for a page's API call."""
    return request.path.startswith("/api/")


def cross_origin_headers(request: GatewayRequest) -> Mapping[str, str]:
    """Return the headers of every response to a call, refusals included, so that the page can read it."""
    return {"Access-Control-Allow-Origin": "*"} if is_call(request) else {}


def preflight_response(routes: Iterable[str]) -> Response:
    """Answer a preflight request.

    Args:
        routes: the existing calls, such as `GET /api/greeting`
    """
    allowed = {
        "Access-Control-Allow-Headers": "authorization, content-type",
        "Access-Control-Allow-Methods": ", ".join(sorted({route.partition(" ")[0] for route in routes})),
        "Access-Control-Max-Age": str(_ASKED_AGAIN_AFTER_SECONDS),
    }
    answer = empty_response(HTTPStatus.NO_CONTENT)
    return answer | {"headers": answer["headers"] | allowed}
