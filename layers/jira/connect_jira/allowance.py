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
        earned = (now - self.counted_at) * self.per_second
        self._left = min(self._left + earned, self.at_once)
        self.counted_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
