"""A steady pace, so that a long run leaves an account's quotas to the app."""

import time
from collections.abc import Callable


class Pace:
    """Lets its caller go on, so many times a second.

    Args:
        per_second: number of times
        clock: monotonic, in seconds
        sleep: waits for some seconds
    """

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds_apart = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._next_at = clock()

    def wait(self) -> None:
        """Wait until it is time for the next request."""
        now = self._clock()
        if now < self._next_at:
            self._sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + self._seconds_apart
