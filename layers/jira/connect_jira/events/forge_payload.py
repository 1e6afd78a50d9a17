"""What Forge says in the body of an event, and the webhook that it stands for.

The payload stays Forge's own: `connect_jira.events.forge_events` says what is other than in a webhook's.

https://developer.atlassian.com/platform/forge/remote/sending-product-events/
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from connect_jira.errors import PayloadRefused
from connect_jira.events.forge_events import FORGE_EVENTS, webhook_event
from connect_jira.events.forge_overlap import told_by_forge
from connect_jira.events.webhook import Webhook, timestamp_of
from connect_jira.jira.loop_guard import is_own
from connect_jira.json_objects import json_object
from connect_jwt.identity import AppKey, ClientKey
from connect_jwt.invocations import VerifiedInvocation

_OF_THE_INVOCATION = {"context", "contextToken", "retryContext"}
"""What is not about the event, and made anew each time it is sent."""

_MAX_NAME = 200
_KNOWN = {event.name for event in FORGE_EVENTS.values()}


def event_payload(body: bytes) -> dict[str, Any]:
    """The product event in a body.

    Raises:
        PayloadRefused: it is no event
    """
    payload = event_object(body)
    name = payload.get("eventType")
    if not isinstance(name, str) or not name.startswith("avi:") or len(name) > _MAX_NAME:
        raise PayloadRefused("event-mismatch", "eventType is no event of Forge's")
    return payload


def event_object(body: bytes) -> dict[str, Any]:
    """The event in a body, which Atlassian's pages show both as it is and below `payload`.

    Raises:
        PayloadRefused: it is no JSON object
    """
    payload = json_object(body)
    inner = payload.get("payload")
    return inner if "eventType" not in payload and isinstance(inner, dict) else payload


def own_event(payload: Mapping[str, Any], app_key: AppKey) -> bool:
    """Whether the app itself has caused it, so that no reaction can set itself off for ever.

    Forge says so, and gives back what the app's call had for a trace, as Jira does in a webhook's header.
    """
    trace = payload.get("webhookTraceValue")
    return payload.get("selfGenerated") is True or (isinstance(trace, str) and is_own(trace, app_key))


def webhook_of(
    payload: Mapping[str, Any],
    invocation: VerifiedInvocation,
    *,
    client_key: ClientKey,
    has_connect: bool,
    wanted: Iterable[str],
) -> Webhook | None:
    """What the reactions are told: the webhook's event, or Forge's own where no webhook has a counterpart.

    Args:
        payload: the event
        invocation: what brought it
        client_key: the site
        has_connect: whether the app is there by Connect, too
        wanted: the events of the descriptor's webhooks

    Returns:
        None when it tells of something that the descriptor has no webhook for
    """
    name: str = payload["eventType"]
    event = webhook_event(payload, wanted) if name in _KNOWN else name
    if event is None:
        return None
    webhook = Webhook(client_key=client_key, event=event, webhook_id=_identifier(payload), payload=payload)
    return told_by_forge(webhook, sent_at=invocation.issued_at, has_connect=has_connect)


def _identifier(payload: Mapping[str, Any]) -> str:
    """Tells the event from others, the same each time it is sent.

    Forge gives events no identifier, and what it says of the invocation is made anew each time; so what is
    the same is what the event is about. Where it does not say when that was, all that it says.
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
    """The ids of all that an event names, and its own."""
    return {
        name: [value.get(key) for key in ("id", "accountId", "key")] if isinstance(value, dict) else value
        for name, value in said.items()
        if isinstance(value, dict) or name.lower().endswith("id")
    }
