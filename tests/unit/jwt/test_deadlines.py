"""Work that is given up after a time."""

import threading
import time

import pytest

from connect_jwt.deadlines import within


def test_what_is_done_in_time_is_returned() -> None:
    assert within(5, lambda: 7) == 7


def test_what_it_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)


@pytest.mark.parametrize("seconds", [0.05, 0.0, -1.0])
def test_what_takes_longer_is_not_waited_for(seconds: float) -> None:
    over = threading.Event()
    before = time.monotonic()
    with pytest.raises(TimeoutError):
        within(seconds, lambda: over.wait(20))
    over.set()
    assert time.monotonic() - before < 5
