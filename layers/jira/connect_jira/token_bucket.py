"""How often something may be done: at once so many times, then so many a second."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Allowance:
    """An allowance that is earned with time and spent one at a time.

    Attributes:
        at_once: how much of it can be saved up
        per_second: how much is earned
        counted_at: since when, in the seconds of whoever asks
    """

    at_once: float
    per_second: float
    counted_at: float
    _left: float = field(init=False)

    def __post_init__(self) -> None:
        self._left = self.at_once

    def take(self, now: float) -> bool:
        """Spend one, if there is one left."""
        if self.seconds_until_one(now) > 0:
            return False
        self._left -= 1
        return True

    def seconds_until_one(self, now: float) -> float:
        """How long it takes until there is one to spend."""
        earned = (now - self.counted_at) * self.per_second
        self._left = min(self._left + earned, self.at_once)
        self.counted_at = now
        return max(1 - self._left, 0.0) / self.per_second
