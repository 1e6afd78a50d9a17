"""Forge's product events, and the Connect webhooks that they correspond to.

All of them differ from webhooks: the name is in `eventType`, the time in `timestamp` as text, and the user's
account id in `atlassianId`; there is no `webhookEvent` and no `X-Atlassian-Webhook-Identifier`, and an
`issue` has a few fields only, so you fetch the rest. Parts of a deleted thing (an issue's comments) get no
events of their own.

Names and payloads: https://developer.atlassian.com/platform/forge/events-reference/jira/ and
.../jira-software/; the scopes, and the two of issue properties, from Atlassian's own npm `@forge/manifest`.
The webhooks: https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

type _Tells = Callable[[Mapping[str, Any]], bool]

_WORK = ("read:jira-work",)
_USER = ("read:jira-user",)
_BOARD = ("read:jira-work", "read:jira-user")
_CONFIGURATION = ("manage:jira-configuration",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeEvent:
    """The product event that corresponds to a webhook.

    Attributes:
        name: such as `avi:jira:created:issue`
        scopes: that an app needs to receive it
        differs: further differences from the webhook; empty if none are known
        tells: returns whether a payload is this webhook's, if several share the event
    """

    name: str
    scopes: tuple[str, ...]
    differs: str = ""
    tells: _Tells = lambda _payload: True


_AT_ONCE = timedelta(seconds=2)
_UNDOCUMENTED = "what it carries is not documented"
_ONE_FOR_BOTH = "one event for a comment that is created and one that is edited"
_FLAT = "the link's fields are at the top, not below issueLink"
_OPTION = "one event for all settings, which property.key tells apart:"
_OWN_EXPRESSIONS = "only of expressions in the app's own Forge workflow modules"


def _event(
    name: str, scopes: tuple[str, ...] = _WORK, *, differs: str = "", tells: _Tells | None = None
) -> ForgeEvent:
    event = ForgeEvent(name=name, scopes=scopes, differs=differs)
    return replace(event, tells=tells) if tells else event


def _option(key: str) -> ForgeEvent:
    return _event(
        "avi:jira:changed:configuration",
        _CONFIGURATION,
        differs=f"{_OPTION} {key}",
        tells=lambda payload: _object(payload, "property").get("key") == key,
    )


def _is_new_comment(payload: Mapping[str, Any]) -> bool:
    """A new comment's two times may differ by the time that storing it takes."""
    comment = _object(payload, "comment")
    created, updated = comment.get("created"), comment.get("updated")
    try:
        return abs(_time(updated) - _time(created)) <= _AT_ONCE
    except (ValueError, TypeError):  # one is no time, or only one has a time zone
        return bool(created == updated)


def _time(said: object) -> datetime:
    return datetime.fromisoformat(str(said))


def _is_edited_comment(payload: Mapping[str, Any]) -> bool:
    return not _is_new_comment(payload)


