"""The payloads of all events that Jira sends, for `deliver`.

deliver(comment_created(issue, "/due 2026-12-24", by=jira.member))

What an event tells of has happened: a new comment is on its issue, an edited field has its new value. Of
sprints, versions and the like the Jira of the test knows nothing; there the payload is all there is.

https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from connect_local.jira.changelog import changelog_items
from connect_local.jira.documents import document_of
from connect_local.jira.entities import Comment, Json, User
from connect_local.testing import parts
from connect_local.testing.events import JiraEvent
from connect_local.testing.jira import Issue, Jira
from connect_tools.descriptor_rules.names import WEBHOOK_EVENTS


def issue_created(issue: Issue, *, by: User | None = None) -> JiraEvent:
    """An issue is created.

    Args:
        issue: the issue
        by: by default an administrator, as in all events
    """
    fields = {name: value for name, value in issue.fields.items() if name not in _SET_BY_JIRA and value}
    return _of_issue("issue_created", issue, by, changelog=_changelog(issue, {}, fields))


def issue_updated(issue: Issue, *, by: User | None = None, **fields: Json) -> JiraEvent:
    """An issue is edited.

    Args:
        issue: the issue, which takes on the fields
        by: as for `issue_created`
        fields: those that are changed, such as `duedate="2026-12-24"` or `status="Done"`
    """
    before = issue.fields
    issue.set(**fields)
    changed = {name: issue.fields.get(name) for name in fields}
    return _of_issue("issue_updated", issue, by, changelog=_changelog(issue, before, changed))


def issue_deleted(issue: Issue, *, by: User | None = None) -> JiraEvent:
    """An issue is deleted; what was in it is in the payload for the last time."""
    event = _of_issue("issue_deleted", issue, by)
    issue.delete()
    return event


def comment_created(issue: Issue, text: str, *, by: User | None = None) -> JiraEvent:
    """A comment is added.

    Args:
        issue: that it is on
        text: of it
        by: its author
    """
    return _of_comment("comment_created", issue, issue.comment(text, by=by))


def comment_updated(issue: Issue, text: str, *, by: User | None = None) -> JiraEvent:
    """The last comment is edited, or else a new one; arguments as for `comment_created`."""
    stored = issue.stored.comments
    comment = replace(stored[-1], body=document_of(text)) if stored else issue.comment(text, by=by)
    issue.put_comment(comment)
    return _of_comment("comment_updated", issue, comment)


def comment_deleted(issue: Issue, text: str = "", *, by: User | None = None) -> JiraEvent:
    """The last comment is deleted, or else one with this text; arguments as for `comment_created`."""
    stored = issue.stored.comments
    comment = stored[-1] if stored else issue.comment(text, by=by)
    issue.remove_comment(comment)
    return _of_comment("comment_deleted", issue, comment)


def event(name: str, jira: Jira, issue: Issue | None = None, **members: Json) -> JiraEvent:
    """Return any other event: of worklogs, attachments, links, versions, projects, sprints, boards and so on.

    Args:
        name: such as `sprint_started`
        jira: the site
        issue: that it is about, if it is about one
        members: of the payload, in place of those that are made up, or besides them. Of the events in
            `UNKNOWN` nothing is made up: what Jira sends with them is neither documented nor published

    Raises:
        ValueError: Jira knows no such event
        TypeError: it is about an issue, and none is given
    """
    if name not in WEBHOOK_EVENTS:
        known = {event.removeprefix("jira:"): event for event in WEBHOOK_EVENTS}
        alike = get_close_matches(name.removeprefix("jira:"), known, n=1)
        raise ValueError(f"Jira knows no event {name}" + (f": {known[alike[0]]} is one" if alike else ""))
    if name in _OF_ISSUES:
        if issue is None:
            raise TypeError(f"{name} is about an issue: give it as issue=")
        made = _OF_ISSUES[name](issue)
    else:
        kind = name.removeprefix("jira:").partition("_")[0]
        member = "property" if kind == "option" else kind
        payload = {} if name in UNKNOWN else {member: _OF_SITES[kind](name, jira)}
        made = JiraEvent(name=name, payload=payload)
    return replace(made, payload={**made.payload, **members})


def _named(kind: str) -> list[str]:
    return [name for name in WEBHOOK_EVENTS if name.startswith(f"{kind}_")]


def _of_issue(kind: str, issue: Issue, by: User | None, **more: Json) -> JiraEvent:
    payload = {
        "issue_event_type_name": kind,
        "user": parts.user(by or issue.site.admin, issue.site.base_url),
        "issue": parts.issue(issue),
        **more,
    }
    return JiraEvent(name=f"jira:{kind}", payload=payload)


def _of_comment(name: str, issue: Issue, comment: Comment) -> JiraEvent:
    payload = {
        "comment": parts.comment(issue, comment),
        "issue": parts.issue_in_short(issue),
        "eventType": "primaryAction",
    }
    return JiraEvent(name=name, payload=payload)


def _changelog(issue: Issue, before: Mapping[str, Json], after: Mapping[str, Json]) -> Json:
    return {"id": issue.site.new_id(), "items": changelog_items(before, after)}


_SET_BY_JIRA = {"project", "creator", "created", "updated", "comment", "issuetype"}


def _part(name: str, member: str, make: Callable[[Issue], Json]) -> Callable[[Issue], JiraEvent]:
    return lambda issue: JiraEvent(name=name, payload={member: make(issue)})


_OF_ISSUES: Mapping[str, Callable[[Issue], JiraEvent]] = {
    "jira:issue_created": issue_created,
    "jira:issue_updated": issue_updated,
    "jira:issue_deleted": issue_deleted,
    "comment_created": lambda issue: comment_created(issue, "A comment"),
    "comment_updated": lambda issue: comment_updated(issue, "An edited comment"),
    "comment_deleted": lambda issue: comment_deleted(issue, "A comment"),
    **{name: _part(name, "worklog", parts.worklog) for name in _named("worklog")},
    "jira:worklog_updated": lambda issue: _of_issue("worklog_updated", issue, None),
    **{name: _part(name, "attachment", parts.attachment) for name in _named("attachment")},
    **{name: _part(name, "issueLink", parts.issue_link) for name in _named("issuelink")},
}
_SPRINTS = {"sprint_started": "active", "sprint_closed": "closed"}
_OF_SITES: Mapping[str, Callable[[str, Jira], Json]] = {
    "version": lambda name, jira: parts.version(jira.site, is_released=name.endswith("_released")),
    "project": lambda _name, jira: parts.project_with_lead(jira.site),
    "sprint": lambda name, jira: parts.sprint(jira.site, state=_SPRINTS.get(name, "future")),
    "board": lambda _name, jira: parts.board(jira.site),
    "user": lambda _name, jira: parts.user(jira.member, jira.site.base_url),
    "issuetype": lambda _name, jira: parts.issue_type(jira.site.base_url),
    "option": lambda name, _jira: {"key": name, "value": "true"},
}
UNKNOWN = frozenset(
    {
        *(
            "app_access_to_objects_blocked",
            "app_access_to_objects_in_container_blocked",
            "app_policy_changed",
        ),
        *("board_configuration_changed", "connect_addon_disabled", "connect_addon_enabled"),
        *("filter_created", "filter_deleted", "filter_updated"),
        *("issue_property_deleted", "issue_property_set", "jira_expression_evaluation_failed"),
        *("option_attachments_changed", "option_timetracking_changed"),
        *("project_app_disabled", "project_app_enabled"),
    }
)
