"""What Forge says in the body of an event, and the webhook that it stands for.

The payload stays Forge's own: `connect_jira.forge.events` says what is other than in a webhook's.

https://developer.atlassian.com/platform/forge/remote/sending-product-events/
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from connect_jira.errors import PayloadRefused
from connect_jira.forge.events import FORGE_EVENTS, webhook_event
from connect_jira.payloads import json_object
from connect_jira.webhooks import Webhook
from connect_jwt.identity import ClientKey
from connect_jwt.invocations import VerifiedInvocation

_RETRY = "retryContext"
_RETRY_SECONDS = 60
_ALIKE_SECONDS = 600
"""For how long two events that say the same are taken for one: longer than Forge repeats one."""

_ONCE = re.compile(r":(?:created|deleted):(?!issue-property$)")
"""What happens to a thing once only, so that its event is the same whenever it comes."""

_MAX_NAME = 200
_KNOWN = {event.name for event in FORGE_EVENTS.values()}


def event_payload(body: bytes) -> dict[str, Any]:
    """The event in a body, which Atlassian's pages show both as it is and below `payload`.

    Raises:
        PayloadRefused: it is no event
    """
    payload = json_object(body)
    inner = payload.get("payload")
    if "eventType" not in payload and isinstance(inner, dict):
        payload = inner
    name = payload.get("eventType")
    if not isinstance(name, str) or not name.startswith("avi:") or len(name) > _MAX_NAME:
        raise PayloadRefused("event-mismatch", "eventType is no event of Forge's")
    return payload


def own_event(payload: Mapping[str, Any]) -> bool:
    """Whether the app itself has caused it, so that no reaction can set itself off for ever."""
    return payload.get("selfGenerated") is True


def webhook_of(
    payload: Mapping[str, Any],
    invocation: VerifiedInvocation,
    *,
    client_key: ClientKey,
    wanted: Iterable[str],
) -> Webhook | None:
    """What the reactions are told: the webhook's event, or Forge's own where no webhook has a counterpart.

    Args:
        payload: the event
        invocation: what brought it
        client_key: whose it is
        wanted: the events of the descriptor's webhooks

    Returns:
        None when it tells of something that the descriptor has no webhook for
    """
    name: str = payload["eventType"]
    event = webhook_event(payload, wanted) if name in _KNOWN else name
    if event is None:
        return None
    return Webhook(
        client_key=client_key, event=event, webhook_id=_identifier(payload, invocation), payload=payload
    )


def _identifier(payload: Mapping[str, Any], invocation: VerifiedInvocation) -> str:
    """Tells the event from others, the same each time it is sent.

    Forge gives events no identifier, and each delivery has a token of its own; so what is the same is what it
    says. Two events may well say the same, such as a property that is set twice: they are taken for one only
    if they were first sent within minutes, as far as `retryContext` tells.
    """
    said = {name: value for name, value in payload.items() if name != _RETRY}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]
    if _ONCE.search(payload["eventType"]):
        return f"forge-{digest}"
    retry = payload.get(_RETRY)
    count = retry.get("retryCount") if isinstance(retry, dict) else 0
    first_sent = invocation.issued_at - _RETRY_SECONDS * (count if type(count) is int else 0)
    return f"forge-{digest}-{first_sent // _ALIKE_SECONDS}"
