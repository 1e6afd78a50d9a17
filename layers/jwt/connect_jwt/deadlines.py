"""A time limit for any work.

A socket's time-out is for each packet, and a name look-up has none; neither limits the whole. So the work is
done in a thread, which is abandoned when the time is over. Trade-off: the thread goes on until its socket's
own time-out ends it, and its result is lost.
"""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, work: Callable[[], T]) -> T:
    """Return the result of some work, within a time limit.

    Args:
        seconds: the limit
        work: runs in another thread, and may go on there

    Raises:
        TimeoutError: it takes longer
        Exception: raised by `work`
    """
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except Exception as failure:  # noqa: BLE001 - it is raised by the waiting thread
            outcome.set_exception(failure)

    Thread(target=run, daemon=True).start()
    return outcome.result(timeout=seconds)
