"""Observation of a soak from outside: the functions' logs, and the writes that Jira received."""

import json
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from connect_local.jira.journal import RecordedRequest
from connect_local.jira.tenant import Tenants
from connect_local.laptop.environment import TIMED_OUT
from tests.soak.plan import PROPERTY

_NOTE = re.compile(rf"/rest/api/3/issue/([A-Z]+-\d+)/properties/{PROPERTY}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A note that Jira has written.

    Attributes:
        value: of the note
        asked_at: time of the request, in seconds of `time.monotonic`
        at: time of the write, in seconds of `time.monotonic`
        answered: True if whoever wrote it can have been told so
    """

    value: Any
    asked_at: float
    at: float
    answered: bool


def noted_issue(request: RecordedRequest) -> str | None:
    """The key of the issue that a call leaves the app's note on; None when it does something else."""
    note = _NOTE.fullmatch(request.path)
    return note[1] if note and request.method == "PUT" else None


class Observer:
    """Takes notes. Its methods are called from the threads of whatever happens.

    Attributes:
        calls: number of calls that Jira answered, by status
        retried: number of calls retried at once, by reason
        postponed: number of messages scheduled for retry, by reason
        duplicates_absorbed: number of messages whose work was found done
        timed_out: times at which functions timed out, in seconds of `time.monotonic`
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tenants: Tenants | None = None
        self._writes: defaultdict[tuple[str, str], list[Write]] = defaultdict(list)
        self._unrecorded: set[str] = set()
        self.calls: Counter[str] = Counter()
        self.retried: Counter[str] = Counter()
        self.postponed: Counter[str] = Counter()
        self.duplicates_absorbed = 0
        self.timed_out: list[float] = []

    def watch(self, tenants: Tenants) -> None:
        """Look at what is written on these sites."""
        self._tenants = tenants

    def on_jira_request(self, request: RecordedRequest) -> None:
        """Note one REST call; called before another one is looked at, so what is there it has written."""
        with self._lock:
            self.calls[str(request.status or "no answer")] += 1
            key = noted_issue(request)
            if key and request.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
                self._note_write(request, key)

    def on_log(self, _function: str, line: str) -> None:
        """Note what a function says."""
        if TIMED_OUT in line and not line.startswith("{"):
            self.timed_out.append(time.monotonic())
            return
        try:
            said = json.loads(line)
        except ValueError:
            return  # the runtime's own, such as the last words of a process
        if not isinstance(said, dict):
            return
        with self._lock:
            reason = str(said.get("reason"))
            match said.get("message"):
                case "Retrying a call to Jira":
                    self.retried[reason] += 1
                case "Message scheduled for retry":
                    self.postponed[reason] += 1
                    if reason == "temporarily-unavailable":
                        self._unrecorded.add(str(said.get("webhookId")))
                case "Message left to the visibility timeout":
                    self.postponed["queue-timeout"] += 1
                    self._unrecorded.add(str(said.get("webhookId")))
                case "Message processed, but not recorded":
                    self._unrecorded.add(str(said.get("webhookId")))
            if "DuplicateAbsorbed" in said:
                self.duplicates_absorbed += 1

    def writes(self) -> Mapping[tuple[str, str], list[Write]]:
        """Return the writes by site and issue, the oldest first."""
        with self._lock:
            return {issue: list(writes) for issue, writes in self._writes.items()}

    def effects(self) -> int:
        """Return the number of issues with a note."""
        with self._lock:
            return len(self._writes)

    def was_left_unrecorded(self, identifier: str) -> bool:
        """Return whether AWS failed under work on this webhook, which may have been done by then."""
        with self._lock:
            return identifier in self._unrecorded

    def _note_write(self, request: RecordedRequest, key: str) -> None:
        assert self._tenants is not None
        issue = self._tenants.ensure(request.site).site.issue(key)
        took, now = (datetime.now(UTC) - request.at).total_seconds(), time.monotonic()
        self._writes[request.site, key].append(
            Write(
                value=issue.properties.get(PROPERTY) if issue else None,
                asked_at=now - took,
                at=now,
                answered=request.reason is None and request.is_awaited,
            )
        )
