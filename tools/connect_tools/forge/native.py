"""Forge's own part of a manifest: what it calls the app with, and when.

All `POST`, with a Forge invocation token and the app's system token:

- `/forge/lifecycle/installed`, `upgraded`, `uninstalled`: each event has an endpoint of its own, since by
  Atlassian's examples it does not say which it is
- `/forge/lifecycle/pre-uninstall`: an uninstall was begun
- `/forge/events`: something happened on a site that the descriptor has a webhook for
- `/forge/refresh`: once an hour, to bring a system token; each is good for two hours at least

While Connect lasts, an event arrives twice: as a webhook and as Forge's own.

https://developer.atlassian.com/platform/forge/remote/ and .../events-reference/life-cycle/
"""

from typing import Any

from connect_jira.events.forge_events import FORGE_EVENTS, ForgeEvent
from connect_tools.forge.modules import kinds

type Json = dict[str, Any]

REMOTE = "connect"
"""The key of the one remote: the app's API."""

LIFECYCLE = ("installed", "upgraded", "uninstalled")

_NOT_CARRIED = {
    "filter": "JQL; Forge filters by a Jira expression",
    "excludeBody": "Forge has no such setting",
    "propertyKeys": "Forge has no such setting",
}


def product_events(descriptor: Json, notes: list[str]) -> list[ForgeEvent]:
    """The events that tell of what the descriptor's webhooks tell of, each once.

    Args:
        descriptor: of this stage
        notes: takes a sentence for whatever differs, or has no counterpart
    """
    events: dict[str, ForgeEvent] = {}
    for webhook in dict(kinds(descriptor)).get("webhooks", []):
        event = FORGE_EVENTS.get(webhook["event"])
        if event is None:
            notes.append(f"webhook {webhook['event']}: Forge has no such event; it ends with Connect")
            continue
        events[event.name] = event
        if event.differs:
            notes.append(f"webhook {webhook['event']} is {event.name}: {event.differs}")
        notes += [
            f"webhook {webhook['event']}: {setting} is not carried to Forge's event ({why})"
            for setting, why in _NOT_CARRIED.items()
            if webhook.get(setting)
        ]
    return list(events.values())


def native_modules(events: list[ForgeEvent]) -> dict[str, list[Json]]:
    """The `modules` of a manifest: triggers, the hourly refresh, and the endpoints that they call.

    Args:
        events: the product events that the app wants to be sent
    """
    lifecycle = [
        {"key": f"forge-app-{event}", "endpoint": f"forge-{event}", "events": [f"avi:forge:{event}:app"]}
        for event in LIFECYCLE
    ]
    leaving = {"key": "forge-app-leaving", "endpoint": "forge-pre-uninstall"}
    refresh = {"key": "forge-hourly", "endpoint": "forge-refresh", "interval": "hour"}
    product = [
        {
            "key": "forge-product-events",
            "endpoint": "forge-events",
            "events": [event.name for event in events],
        }
    ]
    return {
        "trigger": [*lifecycle, *(product if events else [])],
        "preUninstall": [leaving],
        "scheduledTrigger": [refresh],
        "endpoint": [
            *(_endpoint(name, f"lifecycle/{name}") for name in (*LIFECYCLE, "pre-uninstall")),
            *([_endpoint("events", "events")] if events else []),
            _endpoint("refresh", "refresh"),
        ],
    }


def _endpoint(name: str, path: str) -> Json:
    return {
        "key": f"forge-{name}",
        "remote": REMOTE,
        "route": {"path": f"/forge/{path}"},
        "auth": {
            "appSystemToken": {"enabled": True}
        },  # a trigger has no user, and may ask for no user's token
    }
