"""API for pages. Each call asks Jira or the app's tables, and returns JSON."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from connect_jira.auth.page_requests import PageRequest
from connect_jira.errors import OutOfTime, UserUnproved
from connect_jira.jira.errors import JiraError, JiraNotFound, JiraResponseUnusable
from connect_jira.metrics import count
from connect_jira.web.response import Response, json_response
from functions.pages import connection
from functions.pages.permissions import browsable

_logger = Logger(child=True)

type Call = Callable[[PageRequest], Response]


def answer_call(call: Call, request: PageRequest) -> Response:
    """Answer a call.

    The response is 502 if a call to Jira fails or returns something unexpected, and 403 if Jira has to be
    asked as the user, whom nothing proves.
    """
    try:
        answer = call(request)
        answer.get("body", "").encode()
    except UserUnproved as unproved:
        _report(unproved, request)
        return json_response(HTTPStatus.FORBIDDEN, {"reason": unproved.reason})
    except (JiraError, OutOfTime) as error:
        return json_response(HTTPStatus.BAD_GATEWAY, {"reason": error.reason})
    except UnicodeEncodeError:  # Jira's JSON may hold an unpaired surrogate, which no response can
        return json_response(HTTPStatus.BAD_GATEWAY, {"reason": JiraResponseUnusable.REASON})
    return answer


def greeting(request: PageRequest) -> Response:
    """Return the user's name; null if nobody is logged in, or the app may not know it."""
    return json_response(HTTPStatus.OK, {"displayName": _display_name(request)})


def health(request: PageRequest) -> Response:
    """Return the state of the connection between app and site; times in Unix seconds."""
    activity = request.activity.read(request.client_key)
    webhook, call = activity.last_webhook, activity.last_call
    return json_response(
        HTTPStatus.OK,
        {
            "state": request.state,
            "installedAt": request.installed_at,
            "lastWebhook": webhook and {"event": webhook.event, "at": webhook.at},
            "lastCall": call and {"call": call.call, "status": call.status, "at": call.at},
        },
    )


def recent_projects(request: PageRequest) -> Response:
    """Return the projects that the app saw last, as far as the user may see them."""
    response = request.jira.get("/rest/api/3/project/recent")
    if not isinstance(response.body, list) or not all(map(_is_project, response.body)):
        raise response.unusable("no list of projects")
    projects = browsable(request, response.body)
    return json_response(
        HTTPStatus.OK, {"projects": [_project(project, request.site_url) for project in projects]}
    )


ROUTES: dict[str, Call] = {
    "GET /api/greeting": greeting,
    "GET /api/health": health,
    "GET /api/recent-projects": recent_projects,
    "GET /api/connection": connection.connection,
    "POST /api/connection-test": connection.test,
}


def _report(unproved: UserUnproved, request: PageRequest) -> None:
    _logger.warning(
        "Permission check impossible: page user not proved",
        extra={
            "reason": unproved.reason,
            "explanation": str(unproved),
            "clientKey": request.client_key,
        },
    )
    count("RequestRefused", reason=unproved.reason)


def _display_name(request: PageRequest) -> str | None:
    if request.account_id is None:
        return None
    try:
        user = request.jira.get("/rest/api/3/user", query={"accountId": request.account_id}).object
    except JiraNotFound:
        return None
    name = user.get("displayName")
    return name if isinstance(name, str) else None


def _is_project(value: object) -> bool:
    members = [value.get(name) for name in ("id", "key", "name")] if isinstance(value, dict) else [None]
    return all(isinstance(member, str) for member in members) and str(members[0]).isdecimal()


def _project(project: dict[str, Any], site_url: str) -> dict[str, Any]:
    return {
        "key": project["key"],
        "name": project["name"],
        "type": project.get("projectTypeKey"),
        "url": f"{site_url}/browse/{project['key']}",
    }
