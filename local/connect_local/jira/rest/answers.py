"""Errors in the form that Jira's REST API gives them."""

from collections.abc import Mapping
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse


class JiraError(HTTPException):
    """A call that cannot be carried out.

    Attributes:
        messages: errors of the whole call
        errors: errors of single fields
    """

    def __init__(self, status: int, *messages: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.messages = messages
        self.errors = errors


def error_response(
    status: int,
    *messages: str,
    errors: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Jira's error collection."""
    return JSONResponse(
        {"errorMessages": list(messages), "errors": errors or {}}, status_code=status, headers=headers
    )


def render_error(_: Request, error: Exception) -> JSONResponse:
    """The answer to a call that was not carried out, or to a path or method that is not there."""
    if isinstance(error, JiraError):
        return error_response(error.status_code, *error.messages, errors=error.errors)
    error = cast("HTTPException", error)
    return error_response(error.status_code, error.detail, headers=error.headers)
