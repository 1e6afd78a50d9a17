"""The parts of webhooks' payloads, in the shape that Jira Cloud sends: version 2 of the REST API's.

A test holds the shapes against genuine payloads.
"""

from collections.abc import Mapping
from typing import Any

from connect_local.jira.changelog import field_text
from connect_local.jira.entities import Comment, Json, Project, User
from connect_local.jira.rendering import timestamp
from connect_local.jira.site import Site
from connect_local.testing.jira import Issue

_SIZES = ("48x48", "24x24", "16x16", "32x32")
_NOTHING_YET = dict.fromkeys(
    (
        *("timespent", "aggregatetimespent", "resolution", "resolutiondate", "lastViewed", "timeestimate"),
        *("aggregatetimeoriginalestimate", "timeoriginalestimate", "security", "aggregatetimeestimate"),
        *("environment", "duedate"),
    )
)
_NONE_YET = ("fixVersions", "labels", "versions", "issuelinks", "components", "attachment", "subtasks")


def link(issue: Issue, path: str) -> str:
    """Return the URL of a REST resource of the issue's site."""
    return f"{issue.site.base_url}/rest/api/2/{path}"


def avatars(base_url: str, kind: str) -> dict[str, str]:
    """Return the URLs of an avatar, by size, of which there is but one here."""
    return dict.fromkeys(_SIZES, f"{base_url}/rest/api/2/universal_avatar/view/type/{kind}/avatar/10421")


def user(person: User, base_url: str) -> dict[str, Json]:
    """Return a user."""
    return {
        "self": f"{base_url}/rest/api/2/user?accountId={person.account_id}",
        "accountId": person.account_id,
        "avatarUrls": avatars(base_url, "user"),
        "displayName": person.display_name,
        "active": person.active,
        "timeZone": "Etc/UTC",
        "accountType": person.account_type,
    }


def project(given: Project, base_url: str) -> dict[str, Json]:
    """Return a project, as a field of an issue has it."""
    return {
        "self": f"{base_url}/rest/api/2/project/{given.id}",
        "id": given.id,
        "key": given.key,
        "name": given.name,
        "projectTypeKey": "software",
        "simplified": False,
        "avatarUrls": avatars(base_url, "project"),
    }


def project_with_lead(site: Site) -> dict[str, Json]:
    """Return a project, as events of projects have it."""
    given = site.projects()[0]
    return {
        **{name: project(given, site.base_url)[name] for name in ("self", "id", "key", "name", "avatarUrls")},
        "projectLead": user(site.admin, site.base_url),
        "assigneeType": "admin.assignee.type.unassigned",
    }


def issue_type(base_url: str, id: str = "10001", name: str = "Task", **_: Json) -> dict[str, Json]:  # noqa: A002 - its name in JSON
    """Return an issue type."""
    return {
        "self": f"{base_url}/rest/api/2/issuetype/{id}",
        "id": id,
        "description": "",
        "iconUrl": f"{base_url}/rest/api/2/universal_avatar/view/type/issuetype/avatar/10318",
        "name": name,
        "subtask": False,
        "avatarId": 10318,
        "entityId": "47bba4bf-037a-41d4-a47e-27e832f95c28",
        "hierarchyLevel": 0,
    }


def version(site: Site, *, is_released: bool) -> dict[str, Json]:
    """Return a version of a project."""
    version_id = site.new_id()
    return {
        "self": f"{site.base_url}/rest/api/2/version/{version_id}",
        "id": version_id,
        "name": "1.0",
        "archived": False,
        "released": is_released,
        "projectId": int(site.projects()[0].id),
    }


def board(site: Site) -> dict[str, Json]:
    """Return a board."""
    return {"id": 1, "self": f"{site.base_url}/rest/agile/1.0/board/1", "name": "Tea", "type": "scrum"}


def sprint(site: Site, *, state: str) -> dict[str, Json]:
    """Return a sprint.

    Args:
        site: that it is on
        state: `future`, `active` or `closed`
    """
    sprint_id = int(site.new_id())
    return {
        "id": sprint_id,
        "self": f"{site.base_url}/rest/agile/1.0/sprint/{sprint_id}",
        "state": state,
        "name": "Sprint 1",
        "originBoardId": 1,
    }


def issue(given: Issue) -> dict[str, Json]:
    """Return an issue with all its fields."""
    return {"id": given.id, "self": link(given, given.id), "key": given.key, "fields": _fields(given)}


def issue_in_short(given: Issue) -> dict[str, Json]:
    """Return an issue with the fields that events of its comments have."""
    fields = _fields(given)
    names = ("summary", "issuetype", "project", "assignee", "priority", "status")
    return {
        "id": given.id,
        "self": link(given, f"issue/{given.id}"),
        "key": given.key,
        "fields": {name: fields[name] for name in names},
    }


