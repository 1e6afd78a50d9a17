"""SIGTERM: the process is being stopped, and has a moment to bring to an end what it is at."""

import signal


class Draining:
    """Takes note of the signal. Make it in the main thread."""

    def __init__(self) -> None:
        self._begun = False
        signal.signal(signal.SIGTERM, self._begin)

    def has_begun(self) -> bool:
        """Whether nothing new should be begun."""
        return self._begun

    def _begin(self, _number: int, _frame: object) -> None:
        self._begun = True
