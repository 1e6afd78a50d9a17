"""One way in for every request, and one map from what went wrong to what is answered.

The sender is told nothing but a status: Jira takes 4xx for final and sends again after 5xx. The developer is
told the reason, in a line of the log and in a metric that is counted by reason.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from connect_jira.answers import Answer, empty_answer
from connect_jira.errors import PayloadRefused, PayloadTooLarge
from connect_jira.gateway import GatewayRequest, read_event
from connect_jira.settings import AppSettings
from connect_jwt.errors import ConnectError, TokenRefused


def answer(
    event: Mapping[str, Any], handle: Callable[[GatewayRequest], Answer], *, app: AppSettings, logger: Logger
) -> Answer:
    """Answer an HTTP API's event.

    Args:
        event: payload version 2.0
        handle: what to do with the request
        app: where the app lives
        logger: where a refusal is explained
    """
    request = read_event(event, base_url=app.base_url)
    try:
        return handle(request)
    except ConnectError as error:
        status = _status(error)
        logger.warning(
            "Request refused" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "Request not answered",
            reason=error.reason,
            explanation=str(error),
            status=int(status),
            method=request.method,
            path=request.path[:200],
        )
        with single_metric(name="RequestRefused", unit=MetricUnit.Count, value=1) as metric:
            metric.add_dimension("reason", error.reason)
        return empty_answer(status)


def _status(error: ConnectError) -> HTTPStatus:
    match error:
        case TokenRefused():
            return HTTPStatus.UNAUTHORIZED
        case PayloadTooLarge():
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        case PayloadRefused():
            return HTTPStatus.BAD_REQUEST
        case _:  # AWS or the key host did not answer, or what is stored does not open
            return HTTPStatus.SERVICE_UNAVAILABLE
