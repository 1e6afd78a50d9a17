"""Output of a process: lines that are printed together stay together."""

import queue
import threading
from collections.abc import Callable, Iterator
from typing import IO

_QUIET_SECONDS = 0.02
"""The lines of a traceback are written one after the other, without such a pause."""

_MOST_LINES = 500


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
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def follow(self) -> None:
        """Hand everything over; return when the process has closed its output."""
        for piece in self._pieces():
            self._take(piece)

    def _read(self) -> None:
        with self._stream as lines:
            for line in lines:
                self._lines.put(line.decode(errors="replace").rstrip().replace("\r", "\n"))
        self._lines.put(None)

    def _pieces(self) -> Iterator[str]:
        together: list[str] = []
        while True:
            try:
                line = self._lines.get(timeout=_QUIET_SECONDS if together else None)
            except queue.Empty:
                line = ""
                is_over = True
            else:
                is_over = line is None or _is_json(line) or len(together) >= _MOST_LINES
            if is_over and together:
                yield "\n".join(together)
                together.clear()
            if line is None:
                return
            if _is_json(line):
                yield line
            elif line or (together and not is_over):
                together.append(line)


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
