"""Lines of the functions' logs that have a shape; see `connect_jira.shape_recorder`."""

from threading import Lock
from typing import Any

from connect_jira.json_objects import object_in
from connect_jira.shape_recorder import SEEN


class RecordedShapes:
    """Shapes that the laptop's functions have recorded."""

    def __init__(self) -> None:
        self._records: list[dict[str, Any]] = []
        self._lock = Lock()

    def take(self, line: str) -> None:
        """Take a line of a function's log."""
        record = record_of(line)
        if record:
            with self._lock:
                self._records.append(record)

    def records(self) -> list[dict[str, Any]]:
        """All of them, oldest first: `kind` and `shape` of each."""
        with self._lock:
            return [*self._records]


def record_of(line: str) -> dict[str, Any] | None:
    """Kind and shape in a line of a function's log; None when it tells of something else."""
    if SEEN not in line:
        return None
    said = object_in(line)
    if said.get("message") != SEEN:
        return None
    return {"kind": said["kind"], "shape": said["shape"]}