def comment(on: Issue, given: Comment) -> dict[str, Json]:
    """Return a comment; its body is text."""
    author = user(given.author, on.site.base_url)
    return {
        "self": link(on, f"issue/{on.id}/comment/{given.id}"),
        "id": given.id,
        "author": author,
        "body": field_text(given.body),
        "updateAuthor": author,
        "created": timestamp(given.created),
        "updated": timestamp(given.created),
        "jsdPublic": True,
    }


def worklog(on: Issue) -> dict[str, Json]:
    """Return an hour of work on an issue."""
    author, now, worklog_id = (
        user(on.site.admin, on.site.base_url),
        timestamp(on.site.now()),
        on.site.new_id(),
    )
    return {
        "self": link(on, f"issue/{on.id}/worklog/{worklog_id}"),
        "author": author,
        "updateAuthor": author,
        "comment": "",
        "created": now,
        "updated": now,
        "started": now,
        "timeSpent": "1h",
        "timeSpentSeconds": 3600,
        "id": worklog_id,
        "issueId": on.id,
    }


def attachment(on: Issue) -> dict[str, Json]:
    """Return a file that is attached to an issue."""
    attachment_id = on.site.new_id()
    return {
        "self": link(on, f"attachment/{attachment_id}"),
        "id": attachment_id,
        "filename": "tea.txt",
        "author": user(on.site.admin, on.site.base_url),
        "created": timestamp(on.site.now()),
        "size": 3,
        "mimeType": "text/plain",
        "content": link(on, f"attachment/content/{attachment_id}"),
    }


def issue_link(source: Issue) -> dict[str, Json]:
    """Return a link from an issue to another."""
    kind = {
        "id": 10000,
        "name": "Blocks",
        "outwardName": "blocks",
        "inwardName": "is blocked by",
        "isSubTaskLinkType": False,
        "isSystemLinkType": False,
    }
    return {
        "id": int(source.site.new_id()),
        "sourceIssueId": int(source.id),
        "destinationIssueId": int(source.site.new_id()),
        "issueLinkType": kind,
        "sequence": 1,
        "systemLink": False,
    }


def _fields(given: Issue) -> dict[str, Json]:
    base_url, stored, shown = given.site.base_url, given.stored, given.fields
    people = {name: _person(shown[name], given) for name in ("assignee", "creator", "reporter")}
    own = {
        name: value
        for name, value in stored.fields.items()
        if name not in {"status", "issuetype", "priority"}
    }
    return {
        "statuscategorychangedate": timestamp(stored.updated),
        "issuetype": issue_type(base_url, **shown["issuetype"]),
        "project": project(stored.project, base_url),
        **_NOTHING_YET,
        **{name: [] for name in _NONE_YET},
        "workratio": -1,
        "issuerestriction": {"issuerestrictions": {}, "shouldDisplay": True},
        "watches": {"self": link(given, f"issue/{given.key}/watchers"), "watchCount": 0, "isWatching": False},
        "created": timestamp(stored.created),
        "updated": timestamp(stored.updated),
        "priority": {
            **_named("priority", shown["priority"], base_url),
            "iconUrl": f"{base_url}/images/icons/priorities/medium_new.svg",
        },
        "status": _status(shown["status"], base_url),
        "timetracking": {},
        "aggregateprogress": {"progress": 0, "total": 0},
        "progress": {"progress": 0, "total": 0},
        "votes": {"self": link(given, f"issue/{given.key}/votes"), "votes": 0, "hasVoted": False},
        "summary": shown["summary"],
        **own,
        **people,
        "description": field_text(shown["description"]),
    }


def _named(kind: str, shown: Mapping[str, Json], base_url: str) -> dict[str, Json]:
    return {
        "self": f"{base_url}/rest/api/2/{kind}/{shown['id']}",
        "id": shown["id"],
        "name": shown["name"],
    }


def _status(shown: Mapping[str, Any], base_url: str) -> dict[str, Json]:
    category = shown.get("statusCategory", {"id": 2, "key": "new", "colorName": "blue-gray", "name": "New"})
    return {
        **_named("status", shown, base_url),
        "description": "",
        "iconUrl": f"{base_url}/",
        "statusCategory": {
            **{name: category[name] for name in ("id", "key", "colorName", "name")},
            "self": f"{base_url}/rest/api/2/statuscategory/{category['id']}",
        },
    }


def _person(shown: Mapping[str, Json] | None, on: Issue) -> dict[str, Json] | None:
    person = on.site.user(shown["accountId"]) if shown else None
    return user(person, on.site.base_url) if person else None
