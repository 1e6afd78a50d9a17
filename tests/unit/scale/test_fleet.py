from bench.scale.fleet import Fleet
from bench.scale.parameters import Lambda, Memory
from tests.unit.scale.conftest import Clock


def _fleet(clock: Clock, **settings: object) -> Fleet:
    return Fleet(Lambda(**settings), Memory(), clock)  # type: ignore[arg-type]


def test_an_environment_takes_one_event_at_a_time(clock: Clock) -> None:
    fleet = _fleet(clock)
    first, second = fleet.take(), fleet.take()

    assert first is not second
    assert (fleet.busy, fleet.busiest, fleet.cold_starts) == (2, 2, 2)


def test_the_most_recently_used_environment_is_next(clock: Clock) -> None:
    fleet = _fleet(clock)
    first, second = fleet.take(), fleet.take()
    fleet.give_back(first)
    fleet.give_back(second)

    assert fleet.take() is second


def test_the_least_recently_used_one_is_next_when_so_told(clock: Clock) -> None:
    fleet = _fleet(clock, routing="least-recent")
    first, second = fleet.take(), fleet.take()
    fleet.give_back(first)
    fleet.give_back(second)

    assert fleet.take() is first


def test_an_idle_environment_goes_after_its_time(clock: Clock) -> None:
    fleet = _fleet(clock, idle_seconds=600)
    first = fleet.take()
    fleet.give_back(first)
    clock.now = 601

    assert fleet.size == 0
    assert fleet.take() is not first


def test_an_old_environment_goes_though_it_is_used(clock: Clock) -> None:
    fleet = _fleet(clock, lifetime_seconds=100)
    first = fleet.take()
    for clock.now in (50.0, 99.0):
        fleet.give_back(first)
        assert fleet.take() is first
    fleet.give_back(first)
    clock.now = 100

    assert fleet.take() is not first


def test_work_is_counted_in_environments_times_seconds(clock: Clock) -> None:
    fleet = _fleet(clock)
    first, second = fleet.take(), fleet.take()
    clock.now = 3
    fleet.give_back(first)
    clock.now = 5
    fleet.give_back(second)
    clock.now = 9

    assert fleet.busy_until_now() == 2 * 3 + 1 * 2
