"""By when an invocation needs its answers from AWS: one deadline, shared by all of its calls."""

import math
import time
from collections.abc import Callable

CONNECT_SECONDS = 1.0
"""How long a connection to a service may take to be there; what is left of the deadline may be less."""


class Deadline:
    """The deadline of the invocation that is going on; before the first one there is none.

    Args:
        clock: seconds that only go up
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = math.inf

    def start(self, seconds: float) -> None:
        """An invocation begins: what it asks of AWS is answered within so many seconds, or fails."""
        self._at = self._clock() + seconds

    def left(self) -> float:
        """How many seconds there still are; none or fewer when it has passed."""
        return self._at - self._clock()
