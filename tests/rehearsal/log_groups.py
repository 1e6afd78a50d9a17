"""The functions' logs, as CloudWatch has them."""

from collections.abc import Iterator, Sequence
from typing import overload

from tests.rehearsal.rehearsed_stack import RehearsedStack

_OF_LAMBDA = ("START ", "END ", "REPORT ")


class LogLines(Sequence[str]):
    """The lines that functions have printed since this was made, oldest first.

    Args:
        stack: a deployed stack
    """

    def __init__(self, stack: RehearsedStack) -> None:
        self._logs = stack.cloud.client("logs")
        resources = stack.cloud.resources()
        self._groups = [
            group for name, group in resources.items() if name.endswith("Logs") and name != "ApiAccessLogs"
        ]
        self._seen: set[str] = set()
        self._since = dict.fromkeys(self._groups, 0)
        self._lines: list[str] = []
        self.clear()

    def clear(self) -> None:
        """Forget what is there."""
        self._fetch()
        self._lines.clear()

    def __len__(self) -> int:
        self._fetch()
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        self._fetch()
        return self._lines[index]

    def __iter__(self) -> Iterator[str]:
        self._fetch()
        return iter(list(self._lines))

    def _fetch(self) -> None:
        """The emulator gives each invocation a stream of its own, whole."""
        events = []
        for group in self._groups:
            found = self._logs.filter_log_events(logGroupName=group, startTime=self._since[group])["events"]
            new = [event for event in found if event["logStreamName"] not in self._seen]
            if new:
                self._since[group] = max(event["timestamp"] for event in new)
            events += new
        self._seen |= {event["logStreamName"] for event in events}
        events.sort(key=lambda event: event["timestamp"])
        self._lines += [event["message"] for event in events if not event["message"].startswith(_OF_LAMBDA)]
