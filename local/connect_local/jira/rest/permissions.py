"""Permissions: everybody has all, except that only administrators administer, and see restricted projects.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
"""

from collections.abc import Container
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connect_local.jira.entities import Json, User
from connect_local.jira.rest.answers import JiraError
from connect_local.jira.rest.requests import INVALID_PAYLOAD, caller, is_connect_app, json_object
from connect_local.jira.site import Site

_MAX_IDS = 1000
_FOR_ADMINISTRATORS = {"ADMINISTER", "ADMINISTER_PROJECTS", "SYSTEM_ADMIN"}
_GLOBAL = {
    *("ADMINISTER", "BULK_CHANGE", "CREATE_PROJECT", "CREATE_SHARED_OBJECTS"),
    *("MANAGE_GROUP_FILTER_SUBSCRIPTIONS", "SYSTEM_ADMIN", "USER_PICKER"),
}
_OF_PROJECTS = {
    *("ADD_COMMENTS", "ADMINISTER_PROJECTS", "ASSIGNABLE_USER", "ASSIGN_ISSUES", "BROWSE_PROJECTS"),
    *("CLOSE_ISSUES", "CREATE_ATTACHMENTS", "CREATE_ISSUES", "DELETE_ALL_ATTACHMENTS"),
    *("DELETE_ALL_COMMENTS", "DELETE_ALL_WORKLOGS", "DELETE_ISSUES", "DELETE_OWN_ATTACHMENTS"),
    *("DELETE_OWN_COMMENTS", "DELETE_OWN_WORKLOGS", "EDIT_ALL_COMMENTS", "EDIT_ALL_WORKLOGS"),
    *("EDIT_ISSUES", "EDIT_OWN_COMMENTS", "EDIT_OWN_WORKLOGS", "LINK_ISSUES", "MANAGE_SPRINTS_PERMISSION"),
    *("MANAGE_WATCHERS", "MODIFY_REPORTER", "MOVE_ISSUES", "RESOLVE_ISSUES", "SCHEDULE_ISSUES"),
    *("SERVICEDESK_AGENT", "SET_ISSUE_SECURITY", "TRANSITION_ISSUES", "VIEW_DEV_TOOLS"),
    *("VIEW_READONLY_WORKFLOW", "VIEW_VOTERS_AND_WATCHERS", "WORK_ON_ISSUES"),
}


class Permissions:
    """The permissions of one site's users."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """The routes below the API's path."""
        return [Route("/permissions/check", self.check, methods=["POST"])]

    async def check(self, request: Request) -> JSONResponse:
        """Return those of the requested permissions that a user has."""
        wish = await json_object(request, known={"accountId", "globalPermissions", "projectPermissions"})
        user = self._subject(wish.get("accountId"), request)
        names = _names(wish.get("globalPermissions"), _GLOBAL)
        granted = [
            grant
            for entry in _list(wish.get("projectPermissions"), dict)
            for grant in self._granted(entry, user)
        ]
        return JSONResponse(
            {
                "globalPermissions": [name for name in names if may(user, name)],
                "projectPermissions": granted,
            }
        )

    def _subject(self, account_id: Json, request: Request) -> User:
        """A Connect app may ask about anybody, a user only as an administrator, a Forge app about nobody."""
        asking = caller(request)
        if account_id is None:
            return asking
        user = self._site.user(account_id) if isinstance(account_id, str) else None
        if user is None:
            raise JiraError(HTTPStatus.BAD_REQUEST, "The account ID is invalid.")
        is_administrator = asking.account_type != "app" and asking.is_admin
        if user != asking and not is_connect_app(request) and not is_administrator:
            raise JiraError(
                HTTPStatus.FORBIDDEN, "You do not have the permission to check others' permissions."
            )
        return user

    def _granted(self, entry: dict[str, Json], user: User) -> list[Json]:
        names = [name for name in _names(entry.get("permissions"), {"", *_OF_PROJECTS}) if name]
        if not names:
            raise JiraError(HTTPStatus.BAD_REQUEST, "At least one project permission must be provided.")
        projects = [id_ for id_ in _list(entry.get("projects"), int) if self._sees_project(user, id_)]
        issues = [id_ for id_ in _list(entry.get("issues"), int) if self._sees_issue(user, id_)]
        if max(len(projects), len(issues)) > _MAX_IDS:
            raise JiraError(HTTPStatus.BAD_REQUEST, f"At most {_MAX_IDS} projects and issues can be checked.")
        if not projects and not issues:
            return []
        return [
            {"permission": name, "issues": issues, "projects": projects} for name in names if may(user, name)
        ]

    def _sees_issue(self, user: User, issue_id: int) -> bool:
        issue = self._site.issue(str(issue_id))
        return issue is not None and self._sees_project(user, int(issue.project.id))

    def _sees_project(self, user: User, project_id: int) -> bool:
        project = self._site.project(str(project_id))
        if project is None:
            return False
        return not project.restricted or user.is_admin or user.account_type == "app"


def may(user: User, permission: str) -> bool:
    """Return whether a user has a permission, where they can see the project at all."""
    return user.active and (user.is_admin or permission not in _FOR_ADMINISTRATORS)


def _names(value: Json, known: Container[str]) -> list[str]:
    names = _list(value, str)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise JiraError(HTTPStatus.BAD_REQUEST, f"Unrecognized permissions: {', '.join(unknown)}")
    return names


def _list(value: Json, kind: type) -> list[Any]:
    """The members of a list that may be missing; nulls in it do not count."""
    if value is None:
        return []
    if not isinstance(value, list) or not {type(member) for member in value} <= {kind, type(None)}:
        raise JiraError(HTTPStatus.BAD_REQUEST, INVALID_PAYLOAD)
    return [member for member in value if member is not None]
