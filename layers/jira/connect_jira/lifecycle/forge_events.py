"""Lifecycle event of a Forge call.

Atlassian's examples have no `eventType`; captured calls have one. So each event has a route of its own, and
at the single route that all of them had before, an event without a name is taken for one that does not end
the installation.

https://developer.atlassian.com/platform/forge/events-reference/life-cycle/
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from connect_jira.errors import PayloadRefused
from connect_jira.events.forge_payload import event_object


class ForgeLifecycle(StrEnum):
    """Lifecycle event, by the name in `eventType` if there is one."""

    INSTALLED = "avi:forge:installed:app"
    UPGRADED = "avi:forge:upgraded:app"
    UNINSTALLED = "avi:forge:uninstalled:app"
    UNINSTALLED_ELSEWHERE = "uninstalled from another product"
    PRE_UNINSTALL = "preUninstall"


ENDS = {ForgeLifecycle.UNINSTALLED, ForgeLifecycle.UNINSTALLED_ELSEWHERE, ForgeLifecycle.PRE_UNINSTALL}

_ROUTES = {
    "/forge/lifecycle/installed": ForgeLifecycle.INSTALLED,
    "/forge/lifecycle/upgraded": ForgeLifecycle.UPGRADED,
    "/forge/lifecycle/uninstalled": ForgeLifecycle.UNINSTALLED,
    "/forge/lifecycle/pre-uninstall": ForgeLifecycle.PRE_UNINSTALL,
}
_NAMED = {
    event.value: event
    for event in (ForgeLifecycle.INSTALLED, ForgeLifecycle.UPGRADED, ForgeLifecycle.UNINSTALLED)
}
_OTHER_PRODUCT = re.compile(r"ari:cloud:(?!jira)")


def lifecycle_event(path: str, body: bytes, *, is_of_jira: bool) -> ForgeLifecycle:
    """Return the event of a lifecycle call.

    Args:
        path: the route
        body: verbatim
        is_of_jira: True if the token is Jira's; it counts if the body does not name the product

    Raises:
        PayloadRefused: it is no lifecycle event, or not the route's
    """
    payload = event_object(body)
    event, context = _named(path, payload), payload.get("context")
    if isinstance(context, str):
        is_of_jira = _OTHER_PRODUCT.match(context) is None
    return ForgeLifecycle.UNINSTALLED_ELSEWHERE if event in ENDS and not is_of_jira else event


def _named(path: str, payload: Mapping[str, Any]) -> ForgeLifecycle:
    by_route, said = _ROUTES.get(path), payload.get("eventType")
    if by_route is ForgeLifecycle.PRE_UNINSTALL:
        return by_route
    event: ForgeLifecycle | None
    if said is None:
        event = by_route or (ForgeLifecycle.INSTALLED if isinstance(payload.get("app"), dict) else None)
    else:
        event = _NAMED.get(str(said))
    if event is None or by_route not in {None, event}:
        raise PayloadRefused("event-mismatch", "no lifecycle event of Forge's, or not the one of this route")
    return event
