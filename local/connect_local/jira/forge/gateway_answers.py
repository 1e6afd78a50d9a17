"""Responses of `api.atlassian.com`, the gateway in front of Jira, in the form of captured ones.

Jira says the same in other ways: a scope that is missing is a 403 there, and a limit says when it ends.
"""

from datetime import datetime, timedelta
from http import HTTPStatus

from starlette.responses import JSONResponse

_LIMIT = 360_000
_WINDOW = timedelta(minutes=1)


def scope_missing() -> JSONResponse:
    """No scope of the app covers the call."""
    return JSONResponse(
        {"code": 401, "message": "Unauthorized; scope does not match"},
        status_code=HTTPStatus.UNAUTHORIZED,
        headers={"x-failure-category": "FAILURE_CLIENT_SCOPE_CHECK"},
    )


def limited(now: datetime) -> JSONResponse:
    """The gateway's own limit is used up; there is no reason, and no Retry-After."""
    return JSONResponse(
        {"code": 429, "message": "Too Many Requests"},
        status_code=HTTPStatus.TOO_MANY_REQUESTS,
        headers={
            "x-failure-category": "FAILURE CLIENT RATE LIMITED",
            "x-ratelimit-limit": str(_LIMIT),
            "x-ratelimit-reset": f"{now + _WINDOW:%Y-%m-%dT%H:%M:%SZ}",
        },
    )
