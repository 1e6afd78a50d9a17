"""Time in a test: it goes on by itself, and further when it is told to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import time_machine


class Clock:
    """The time of everything in the process.

    Args:
        traveller: moves the time
        afterwards: called when it has been moved: what was due meanwhile happens
    """

    def __init__(self, traveller: time_machine.Traveller, afterwards: Callable[[], object]) -> None:
        self._traveller = traveller
        self._afterwards = afterwards

    @property
    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC)

    def move(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass, and with it what waits in the queue become due and happen."""
        self.sleep(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds())
        self._afterwards()

    def move_to(self, moment: datetime) -> None:
        """Let it be this time, and what is due by then happen."""
        self._traveller.move_to(moment)
        self._afterwards()

    def sleep(self, seconds: float) -> None:
        """Let time pass as a function that waits does."""
        self._traveller.shift(seconds)
