"""Permissions to use a page or a call: declared where it is registered, and asked of Jira at every request.

The permission for an issue or a project is asked for the one that the page is shown for, which the request's
token names. Where a call names another, in its path or its body, the declaration says by which name:

@pages.call("PUT", "due/{key}", allowed=edits_issue.of("key"))

Then Jira is asked for that issue, and the call's function finds it in `request.issue`, whichever it is.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
"""

from dataclasses import dataclass, replace
from enum import Enum


class About(Enum):
    """The object that a permission is for."""

    NOTHING = "nothing"
    SITE = "site"
    ISSUE = "issue"
    PROJECT = "project"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A declaration of who may, for `allowed=`.

    Attributes:
        key: of Jira's permission, such as `EDIT_ISSUES`; empty for everybody
        about: the kind of object that it is for
        holders: the people who have it, as in "This page is for Jira administrators"
        named_by: the part of the path, or the member of the body, that names the issue or project; empty for
            the one that the page is shown for; None if the declaration does not say
    """

    key: str
    about: About
    holders: str
    named_by: str | None = None

    def of(self, name: str) -> "Permission":
        """Return the permission for the issue or project that the request names, by its key or id.

        Args:
            name: the part of the call's path, or the member of its body

        Raises:
            ValueError: the permission is for no issue or project, or the name is empty
        """
        if not name:
            raise ValueError("of() needs the name of a part of the path, or of a member of the body")
        return self._named_by(name)

    @property
    def of_page(self) -> "Permission":
        """The permission for the issue or project that the page is shown for.

        That is so anyway. A call whose path has parts has to say it, since a part might name another issue.
        """
        return self._named_by("")

    def _named_by(self, name: str) -> "Permission":
        if self.about not in {About.ISSUE, About.PROJECT}:
            raise ValueError(f"{self.key or 'everybody'} is a permission for no issue and no project")
        return replace(self, named_by=name)


def issue_permission(key: str) -> Permission:
    """Return the declaration that the user has a project permission for the issue.

    Args:
        key: such as `TRANSITION_ISSUES`
    """
    return Permission(key=key, about=About.ISSUE, holders="those who may do this to the issue")


def project_permission(key: str) -> Permission:
    """Return the declaration that the user has a project permission for the project.

    Args:
        key: such as `CREATE_ISSUES`
    """
    return Permission(key=key, about=About.PROJECT, holders="those who may do this in the project")


def global_permission(key: str) -> Permission:
    """Return the declaration that the user has a global permission.

    Args:
        key: such as `BULK_CHANGE`
    """
    return Permission(key=key, about=About.SITE, holders="those whom Jira allows this")


everybody = Permission(key="", about=About.NOTHING, holders="everybody")
"""Everybody on the site, also without an account."""

browses_issue = replace(issue_permission("BROWSE_PROJECTS"), holders="those who can see the issue")
"""People who can see the issue."""

edits_issue = replace(issue_permission("EDIT_ISSUES"), holders="those who can edit the issue")
"""People who can edit the issue."""

browses_project = replace(project_permission("BROWSE_PROJECTS"), holders="those who can see the project")
"""People who can see the project."""

administers_project = replace(
    project_permission("ADMINISTER_PROJECTS"), holders="administrators of the project"
)
"""Administrators of the project."""

administers_jira = replace(global_permission("ADMINISTER"), holders="Jira administrators")
"""Administrators of Jira."""