def _object(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    member = payload.get(name)
    return member if isinstance(member, dict) else {}


FORGE_EVENTS = {
    "jira:issue_created": _event("avi:jira:created:issue"),
    "jira:issue_updated": _event("avi:jira:updated:issue"),
    "jira:issue_deleted": _event("avi:jira:deleted:issue"),
    "issue_property_set": _event("avi:jira:set:issue-property", differs=_UNDOCUMENTED),
    "issue_property_deleted": _event("avi:jira:deleted:issue-property", differs=_UNDOCUMENTED),
    "comment_created": _event("avi:jira:commented:issue", differs=_ONE_FOR_BOTH, tells=_is_new_comment),
    "comment_updated": _event("avi:jira:commented:issue", differs=_ONE_FOR_BOTH, tells=_is_edited_comment),
    "comment_deleted": _event("avi:jira:deleted:comment"),
    "worklog_created": _event("avi:jira:created:worklog"),
    "worklog_updated": _event("avi:jira:updated:worklog"),
    "worklog_deleted": _event("avi:jira:deleted:worklog"),
    "attachment_created": _event("avi:jira:created:attachment"),
    "attachment_deleted": _event("avi:jira:deleted:attachment"),
    "issuelink_created": _event("avi:jira:created:issuelink", differs=_FLAT),
    "issuelink_deleted": _event("avi:jira:deleted:issuelink", differs=_FLAT),
    "issuetype_created": _event("avi:jira:created:issuetype", _CONFIGURATION),
    "issuetype_updated": _event("avi:jira:updated:issuetype", _CONFIGURATION),
    "issuetype_deleted": _event("avi:jira:deleted:issuetype", _CONFIGURATION),
    "project_created": _event("avi:jira:created:project"),
    "project_updated": _event("avi:jira:updated:project"),
    "project_deleted": _event("avi:jira:deleted:project"),
    "project_soft_deleted": _event("avi:jira:softdeleted:project"),
    "project_restored_deleted": _event("avi:jira:restored:project"),
    "project_archived": _event("avi:jira:archived:project"),
    "project_restored_archived": _event("avi:jira:unarchived:project"),
    "jira:version_created": _event("avi:jira:created:version"),
    "jira:version_updated": _event("avi:jira:updated:version"),
    "jira:version_deleted": _event("avi:jira:deleted:version"),
    "jira:version_moved": _event("avi:jira:moved:version"),
    "jira:version_merged": _event("avi:jira:merged:version"),
    "jira:version_released": _event("avi:jira:released:version"),
    "jira:version_unreleased": _event("avi:jira:unreleased:version"),
    "filter_created": _event("avi:jira:created:filter", _CONFIGURATION),
    "filter_updated": _event("avi:jira:updated:filter", _CONFIGURATION),
    "filter_deleted": _event("avi:jira:deleted:filter", _CONFIGURATION),
    "user_created": _event("avi:jira:created:user", _USER),
    "user_updated": _event("avi:jira:updated:user", _USER),
    "user_deleted": _event("avi:jira:deleted:user", _USER),
    "sprint_created": _event("avi:jira-software:created:sprint"),
    "sprint_updated": _event("avi:jira-software:updated:sprint"),
    "sprint_deleted": _event("avi:jira-software:deleted:sprint"),
    "sprint_started": _event("avi:jira-software:started:sprint"),
    "sprint_closed": _event("avi:jira-software:closed:sprint"),
    "board_created": _event("avi:jira-software:created:board", _BOARD),
    "board_updated": _event("avi:jira-software:updated:board", _BOARD),
    "board_deleted": _event("avi:jira-software:deleted:board", _BOARD),
    "board_configuration_changed": _event("avi:jira-software:configuration-changed:board", _BOARD),
    "option_voting_changed": _option("jira.option.voting"),
    "option_watching_changed": _option("jira.option.watching"),
    "option_unassigned_issues_changed": _option("jira.option.allowunassigned"),
    "option_subtasks_changed": _option("jira.option.allowsubtasks"),
    "option_issuelinks_changed": _option("jira.option.issuelinking"),
    "option_timetracking_provider_changed": _event("avi:jira:timetracking:provider:changed", _CONFIGURATION),
    "jira_expression_evaluation_failed": _event(
        "avi:jira:failed:expression", _CONFIGURATION, differs=_OWN_EXPRESSIONS
    ),
}
"""By the Connect webhook's event. Events that are not here have no counterpart in Forge."""


def webhook_event(payload: Mapping[str, Any], wanted: Iterable[str]) -> str | None:
    """Return the webhook's event for a product event; None if none of the wanted ones corresponds.

    Args:
        payload: the product event, with its name in `eventType`
        wanted: the webhooks' events that the descriptor has
    """
    for event in wanted:
        counterpart = FORGE_EVENTS.get(event)
        if counterpart and counterpart.name == payload["eventType"] and counterpart.tells(payload):
            return event
    return None
