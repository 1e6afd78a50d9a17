"""EventBridge Scheduler on the laptop: invokes functions at a rate.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from connect_tools.template import Rate

_SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
LONGEST_SECONDS = 60.0
"""Maximum period on the laptop, where nobody wants to wait for minutes."""


class Scheduler:
    """Invokes one function at its rate, or more often.

    Args:
        rate: the schedule
        invoke: takes the input
    """

    def __init__(self, rate: Rate, invoke: Callable[[bytes], object]) -> None:
        self._rate = rate
        self._invoke = invoke
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Start it."""
        self._thread.start()

    def stop(self) -> None:
        """Stop it."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        period = min(self._rate.seconds, LONGEST_SECONDS)
        while not self._stopping.wait(period - time.time() % period):
            at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            self._invoke(self._rate.input.replace(_SCHEDULED_TIME, at).encode())
