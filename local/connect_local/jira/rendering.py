"""Jira's JSON for what is on the site.

The shapes are those of https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from datetime import datetime

from connect_local.jira.entities import Comment, Issue, Json, Project, User
from connect_local.jira.workflow import TO_DO, Status, Transition

ISSUE_TYPES = {"Task": "10001", "Bug": "10002", "Story": "10003", "Epic": "10004"}
"""The ids of the issue types that every project has."""

PRIORITIES = {"Highest": "1", "High": "2", "Medium": "3", "Low": "4", "Lowest": "5"}
"""The ids of the priorities."""


class Renderer:
    """Renders for one site, since every `self` link starts with the site's base URL."""

    def __init__(self, base_url: str) -> None:
        self._api = f"{base_url}/rest/api/3"

    def link(self, path: str) -> str:
        """The URL of a REST resource."""
        return f"{self._api}/{path}"

    def user(self, user: User) -> Json:
        """A user as others see them, without an e-mail address."""
        return {
            "self": self.link(f"user?accountId={user.account_id}"),
            "accountId": user.account_id,
            "accountType": user.account_type,
            "avatarUrls": {},
            "displayName": user.display_name,
            "active": user.active,
            "timeZone": "Etc/UTC",
        }

    def user_in_full(self, user: User) -> Json:
        """A user as who asks for just this one sees them."""
        nothing = {"size": 0, "items": []}
        return {
            **self.user(user),
            "locale": "en_US",
            "groups": nothing,
            "applicationRoles": nothing,
        }

    def project(self, project: Project) -> Json:
        """A project, as lists and issues have it."""
        return {
            "self": self.link(f"project/{project.id}"),
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "projectTypeKey": "software",
            "simplified": False,
            "style": "classic",
            "isPrivate": False,
            "avatarUrls": {},
        }

    def issue_type(self, name: str) -> Json:
        """One of the site's issue types."""
        return {
            "self": self.link(f"issuetype/{ISSUE_TYPES[name]}"),
            "id": ISSUE_TYPES[name],
            "name": name,
            "subtask": False,
            "hierarchyLevel": 1 if name == "Epic" else 0,
        }

    def priority(self, name: str) -> Json:
        """A priority."""
        id_ = PRIORITIES[name]
        return {"self": self.link(f"priority/{id_}"), "name": name, "id": id_}

    def status(self, status: Status) -> Json:
        """A status, with its category."""
        return {
            "self": self.link(f"status/{status.id}"),
            "description": "",
            "name": status.name,
            "id": status.id,
            "statusCategory": {
                "self": self.link(f"statuscategory/{status.category_id}"),
                "id": status.category_id,
                "key": status.category_key,
                "colorName": status.colour,
                "name": status.name,
            },
        }

    def resolution(self) -> Json:
        """The resolution of what is done."""
        return {
            "self": self.link("resolution/10000"),
            "id": "10000",
            "description": "Work has been completed on this issue.",
            "name": "Done",
        }

    def transition(self, transition: Transition) -> Json:
        """A transition that an issue can take."""
        return {
            "id": transition.id,
            "name": transition.to.name,
            "to": self.status(transition.to),
            "hasScreen": False,
            "isGlobal": True,
            "isInitial": False,
            "isAvailable": True,
            "isConditional": False,
            "isLooped": False,
        }

    def reference(self, issue: Issue) -> dict[str, Json]:
        """Return the reference that identifies an issue."""
        return {"id": issue.id, "key": issue.key, "self": self.link(f"issue/{issue.id}")}

    def fields(self, issue: Issue) -> dict[str, Json]:
        """All fields of an issue: first what may have been set, then what only Jira sets."""
        comments = self.comments(issue, slice(0, len(issue.comments)))
        return {
            "summary": issue.key,
            "description": None,
            "issuetype": self.issue_type("Task"),
            "priority": self.priority("Medium"),
            "status": self.status(TO_DO),
            "labels": [],
            "assignee": None,
            "reporter": self.user(issue.creator),
            "resolution": None,
            "duedate": None,
            **issue.fields,
            "project": self.project(issue.project),
            "creator": self.user(issue.creator),
            "created": timestamp(issue.created),
            "updated": timestamp(issue.updated),
            "comment": {"self": self.link(f"issue/{issue.id}/comment"), **comments},
        }

    def comment(self, issue: Issue, comment: Comment) -> Json:
        """One comment of an issue."""
        return {
            "self": self.link(f"issue/{issue.id}/comment/{comment.id}"),
            "id": comment.id,
            "author": self.user(comment.author),
            "body": comment.body,
            "updateAuthor": self.user(comment.author),
            "created": timestamp(comment.created),
            "updated": timestamp(comment.created),
            "jsdPublic": True,
        }

    def comments(self, issue: Issue, page: slice) -> dict[str, Json]:
        """A page of an issue's comments."""
        return {
            "startAt": page.start,
            "maxResults": page.stop - page.start,
            "total": len(issue.comments),
            "comments": [self.comment(issue, comment) for comment in issue.comments[page]],
        }


def timestamp(moment: datetime) -> str:
    """A time as Jira writes it, such as 2026-11-23T10:15:30.123+0000."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}{moment:%z}"
