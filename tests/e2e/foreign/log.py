"""The functions' log: what each request left in it, and what must never be in it."""

import json
import time
from collections.abc import Sequence
from typing import Any

_PATIENCE_SECONDS = 10
_LOOK_AGAIN_SECONDS = 0.005
_LAST_WORDS = {"Webhook queued", "Lifecycle event accepted"}
_LAST_METRICS = {"OwnChange", "RequestRefused", "RequestRefusedAsExpected"}


class Log:
    """Every line that a function has printed.

    Args:
        lines: a sequence that grows
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines

    def records(self, start: int = 0) -> list[dict[str, Any]]:
        """Return the JSON lines, from line `start` on."""
        return [json.loads(line) for line in self.lines[start:] if line.startswith("{")]

    def of_one_request(self, start: int) -> list[dict[str, Any]]:
        """The records from line `start` on, once the outcome is there: success, or a refusal's metric."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            records = self.records(start)
            if any(
                record.keys() & _LAST_METRICS or record.get("message") in _LAST_WORDS for record in records
            ):
                return records
            if time.monotonic() > deadline:
                raise TimeoutError(f"no outcome in the log, but {self.lines[start:]}")
            time.sleep(_LOOK_AGAIN_SECONDS)


def warnings(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record for record in records if record.get("level") not in {None, "DEBUG", "INFO"}]
