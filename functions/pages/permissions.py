"""Permissions of a page's user, asked of Jira for each request.

A token only proves that somebody of the site has a page open, and a descriptor's conditions hide a link but
protect nothing. A Connect app may ask for another user's permissions; if the app is on Forge only, or Jira
refuses Connect's token by now, Jira is asked as the user.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/#api-rest-api-3-permissions-check-post
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from connect_jira.auth.page_requests import PageRequest
from connect_jira.auth.page_users import is_refusal, unproved_by
from connect_jira.errors import OutOfTime
from connect_jira.jira.errors import JiraError
from connect_jira.jira.response import JiraResponse

_logger = Logger(child=True)

_CHECK = "/rest/api/3/permissions/check"


def administrators_only(request: PageRequest) -> HTTPStatus:
    """Return 200 for a Jira administrator, 403 for anybody else, 503 if Jira cannot be asked.

    Raises:
        UserUnproved: Jira would have to be asked as the user
    """
    client_key = request.client_key
    if request.account_id is None:
        return _refused(client_key, "nobody is logged in")
    try:
        granted = _checked(request, {"globalPermissions": ["ADMINISTER"]}).object.get("globalPermissions")
    except (JiraError, OutOfTime) as failure:
        _logger.warning(
            "Administrator check failed",
            extra={"reason": failure.reason, "clientKey": client_key},
        )
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.OK if granted == ["ADMINISTER"] else _refused(client_key, "not an administrator")


def browsable(request: PageRequest, projects: Sequence[Any]) -> list[Any]:
    """Return those of the app's projects that the user may see, too.

    Raises:
        JiraError: Jira does not answer the question
        UserUnproved: Jira would have to be asked as the user
    """
    if request.account_id is None or not projects:
        return []
    asked = {
        "projectPermissions": [
            {"permissions": ["BROWSE_PROJECTS"], "projects": [int(project["id"]) for project in projects]}
        ]
    }
    response = _checked(request, asked)
    try:
        grants = response.object.get("projectPermissions", [])
        seen = {int(project) for grant in grants for project in grant["projects"]}
    except (KeyError, TypeError, ValueError) as other:
        raise response.unusable("no list of permissions") from other
    return [project for project in projects if int(project["id"]) in seen]


def _checked(request: PageRequest, asked: dict[str, Any]) -> JiraResponse:
    if request.as_user is None or request.has_connect:
        try:
            return request.jira.post(_CHECK, {"accountId": request.account_id, **asked}, idempotent=True)
        except JiraError as error:
            if request.as_user is None or not is_refusal(error):
                raise
    try:
        return request.as_user().post(_CHECK, asked, idempotent=True)
    except JiraError as error:
        raise (unproved_by(error) if is_refusal(error) else error) from error


def _refused(client_key: str, why: str) -> HTTPStatus:
    _logger.info("Page for administrators refused", extra={"reason": why, "clientKey": client_key})
    return HTTPStatus.FORBIDDEN
