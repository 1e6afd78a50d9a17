"""One way in for every request, and one map from what went wrong to what is answered.

The sender is told nothing but a status: Jira takes 4xx for final and sends again after 5xx. The developer is
told the reason, in a line of the log and in a metric that is counted by reason. What Atlassian is known to
send and the developer cannot mend is no warning and has a metric of its own, so that it wakes nobody.
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
from connect_jira.settings import AppSettings
from connect_jira.web.request import GatewayRequest, read_event
from connect_jira.web.response import Answer, empty_answer
from connect_jwt.errors import ConnectError, TokenRefused

type Observer = Callable[[GatewayRequest, str, int], None]
"""Is told of a refused request, with the cause's code and the status of the answer."""


def answer(
    event: Mapping[str, Any],
    handle: Callable[[GatewayRequest], Answer],
    *,
    app: AppSettings,
    on_refused: Observer | None = None,
    more_headers: Callable[[GatewayRequest], Mapping[str, str]] = lambda _: {},
) -> Answer:
    """Answer an HTTP API's event.

    Args:
        event: payload version 2.0
        handle: what to do with the request
        app: where the app lives
        on_refused: who else is to know of a refused request, such as `Activity.record_refusal`
        more_headers: of every answer, whoever makes it
    """
    request = read_event(event, base_url=app.base_url)
    answered = _answered(request, handle, app, on_refused)
    return answered | {"headers": answered["headers"] | more_headers(request)}


def _answered(
    request: GatewayRequest,
    handle: Callable[[GatewayRequest], Answer],
    app: AppSettings,
    on_refused: Observer | None,
) -> Answer:
    try:
        return handle(request)
    except ConnectError as error:
        status = _status(error)
        code = _report(error, status, request, app)
        if on_refused and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            on_refused(request, code, status)
        return empty_answer(status)


def _report(error: ConnectError, status: HTTPStatus, request: GatewayRequest, app: AppSettings) -> str:
    from connect_jira.refusal_log import report_refusal  # noqa: PLC0415 - few requests are refused
    from connect_jira.web.refusals import explain_inbound  # noqa: PLC0415 - likewise

    found = None
    if isinstance(error, TokenRefused) and not isinstance(error, InvocationRefused):
        found = explain_inbound(error, request, app.app_key)
    code = found.code if found else error.reason
    is_expected = isinstance(error, DisabledWithoutToken | InstalledElsewhere | ProductNotServed)
    report_refusal(
        "Request refused" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "Request not answered",
        metric="RequestRefusedAsExpected" if is_expected else "RequestRefused",
        is_expected=is_expected,
        code=code,
        explanation=f"{found.seen}. {found.why} {found.fix}" if found else str(error),
        status=int(status),
        method=request.method,
        path=request.path[:200],
    )
    return code


def _status(error: ConnectError) -> HTTPStatus:
    match error:
        case TokenRefused() | NotInstalled():
            return HTTPStatus.UNAUTHORIZED
        case PayloadRefused():
            return HTTPStatus.BAD_REQUEST
        case _:  # AWS or the key host did not answer, or what is stored does not open
            return HTTPStatus.SERVICE_UNAVAILABLE
