"""Permissions of a page's user, asked of Jira for each request.

A token only proves that somebody of the site has a page open, and a descriptor's conditions hide a link but
protect nothing. A Connect app may ask for another user's permissions; if the app is on Forge only, or Jira
refuses Connect's token by now, Jira is asked as the user.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/#api-rest-api-3-permissions-check-post
"""

from collections.abc import Callable, Iterable
from typing import Any

from connect_jira.auth.page_users import is_refusal, unproved_by
from connect_jira.jira.client import JiraClient
from connect_jira.jira.errors import JiraError
from connect_jira.jira.response import JiraResponse

_CHECK = "/rest/api/3/permissions/check"


class UserPermissions:
    """The permissions of one user on one site.

    Every method raises `UserUnproved` if Jira would have to be asked as the user, and nobody proves who that
    is; `JiraError` or `OutOfTime` if Jira gives no answer.

    Args:
        jira: calls the site as the app
        account_id: the user; None if nobody is logged in, who has no permission
        as_user: returns a client that calls the site as the user; None for a page that Connect shows
        has_connect: True if the site uses Connect, which may ask for its users' permissions
    """

    def __init__(
        self,
        jira: JiraClient,
        account_id: str | None,
        *,
        as_user: Callable[[], JiraClient] | None = None,
        has_connect: bool = True,
    ) -> None:
        self._jira = jira
        self._account_id = account_id
        self._as_user = as_user
        self._has_connect = has_connect

    def is_granted(self, permission: str) -> bool:
        """Return whether the user has a global permission, such as `ADMINISTER`."""
        if self._account_id is None:
            return False
        granted = self._check({"globalPermissions": [permission]}).object.get("globalPermissions")
        return granted == [permission]

    def issues(self, permission: str, issue_ids: Iterable[int]) -> set[int]:
        """Return those of the issues that the user has a permission for, such as `EDIT_ISSUES`."""
        return self._granted(permission, "issues", set(issue_ids))

    def projects(self, permission: str, project_ids: Iterable[int]) -> set[int]:
        """Return those of the projects that the user has a permission for, such as `BROWSE_PROJECTS`."""
        return self._granted(permission, "projects", set(project_ids))

    def _granted(self, permission: str, kind: str, ids: set[int]) -> set[int]:
        if self._account_id is None or not ids:
            return set()
        asked = {"permissions": [permission], kind: sorted(ids)}
        response = self._check({"projectPermissions": [asked]})
        try:
            grants = response.object.get("projectPermissions", [])
            granted = {
                int(one) for grant in grants if grant["permission"] == permission for one in grant[kind]
            }
        except (KeyError, TypeError, ValueError) as other:
            raise response.unusable("no list of permissions") from other
        return ids & granted

    def _check(self, asked: dict[str, Any]) -> JiraResponse:
        if self._as_user is None or self._has_connect:
            try:
                return self._jira.post(_CHECK, {"accountId": self._account_id, **asked}, idempotent=True)
            except JiraError as error:
                if self._as_user is None or not is_refusal(error):
                    raise
        try:
            return self._as_user().post(_CHECK, asked, idempotent=True)
        except JiraError as error:
            raise (unproved_by(error) if is_refusal(error) else error) from error
