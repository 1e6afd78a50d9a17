"""Rate limit by a token bucket: a burst, then a steady rate."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class TokenBucket:
    """A token bucket.

    Attributes:
        capacity: capacity of the bucket
        per_second: refill rate, per second
        refilled_at: time of the last refill, on the caller's clock, in seconds
    """

    capacity: float
    per_second: float
    refilled_at: float
    _left: float = field(init=False)

    def __post_init__(self) -> None:
        self._left = self.capacity

    def take(self, now: float) -> bool:
        """Take a token; return False if there is none."""
        if self.seconds_until_token(now) > 0:
            return False
        self._left -= 1
        return True

    def seconds_until_token(self, now: float) -> float:
        """Return the seconds until a token is available."""
        earned = (now - self.refilled_at) * self.per_second
        self._left = min(self._left + earned, self.capacity)
        self.refilled_at = now
        return max(1 - self._left, 0.0) / self.per_second
