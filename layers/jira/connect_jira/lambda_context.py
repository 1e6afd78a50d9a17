"""What is asked of Lambda's context."""

from typing import Protocol


class Invocation(Protocol):
    """One invocation of a function."""

    def get_remaining_time_in_millis(self) -> int:
        """Until the function is stopped, in milliseconds."""
