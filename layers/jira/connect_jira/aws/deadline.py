"""Deadline for an invocation's requests to AWS, shared by all of them."""

import math
import time
from collections.abc import Callable

CONNECT_SECONDS = 1.0
"""Time-out of connecting to a service; the deadline may leave less."""


class Deadline:
    """Deadline of the current invocation; before the first one there is none.

    Args:
        clock: monotonic, in seconds
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = math.inf

    def start(self, seconds: float) -> None:
        """Start an invocation: its requests to AWS are answered within this many seconds, or fail."""
        self._at = self._clock() + seconds

    def left(self) -> float:
        """Return the seconds left; zero or less after the deadline."""
        return self._at - self._clock()
