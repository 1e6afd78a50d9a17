"""Entry point of all HTTP requests, with one mapping from exceptions to responses.

The sender gets a status only: Jira does not retry after 4xx, and retries after 5xx. The developer gets the
reason, in a log line and in a metric by reason. Refusals that Atlassian is known to cause and the developer
cannot fix are no warnings and have a metric of their own, so they raise no alarm.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from connect_jira.errors import (
    DisabledWithoutToken,
    InstalledElsewhere,
    InvocationRefused,
    NotInstalled,
    PayloadRefused,
    ProductNotServed,
)
from connect_jira.metrics import count
from connect_jira.settings import AppSettings
from connect_jira.web.request import GatewayRequest, read_event
from connect_jira.web.response import Response, empty_response
from connect_jwt.errors import ConnectError, KeyHostUnavailable, TokenRefused

type Observer = Callable[[GatewayRequest, str, int], None]
"""Called with a refused request, the cause's code and the status of the response."""


def answer(
    event: Mapping[str, Any],
    handle: Callable[[GatewayRequest], Response],
    *,
    app: AppSettings,
    on_refused: Observer | None = None,
    more_headers: Callable[[GatewayRequest], Mapping[str, str]] = lambda _: {},
) -> Response:
    """Handle an HTTP API's event.

    Args:
        event: payload version 2.0
        handle: handles the request
        app: the app's settings
        on_refused: called for a refused request, such as `Activity.record_refusal`
        more_headers: returns additional headers for every response
    """
    request = read_event(event, base_url=app.base_url, further_base_urls=app.further_base_urls)
    answered = _answered(request, handle, app, on_refused)
    return answered | {"headers": answered["headers"] | more_headers(request)}


def _answered(
    request: GatewayRequest,
    handle: Callable[[GatewayRequest], Response],
    app: AppSettings,
    on_refused: Observer | None,
) -> Response:
    try:
        return handle(request)
    except ConnectError as error:
        status = _status(error)
        code = _report(error, status, request, app)
        if on_refused and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            on_refused(request, code, status)
        return empty_response(status)


def _report(error: ConnectError, status: HTTPStatus, request: GatewayRequest, app: AppSettings) -> str:
    from connect_jira.refusal_log import report_refusal  # noqa: PLC0415 - few requests are refused
    from connect_jira.web.refusals import explain_inbound  # noqa: PLC0415 - likewise

    found = None
    if isinstance(error, TokenRefused) and not isinstance(error, InvocationRefused):
        found = explain_inbound(error, request, app.app_key)
    code = found.code if found else error.reason
    if isinstance(error, KeyHostUnavailable):
        count("KeyHostUnavailable", service="all")
    is_expected = isinstance(error, DisabledWithoutToken | InstalledElsewhere | ProductNotServed)
    report_refusal(
        "Request refused" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "Request failed",
        metric="RequestRefusedAsExpected" if is_expected else "RequestRefused",
        is_expected=is_expected,
        code=code,
        explanation=f"{found.seen}. {found.why} {found.fix}" if found else str(error),
        status=int(status),
        method=request.method,
        path=request.path[:200],
        claimedClientKey=request.claimed_site,
    )
    return code


def _status(error: ConnectError) -> HTTPStatus:
    match error:
        case TokenRefused() | NotInstalled():
            return HTTPStatus.UNAUTHORIZED
        case PayloadRefused():
            return HTTPStatus.BAD_REQUEST
        case _:  # AWS or the key host did not answer, or a secret does not open
            return HTTPStatus.SERVICE_UNAVAILABLE
