"""A token bucket, as API Gateway and Jira have them."""


class TokenBucket:
    """Lets so many through at once, and so many a second in the long run.

    Args:
        rate: tokens a second
        size: tokens at most, and at first
    """

    __slots__ = ("_at", "_rate", "_size", "_tokens")

    def __init__(self, *, rate: float, size: float) -> None:
        self._rate = rate
        self._size = size
        self._tokens = size
        self._at = 0.0

    def take(self, now: float) -> bool:
        """Whether one more may pass."""
        self._tokens = min(self._tokens + (now - self._at) * self._rate, self._size)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
