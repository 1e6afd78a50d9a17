"""The functions that an app's owner registers, and what is known of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connect_jira.app.event import Event
from connect_jira.app.site import Site, work_name

type Reaction = Callable[[Event, Site], None]
"""Called with the event, and the site that it happened on."""

type HookFunction = Callable[[Site], None]
"""Called with the site whose installation has changed."""

type Work = Callable[[dict[str, Any], Site], None]
"""Called with the arguments given to `enqueue`, and the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredReaction:
    """A function that handles one event.

    Attributes:
        function: of the owner
        is_idempotent: True if it is idempotent
        changed: it is called if any of these fields has changed; empty if it is always called
    """

    function: Reaction
    is_idempotent: bool
    changed: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The name of the function."""
        return work_name(self.function)

    def handles(self, payload: Mapping[str, Any]) -> bool:
        """Return whether it is called for an event with this payload."""
        return not self.changed or not self.changed.isdisjoint(_changed_fields(payload))


def _changed_fields(payload: Mapping[str, Any]) -> set[str]:
    """Return the changed fields by both their names, such as `Story Points` and `customfield_10016`."""
    changelog = payload.get("changelog")
    items = changelog.get("items") if isinstance(changelog, dict) else None
    fields = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return {str(item[key]) for item in fields for key in ("field", "fieldId") if key in item}
