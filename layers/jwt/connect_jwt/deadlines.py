"""Work that is given up after a time, whatever it waits for.

A socket's time-out is for each packet, and the look-up of a name has none: whoever must answer in time cannot
leave it to them. So the work is done in a thread, which nobody waits for any longer when its time is over.
Trade-off: the thread goes on until its socket's own time-out ends it, and what it returns is lost.
"""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, work: Callable[[], T]) -> T:
    """What the work returns.

    Args:
        seconds: how long it may take
        work: is done in another thread, and may go on there

    Raises:
        TimeoutError: it takes longer
        Exception: whatever `work` raises
    """
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except Exception as failure:  # noqa: BLE001 - it is raised where it is waited for
            outcome.set_exception(failure)

    Thread(target=run, daemon=True).start()
    return outcome.result(timeout=seconds)
