"""Output of a process: lines that are printed together stay together."""

import os
import select
import sys
import threading
from collections.abc import Callable
from typing import IO

_QUIET_SECONDS = 0.02
"""The lines of a traceback are written one after the other, without such a pause."""

_MOST_LINES = 500
_CHUNK_BYTES = 64 * 1024


class Output:
    """Follows a process's output until it ends.

    A line that is a JSON object is handed over by itself, as Lambda's log has it. Other lines are handed over
    with those that are printed directly after them.

    Args:
        stream: the process's output
        take: takes each piece, without the newline at its end
    """

    def __init__(self, stream: IO[bytes], take: Callable[[str], None]) -> None:
        self._stream = stream
        self._take = take
        self._together: list[str] = []

    def follow(self) -> None:
        """Hand everything over; return when the process has closed its output."""
        unfinished = b""
        with self._stream as stream:
            while True:
                if self._together and not _has_more(stream):
                    self._hand_over()
                read = os.read(stream.fileno(), _CHUNK_BYTES)
                *lines, unfinished = (unfinished + read).split(b"\n")
                for line in lines:
                    self._take_line(line)
                if not read:
                    break
        self._take_line(unfinished)
        self._hand_over()

    def _take_line(self, encoded: bytes) -> None:
        line = encoded.decode(errors="replace").rstrip().replace("\r", "\n")
        if _is_json(line):
            self._hand_over()
            self._take(line)
        elif line or self._together:
            self._together.append(line)
            if len(self._together) >= _MOST_LINES:
                self._hand_over()

    def _hand_over(self) -> None:
        text = "\n".join(self._together).rstrip("\n")
        self._together.clear()
        if text:
            self._take(text)


def _has_more(stream: IO[bytes]) -> bool:
    """True if more comes at once; where the system does not tell, that is found out by reading."""
    if sys.platform == "win32":
        return False
    return bool(select.select([stream], [], [], _QUIET_SECONDS)[0])


class HeldOutput:
    """Keeps what is printed until it is released; then, and afterwards, hands it over.

    Args:
        take: takes it
    """

    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take
        self._held: list[str] | None = []
        self._lock = threading.Lock()

    def take(self, text: str) -> None:
        """Keep a piece, or hand it over."""
        with self._lock:
            if self._held is not None:
                self._held.append(text)
                return
        self._take(text)

    def release(self) -> None:
        """Hand everything over from now on."""
        with self._lock:
            held, self._held = self._held or [], None
        for text in held:
            self._take(text)


def _is_json(line: str) -> bool:
    return line.startswith("{") and line.endswith("}")
