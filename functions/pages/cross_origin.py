"""Calls below `/api/` that a page of another origin makes, for which a browser asks first (CORS).

The app's own pages need none of it. A page of Forge's does: `requestRemote` has the page of Jira around it
make the call, so that the origin is the site's. Every origin may call: what proves a call is a token in a
header, and never a cookie; a list would keep nobody out, and would lock out sites with a domain of their own.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Answer, empty_answer

_ASKED_AGAIN_AFTER_SECONDS = 2 * 3600
"""As long as Chromium remembers an answer at most."""


def is_call(request: GatewayRequest) -> bool:
    """Whether a request is for a call of a page's."""
    return request.path.startswith("/api/")


def cross_origin_headers(request: GatewayRequest) -> Mapping[str, str]:
    """What every answer to a call has besides, a refusal too, so that the page can read it."""
    return {"Access-Control-Allow-Origin": "*"} if is_call(request) else {}


def preflight_answer(routes: Iterable[str]) -> Answer:
    """What a browser is told that asks whether it may call.

    Args:
        routes: the calls that there are, such as `GET /api/greeting`
    """
    allowed = {
        "Access-Control-Allow-Headers": "authorization, content-type",
        "Access-Control-Allow-Methods": ", ".join(sorted({route.partition(" ")[0] for route in routes})),
        "Access-Control-Max-Age": str(_ASKED_AGAIN_AFTER_SECONDS),
    }
    answer = empty_answer(HTTPStatus.NO_CONTENT)
    return answer | {"headers": answer["headers"] | allowed}
