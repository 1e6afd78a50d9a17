"""Output of `connect up`, for people: time, function, message, and the few fields that matter.

One writer: what belongs together is written together, whichever thread it comes from.
"""

import json
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from connect_doctor.redaction import visible, without_tokens
from connect_jira.json_objects import object_in
from connect_local.jira.journal import RecordedRequest
from connect_local.laptop.environment import TIMED_OUT

_COLOURS = ("cyan", "magenta", "blue", "bright_cyan", "bright_magenta", "bright_blue", "bright_black")
_LEVELS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "bold red", "DEBUG": "dim"}
_ALWAYS_THERE = {
    "level", "location", "message", "timestamp", "service", "cold_start", "function_name", "sampling_rate",
    "function_memory_size", "function_arn", "function_request_id", "xray_trace_id", "exception",
    "exception_name", "stack_trace", "write",
}  # fmt: skip
_NAME_WIDTH = 12
_LEAST_WIDTH = 40
_LONGEST_VALUE = 100
_NO_BREAK_SPACE = "\u00a0"  # AWS's runtime client indents with it


class ForPeople:
    """Writes for people.

    Args:
        console: to write to; colours are for terminals, and follow `NO_COLOR`
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)
        self._lock = threading.Lock()
        self._colours: dict[str, str] = {}

    def say(self, text: str) -> None:
        """Write a line of the command's own; it may have rich's markup."""
        with self._lock:
            self.console.print(text)

    def tell(self, who: str, sentence: str, style: str = "yellow") -> None:
        """Write what has happened to a function, or to the stack."""
        self._write(who, Text(_safe(sentence), style))

    def announce(self, what: str, sentence: str) -> None:
        """Write what an edit was applied to."""
        self.tell(what, sentence, "green")

    def function(self, name: str, text: str) -> None:
        """Write what a function has printed."""
        if entry := object_in(text):
            if "_aws" not in entry:  # metrics are for CloudWatch
                self._write(name, _entry(entry))
        elif TIMED_OUT not in text:  # `tell` says more
            self._write(name, _block(text))

    def jira(self, request: RecordedRequest) -> None:
        """Write a call that the laptop's Jira has answered."""
        status = "no answer" if request.status is None else str(request.status)
        about = " ".join(filter(None, [request.site, request.method, request.path]))
        text = Text(_safe(about) + " ").append(status, "green" if request.reason is None else "red")
        if request.reason:
            text.append(f" {_safe(request.reason)}", "red")
        if request.finding:
            text.append(f"\n{_safe(request.finding.seen)}. {_safe(request.finding.fix)}")
        self._write("jira", text)

    def _write(self, who: str, text: Text) -> None:
        name = visible(who.removesuffix("Function"))
        with self._lock:
            colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
            head = Text.assemble(
                (f"{datetime.now().astimezone():%H:%M:%S} ", "dim"), (f"{name:<{_NAME_WIDTH}} ", colour)
            )
            indent = head.cell_len
            if self.console.is_terminal:
                lines = text.wrap(self.console, max(self.console.width - indent, _LEAST_WIDTH))
            else:
                lines = text.split("\n")
            self.console.print(head + Text("\n" + " " * indent).join(lines))


class AsLambdaWrites(ForPeople):
    """Writes what functions print as they have printed it, on stdout; the rest for people, on stderr."""

    def __init__(self) -> None:
        super().__init__(Console(highlight=False, soft_wrap=True, stderr=True))

    def function(self, name: str, text: str) -> None:  # noqa: ARG002 - as the base class
        """Write what a function has printed."""
        with self._lock:
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()


def _entry(entry: dict[str, Any]) -> Text:
    """An entry of a function's log."""
    level = str(entry.get("level", "INFO"))
    text = Text(_safe(str(entry.get("message", ""))), _LEVELS.get(level, ""))
    for name, value in entry.items():
        if name not in _ALWAYS_THERE:
            text.append(f"  {_safe(name)}=", "dim").append(_value(value))
    for line in str(entry.get("write", "")).splitlines():  # of `connect_jira.app.unhandled`, to paste
        text.append(f"\n{_safe(line)}", "green")
    if exception := entry.get("exception"):
        text.append("\n").append(_block(str(exception)))
    return text


def _value(value: object) -> str:
    written = value if isinstance(value, str) and " " not in value else json.dumps(value, ensure_ascii=False)
    return _safe(written if len(written) <= _LONGEST_VALUE else f"{written[:_LONGEST_VALUE]}…")


def _block(text: str) -> Text:
    """Lines that a function has printed together; what an error says stands out from where it was."""
    is_error = text.startswith("[ERROR]") or "Traceback (most recent call last)" in text
    block = Text()
    for number, line in enumerate(_lines(text)):
        says = not line.startswith((" ", "Traceback", "During handling", "The above exception"))
        block.append("\n" if number else "").append(line, ("red" if says else "dim") if is_error else "")
    return block


def _lines(text: str) -> Iterator[str]:
    for line in text.removeprefix("[ERROR] ").replace(_NO_BREAK_SPACE, " ").split("\n"):
        yield _safe(line)


def _safe(text: str) -> str:
    """A text without tokens, and without what a terminal would obey."""
    return without_tokens(visible(text))
