"""Lambda's context, as far as it is used."""

from typing import Protocol


class Invocation(Protocol):
    """One invocation of a function."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda stops the function."""
