"""Outcomes of single requests to Jira, for whoever runs the app: by status, and the slow ones."""

from http import HTTPStatus

from aws_lambda_powertools import Logger

from connect_jira.metrics import count

SLOW_SECONDS = 2.0
"""Minimum time of a request that is logged for its slowness; Jira answers most within half a second."""

_logger = Logger(child=True)


def note_outcome(call: str, status: int | None, seconds: float, *, client_key: str) -> None:
    """Count a request by its status, and log it if it was slow.

    Args:
        call: method and path, without the query
        status: of the response; None if there was none
        seconds: until the response, or until there was none
        client_key: the site
    """
    count("JiraCalled", status=_kind(status), service="all")
    if seconds >= SLOW_SECONDS:
        slow = {"call": call, "status": status, "seconds": round(seconds, 3), "clientKey": client_key}
        _logger.info("Jira was slow", extra=slow)


def _kind(status: int | None) -> str:
    if status is None:
        return "unanswered"
    return "429" if status == HTTPStatus.TOO_MANY_REQUESTS else f"{status // 100}xx"
