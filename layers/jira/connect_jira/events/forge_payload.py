"""Bodies of Forge's events, and the webhooks made of them.

The payload stays Forge's own: `connect_jira.events.forge_events` lists the differences from a webhook's.

https://developer.atlassian.com/platform/forge/remote/sending-product-events/
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from connect_jira.errors import PayloadRefused
from connect_jira.events.forge_events import FORGE_EVENTS, webhook_event
from connect_jira.events.forge_overlap import with_forge_occurrence
from connect_jira.events.webhook import Webhook, timestamp_of
from connect_jira.jira.loop_guard import is_own_webhook
from connect_jira.json_objects import json_object
from connect_jwt.identity import AppKey, ClientKey
from connect_jwt.invocations import VerifiedInvocation

_OF_THE_INVOCATION = {"context", "contextToken", "retryContext"}
"""Members about the invocation, not the event; they differ on each delivery."""

_MAX_NAME = 200
_KNOWN = {event.name for event in FORGE_EVENTS.values()}


def event_payload(body: bytes) -> dict[str, Any]:
    """Parse the product event in a body.

    Raises:
        PayloadRefused: it is no event
    """
    payload = event_object(body)
    name = payload.get("eventType")
    if not isinstance(name, str) or not name.startswith("avi:") or len(name) > _MAX_NAME:
        raise PayloadRefused("event-mismatch", "eventType is no event of Forge's")
    return payload


def event_object(body: bytes) -> dict[str, Any]:
    """Parse the object in a body; Atlassian's pages show the event both at the top and below `payload`.

    Raises:
        PayloadRefused: it is no JSON object
    """
    payload = json_object(body)
    inner = payload.get("payload")
    return inner if "eventType" not in payload and isinstance(inner, dict) else payload


def own_event(payload: Mapping[str, Any], app_key: AppKey) -> bool:
    """Return whether the app itself caused the event, so that no reaction triggers itself.

    Forge says so, and returns the header that the app's call had, as Jira does with a webhook.
    """
    trace = payload.get("webhookTraceValue")
    return payload.get("selfGenerated") is True or (isinstance(trace, str) and is_own_webhook(trace, app_key))


def webhook_of(
    payload: Mapping[str, Any],
    invocation: VerifiedInvocation,
    *,
    client_key: ClientKey,
    has_connect: bool,
    wanted: Iterable[str],
) -> Webhook | None:
    """Return the webhook for the reactions: its event is the webhook's, or Forge's own without a counterpart.

    Args:
        payload: the event
        invocation: that carried the event
        client_key: the site
        has_connect: True if the site also uses Connect
        wanted: the events of the descriptor's webhooks

    Returns:
        None if the descriptor has no webhook for it
    """
    name: str = payload["eventType"]
    event = webhook_event(payload, wanted) if name in _KNOWN else name
    if event is None:
        return None
    webhook = Webhook(client_key=client_key, event=event, webhook_id=_identifier(payload), payload=payload)
    return with_forge_occurrence(webhook, sent_at=invocation.issued_at, has_connect=has_connect)


def _identifier(payload: Mapping[str, Any]) -> str:
    """Return an identifier of the event, the same on each delivery.

    Forge's events have no identifier, and the invocation's members differ on each delivery. So it is made of
    the members that name the event's object and time; without a time, of all members.
    """
    said = {name: value for name, value in payload.items() if name not in _OF_THE_INVOCATION}
    timestamp = timestamp_of(payload)
    if timestamp is not None:
        said = {
            "eventType": payload["eventType"],
            "timestamp": timestamp,
            "changelog": payload.get("changelog"),
            "ids": _ids(said),
        }
    return f"forge-{hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]}"


def _ids(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ids of all objects that an event names, and its own."""
    return {
        name: [value.get(key) for key in ("id", "accountId", "key")] if isinstance(value, dict) else value
        for name, value in said.items()
        if isinstance(value, dict) or name.lower().endswith("id")
    }
