"""Parsing of requests, with Jira's own refusals."""

from collections.abc import Iterable
from http import HTTPStatus

from starlette.requests import Request

from connect_local.jira.entities import Issue, Json, User
from connect_local.jira.rest.answers import JiraError
from connect_local.jira.site import Site
from connect_local.jira.strict_json import parse_json

_MAX_TRACE = 1024
INVALID_PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."


async def json_body(request: Request) -> Json:
    """The request's body.

    Raises:
        JiraError: it is not declared as JSON, or is none
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise JiraError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        return parse_json(await request.body())
    except ValueError as malformed:
        message = "There was an error parsing JSON. Check that your request body is valid."
        raise JiraError(HTTPStatus.BAD_REQUEST, message) from malformed


async def json_object(request: Request, *, known: Iterable[str]) -> dict[str, Json]:
    """The request's body, an object without members that the endpoint does not know.

    Raises:
        JiraError: it is something else
    """
    body = await json_body(request)
    if not isinstance(body, dict) or not body.keys() <= set(known):
        raise JiraError(HTTPStatus.BAD_REQUEST, INVALID_PAYLOAD)
    return body


def issue_of(request: Request, site: Site) -> Issue:
    """The issue that the path names.

    Raises:
        JiraError: there is none
    """
    issue = site.issue(request.path_params["issue"])
    if issue is None:
        raise JiraError(HTTPStatus.NOT_FOUND, "Issue does not exist or you do not have permission to see it.")
    return issue


def caller(request: Request) -> User:
    """The user that the calling app acts as."""
    user: User = request.state.user
    return user


def is_connect_app(request: Request) -> bool:
    """Return whether a Connect app calls, as itself."""
    return caller(request).account_type == "app" and not request.state.by_forge


def trace_of(request: Request) -> str | None:
    """Return the trace that webhooks caused by the call echo, None if Jira echoes none.

    https://developer.atlassian.com/cloud/jira/platform/webhooks/
    """
    trace = request.headers.get("x-atlassian-webhook-trace", "")
    return trace if 0 < len(trace) <= _MAX_TRACE and trace.isascii() and trace.isprintable() else None


def page_of(request: Request, *, max_results: int) -> slice:
    """Return the page of the results that `startAt` and `maxResults` select.

    Args:
        request: the request
        max_results: as many as Jira gives at most, and when it is not told

    Raises:
        JiraError: they are no numbers
    """
    start_at = number(request, "startAt", default=0, least=0)
    return slice(
        start_at, start_at + min(number(request, "maxResults", default=max_results, least=1), max_results)
    )


def number(request: Request, name: str, *, default: int, least: int) -> int:
    """A parameter that is a number.

    Raises:
        JiraError: it is none, or less than `least`
    """
    value = request.query_params.get(name, str(default))
    if not (value.isascii() and value.isdecimal()) or int(value) < least:
        raise JiraError(HTTPStatus.BAD_REQUEST, f"The value of {name} must be a number, at least {least}.")
    return int(value)


def names(values: Iterable[str]) -> list[str]:
    """The names in a parameter that may be repeated and may hold several, separated by commas."""
    return [name for value in values for name in value.split(",") if name]
