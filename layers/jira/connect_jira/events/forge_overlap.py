"""Keys that match a webhook with Forge's event of the same change: the changed thing, and the time.

Both name the thing by its id and the time in `timestamp`, except Forge's events of boards and sprints.
`connect_jira.worker.occurrences` uses them.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connect_jira.events.forge_events import FORGE_EVENTS
from connect_jira.events.webhook import Occurrence, Webhook


def thing_of(event: str, payload: Mapping[str, Any]) -> str:
    """Return the id of the thing that an event is about; empty if it has none.

    Args:
        event: of a webhook, such as `jira:issue_created`; it begins with the kind of thing
        payload: of the webhook, or of Forge's event, where some things are not in an object of their own
    """
    kind = event.removeprefix("jira:").partition("_")[0]
    members = {name.lower(): member for name, member in payload.items()}
    thing = members.get(kind, payload)
    if not isinstance(thing, dict):
        return ""
    return str(thing.get("id") or thing.get("accountId") or "")


def with_connect_occurrence(webhook: Webhook) -> Webhook:
    """Add the match key to a webhook of a site that also uses Forge."""
    if webhook.event not in FORGE_EVENTS or webhook.timestamp is None:
        return webhook
    thing = thing_of(webhook.event, webhook.payload)
    return replace(webhook, occurrence=Occurrence(told_by="connect", thing=thing, at_ms=webhook.timestamp))


def with_forge_occurrence(webhook: Webhook, *, sent_at: int, has_connect: bool) -> Webhook:
    """Add the match key to Forge's event, if its identifier does not suffice.

    Args:
        webhook: made of the event
        sent_at: time that Forge sent it, in Unix seconds
        has_connect: True if the site also uses Connect
    """
    has_webhook = has_connect and webhook.event in FORGE_EVENTS
    if webhook.timestamp is not None and not has_webhook:
        return webhook
    thing = thing_of(webhook.event, webhook.payload) if has_webhook else str(webhook.webhook_id)
    is_timed = webhook.timestamp is not None
    at_ms = sent_at * 1000 if webhook.timestamp is None else webhook.timestamp
    return replace(
        webhook, occurrence=Occurrence(told_by="forge", thing=thing, at_ms=at_ms, is_timed=is_timed)
    )
