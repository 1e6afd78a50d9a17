"""Rate limit by a token bucket: a burst, then a steady rate."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Allowance:
    """A token bucket.

    Attributes:
        at_once: capacity of the bucket
        per_second: refill rate, per second
        counted_at: time of the last refill, on the caller's clock, in seconds
    """

    at_once: float
    per_second: float
    counted_at: float
    _left: float = field(init=False)

    def __post_init__(self) -> None:
        self._left = self.at_once

    def take(self, now: float) -> bool:
        """Take a token; return False if there is none."""
        if self.seconds_until_one(now) > 0:
            return False
        self._left -= 1
        return True

    def seconds_until_one(self, now: float) -> float:
        """Return the seconds until a token is available."""
        earned = (now - self.counted_at) * self.per_second
        self._left = min(self._left + earned, self.at_once)
        self.counted_at = now
        return max(1 - self._left, 0.0) / self.per_second
