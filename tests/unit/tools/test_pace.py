"""A steady pace, by a clock that a test moves."""

import pytest

from connect_tools.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_requests_are_apart_and_none_is_made_up_for_after_a_pause() -> None:
    clock = Clock()
    pace = Pace(10, clock=clock, sleep=clock.sleep)
    times = []
    for number in range(6):
        pace.wait()
        times.append(clock.now - 1000)
        if number == 2:
            clock.now += 5  # such as for a slow answer
    assert times == pytest.approx([0, 0.1, 0.2, 5.2, 5.3, 5.4])
