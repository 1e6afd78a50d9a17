"""The functions that an app's owner registers, and what is known of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connect_jira.app.event import Event
from connect_jira.app.schedule import Schedule
from connect_jira.app.site import Site, work_name
from connect_jira.data.entries import JsonValue
from connect_jira.events.job_request import LONGEST_SPREAD_SECONDS, JobRequest

type Reaction = Callable[[Event, Site], None]
"""Called with the event, and the site that it happened on."""

type HookFunction = Callable[[Site], None]
"""Called with the site whose installation has changed."""

type Job = Callable[[Site, Any], JsonValue]
"""Called with the site, and the cursor that it returned before, None to begin; returns None when done."""

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

    def handles_change(self, payload: Mapping[str, Any]) -> bool:
        """Return whether one of its fields has changed, by the payload's changelog."""
        return not self.changed.isdisjoint(_changed_fields(payload))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredJob:
    """A function that is run for every site.

    Attributes:
        function: of the owner
        every: its schedule in words; empty if it is run after an update
        schedule: the same, parsed; None if it is run after an update
        is_idempotent: True if it is idempotent
    """

    function: Job
    every: str = ""
    schedule: Schedule | None = None
    is_idempotent: bool = True

    @property
    def name(self) -> str:
        """The name of the function."""
        return work_name(self.function)

    def request(self, slot: str) -> JobRequest:
        """Return the request to run it for every site.

        Args:
            slot: identifies the run
        """
        spread = self.schedule.spread if self.schedule else LONGEST_SPREAD_SECONDS
        return JobRequest(job=self.name, slot=slot, spread=spread)


def _changed_fields(payload: Mapping[str, Any]) -> set[str]:
    """Return the changed fields by both their names, such as `Story Points` and `customfield_10016`."""
    changelog = payload.get("changelog")
    items = changelog.get("items") if isinstance(changelog, dict) else None
    fields = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return {str(item[key]) for item in fields for key in ("field", "fieldId") if key in item}
