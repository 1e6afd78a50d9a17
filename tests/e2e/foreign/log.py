"""The functions' log: what each request left in it, and what must never be in it."""

import json
import threading
import time
from typing import Any

_PATIENCE_SECONDS = 10
_LAST_WORDS = {"Webhook queued", "Lifecycle event accepted"}


class Log:
    """Every line that a function has printed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._grown = threading.Condition()

    def take(self, _function: str, line: str) -> None:
        with self._grown:
            self.lines.append(line)
            self._grown.notify_all()

    def records(self, start: int = 0) -> list[dict[str, Any]]:
        """Return the JSON lines, from line `start` on."""
        return [json.loads(line) for line in self.lines[start:] if line.startswith("{")]

    def of_one_request(self, start: int) -> list[dict[str, Any]]:
        """The records from line `start` on, once a request's last is there: its success, or its metric."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        with self._grown:
            while True:
                records = self.records(start)
                if any("_aws" in record or record.get("message") in _LAST_WORDS for record in records):
                    return records
                if not self._grown.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"no outcome in the log, but {self.lines[start:]}")


def warnings(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record for record in records if record.get("level") not in {None, "DEBUG", "INFO"}]
