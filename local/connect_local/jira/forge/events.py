"""Forge's event for a webhook: the documented members, and no more.

https://developer.atlassian.com/platform/forge/events-reference/jira/
"""

from collections.abc import Mapping

from connect_jira.events.forge_events import FORGE_EVENTS
from connect_local.jira.entities import Json

_ISSUE_FIELDS = (
    "summary", "issuetype", "creator", "created", "project", "reporter", "assignee", "updated", "status",
)  # fmt: skip

_WITHOUT_A_TIME = "avi:jira-software:"


def product_event(
    webhook_event: str, webhook: Mapping[str, Json], *, app_account_id: str, trace: str | None
) -> Json | None:
    """The product event for what a site would send as a webhook; None when Forge has none.

    Args:
        webhook_event: such as `jira:issue_created`
        webhook: its payload
        app_account_id: the user that the app acts as
        trace: `X-Atlassian-Webhook-Trace` of the call that caused it

    The real one gives a trace back to the app alone that sent it; here whoever listens is given it.
    """
    counterpart = FORGE_EVENTS.get(webhook_event)
    if counterpart is None:
        return None
    user = webhook.get("user")
    account_id = user.get("accountId") if isinstance(user, dict) else None
    said: dict[str, Json] = {
        "eventType": counterpart.name,
        "selfGenerated": account_id == app_account_id,
    }
    if not counterpart.name.startswith(_WITHOUT_A_TIME):
        said["timestamp"] = str(webhook["timestamp"])
    if trace is not None:
        said["webhookTraceValue"] = trace
    if account_id is not None:
        said["atlassianId"] = account_id
    for name in ("comment", "changelog", "worklog", "version", "project", "board", "sprint"):
        if name in webhook:
            said[name] = webhook[name]
    if isinstance(webhook.get("issue"), dict):
        said["issue"] = _issue(webhook["issue"])
    return said


def _issue(issue: Mapping[str, Json]) -> Json:
    fields = issue.get("fields") or {}
    return {
        **{name: issue[name] for name in ("id", "key") if name in issue},
        "fields": {name: fields[name] for name in _ISSUE_FIELDS if name in fields},
    }
