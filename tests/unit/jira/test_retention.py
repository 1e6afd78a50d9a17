"""Data of a site go as long after the uninstall as its row, and never before."""

import itertools
import threading
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from connect_jira.data.site_rows import SITES_PARTITION
from connect_jira.errors import TemporarilyUnavailable
from tests.unit.jira.memory_dynamodb import MemoryDynamoDB
from tests.unit.jira.site_story import Story

ROW_DAYS = 30
KEYS = ("settings", "theme", "token")


@pytest.fixture
def story() -> Story:
    return Story(MemoryDynamoDB())


def gone(story: Story) -> Story:
    """A site by Connect and Forge that has kept something, and uninstalled both; its time is up."""
    story.install_by_forge()
    story.install_by_connect()
    for key in KEYS:
        story.kept().data.put(key, f"old {key}")
    story.uninstall_by_forge()
    story.uninstall_by_connect()
    story.sweep()
    story.pass_days(ROW_DAYS + 1)
    return story


def data_rows(story: Story) -> int:
    return len(story.tables.rows["SiteData"])


# --- as it goes


def test_what_was_kept_goes_with_the_row_and_nothing_of_it_is_left(story: Story) -> None:
    gone(story)
    assert data_rows(story) > len(KEYS)
    swept = story.sweep()
    assert (swept.sites, swept.deleted, swept.is_complete) == (1, 1, True)
    assert data_rows(story) == 0


def test_an_install_within_the_time_finds_it_and_it_stays(story: Story) -> None:
    story.install_by_connect()
    story.kept().data.put("settings", "old settings")
    story.uninstall_by_connect()
    for _ in range(ROW_DAYS - 1):
        story.pass_days(1)
        story.sweep()
    story.install_by_connect()
    for _ in range(3 * ROW_DAYS):
        story.pass_days(1)
        assert story.sweep().deleted == 0
    assert story.read() == "old settings"


def test_forge_that_installs_again_keeps_it_even_if_it_reads_nothing(story: Story) -> None:
    story.install_by_forge()
    story.kept().data.put("settings", "old settings")
    story.uninstall_by_forge()
    story.pass_days(10)
    story.install_by_forge()  # by another installationId; the cloudId is the same
    for _ in range(3 * ROW_DAYS):
        story.pass_days(1)
        assert story.sweep().deleted == 0
    assert story.read() == "old settings"


def test_a_row_that_goes_by_somebodys_hand_starts_the_time_instead_of_ending_it(story: Story) -> None:
    story.install_by_connect()
    story.kept().data.put("settings", "old settings")
    story.sweep()
    story.tables.rows["Installations"].clear()
    for _ in range(ROW_DAYS):
        assert story.sweep().deleted == 0
        story.pass_days(1)
    assert story.read() == "old settings"


def test_a_row_that_is_lost_and_comes_back_leaves_everything_as_it_was(story: Story) -> None:
    story.install_by_connect()
    story.kept().data.put("settings", "old settings")
    rows = dict(story.tables.rows["Installations"])
    story.tables.rows["Installations"].clear()
    story.sweep()
    story.tables.rows["Installations"].update(rows)
    story.sweep()
    story.tables.rows["Installations"].clear()
    story.pass_days(ROW_DAYS)
    assert story.sweep().deleted == 0, "the time starts anew"


def test_another_site_is_left_alone(story: Story) -> None:
    other = Story(story.tables, "b")
    other.install_by_connect()
    other.kept().data.put("settings", "theirs")
    before = {key: row for key, row in story.tables.rows["SiteData"].items() if key[0] != SITES_PARTITION}
    gone(story)
    story.sweep()
    after = {key: row for key, row in story.tables.rows["SiteData"].items() if key[0] != SITES_PARTITION}
    assert after == before
    assert other.read() == "theirs"


def test_a_night_without_time_for_all_is_continued_in_the_next(story: Story) -> None:
    for name in "bcd":
        other = gone(Story(story.tables, name))
        story.now = other.now
    site_id = next(key[0] for key in story.tables.rows["SiteData"] if key[1] == "data:settings")
    for number in range(250):
        row = {"site": site_id, "entry": f"data:{number:05}", "content": b"1", "version": "v"}
        story.tables.rows["SiteData"][site_id, f"data:{number:05}"] = row
    nights = 0

    def a_little_time() -> Callable[[], bool]:
        left = itertools.count(2, -1)
        return lambda: next(left) > 0

    while not story.sweep(has_time=a_little_time()).is_complete:
        nights += 1
        assert nights < 20
    assert nights > 1
    assert data_rows(story) == 0


def test_a_row_of_newer_code_is_left_alone_and_stops_nothing(story: Story) -> None:
    gone(story)
    row = {"site": SITES_PARTITION, "entry": "0", "aliases": [], "revision": 1, "state": "frozen"}
    story.tables.rows["SiteData"][SITES_PARTITION, "0"] = row
    assert story.sweep().deleted == 1
    assert list(story.tables.rows["SiteData"].values()) == [row]


# --- in every order


def half_of_the_time(story: Story) -> None:
    story.pass_days(16)
    story.sweep()


STEPS: dict[str, Callable[[Story], object]] = {
    "connect": Story.install_by_connect,
    "no connect": Story.uninstall_by_connect,
    "forge": Story.install_by_forge,
    "no forge": Story.uninstall_by_forge,
    "read": lambda story: story.read() if story.by_connect or story.by_forge else None,
    "half of the time": half_of_the_time,
}


@pytest.mark.parametrize("first", ["connect", "forge"])
@pytest.mark.parametrize("second", STEPS)
def test_in_every_order_it_is_there_as_long_as_promised_and_no_longer(first: str, second: str) -> None:
    for steps in itertools.product(STEPS, repeat=3):
        if any(one == other != "half of the time" for one, other in itertools.pairwise(steps)):
            continue  # it changes nothing
        story = Story(MemoryDynamoDB())
        STEPS[first](story)
        story.kept().data.put("settings", "old settings")
        by_forge_alone = first == "forge"
        left_at: float | None = None
        for step in (second, *steps):
            if step == "connect" and by_forge_alone and not story.by_forge:
                break  # nobody tells the app that both are one site
            STEPS[step](story)
            if by_forge_alone and step == "connect":
                by_forge_alone = False
                story.read()  # while the app is told
            installed = story.by_connect or story.by_forge
            if installed and left_at is not None and story.now - left_at >= ROW_DAYS * 86400:
                break  # it came too late
            if not installed and left_at is None:
                left_at = story.now
            if installed:
                left_at = None
            promised = left_at is None or story.now - left_at < ROW_DAYS * 86400
            is_kept = any(row["entry"] == "data:settings" for row in story.tables.rows["SiteData"].values())
            assert is_kept == promised or step != "half of the time", (first, second, steps)
            assert is_kept or not promised, (first, second, steps)
        else:
            if left_at is None:
                assert story.read() == "old settings", (first, second, steps)


# --- whenever the process dies, and whoever comes in between


class Died(Exception):
    """The process is no more."""


def calls_of_a_sweep() -> int:
    calls: list[str] = []
    story = gone(Story(MemoryDynamoDB()))
    story.sweep(story.tables.by(calls.append))
    return len(calls)


CALLS = calls_of_a_sweep()


def dying(before: int) -> Callable[[str], None]:
    left = itertools.count(before, -1)

    def count(_operation: str) -> None:
        if next(left) == 0:
            raise Died

    return count


@pytest.mark.parametrize("before", range(CALLS))
def test_a_sweep_that_dies_is_finished_by_the_next(story: Story, before: int) -> None:
    gone(story)
    with pytest.raises(Died):
        story.sweep(story.tables.by(dying(before)))
    assert story.sweep().is_complete
    assert data_rows(story) == 0


def install_by_both(story: Story) -> None:
    story.install_by_forge()
    story.install_by_connect()


@pytest.mark.parametrize("begun", range(CALLS))
def test_two_sweeps_at_once_delete_it_once(begun: int) -> None:
    for theirs, ours in itertools.product((1, 2, 5, 9, 14), repeat=2):
        story = gone(Story(MemoryDynamoDB()))
        turns = Turns([begun, theirs, ours])
        one, other = story.tables.by(turns.before(0)), story.tables.by(turns.before(1))
        run_both(turns, partial(story.sweep, one), partial(story.sweep, other))
        assert story.sweep().is_complete
        assert data_rows(story) == 0


RETURNS: dict[str, Callable[[Story], None]] = {
    "connect": Story.install_by_connect,
    "forge": Story.install_by_forge,
    "both": install_by_both,
}


@pytest.mark.parametrize("back", RETURNS)
@pytest.mark.parametrize("before", range(CALLS))
def test_who_comes_back_after_a_sweep_has_died_has_all_or_nothing_and_keeps_it(
    story: Story, before: int, back: str
) -> None:
    gone(story)
    with pytest.raises(Died):
        story.sweep(story.tables.by(dying(before)))
    RETURNS[back](story)
    comes_back = use(story)
    story.sweep()
    story.pass_days(3 * ROW_DAYS)
    story.sweep()
    is_kept(story, comes_back)


def use(story: Story, tables: MemoryDynamoDB | None = None) -> list[object]:
    """Read all, write something, and read all again, as two messages do; what was found."""
    for _ in range(20):
        try:
            found = [story.read(key, tables) for key in KEYS]
            story.kept(tables).data.put("new", "new")
            return [*found, *(story.read(key, tables) for key in KEYS)]
        except TemporarilyUnavailable:
            continue  # the message comes again
    raise AssertionError("it stays unavailable")


def is_kept(story: Story, found: Sequence[object]) -> None:
    first, second = found[: len(KEYS)], found[len(KEYS) :]
    assert first in ([None] * len(KEYS), [f"old {key}" for key in KEYS])
    assert second == first
    assert [story.read(key) for key in KEYS] == first
    assert story.read("new") == "new"


class Turns:
    """Two threads of which one runs at a time, from one request of DynamoDB to the next.

    Args:
        plan: for how many requests each runs in turn; who is last runs to its end
    """

    def __init__(self, plan: Sequence[int]) -> None:
        self._plan = iter(plan)
        self._turn = threading.Condition()
        self._whose, self._left, self._ended = 0, next(self._plan), set[int]()

    def before(self, who: int) -> Callable[[str], None]:
        def wait(_operation: str) -> None:
            with self._turn:
                while self._left == 0 or self._whose != who:
                    if self._left == 0:
                        self._next()
                    elif not self._turn.wait_for(lambda: self._whose == who, timeout=20):
                        raise AssertionError("the other one does not move")
                self._left -= 1

        return wait

    def end(self, who: int) -> None:
        with self._turn:
            self._ended.add(who)
            if self._whose == who:
                self._next()

    def _next(self) -> None:
        if 1 - self._whose not in self._ended:
            self._whose = 1 - self._whose
        self._left = next(self._plan, 1_000_000)
        self._turn.notify_all()


def run_both(turns: Turns, sweeps: Callable[[], object], comes: Callable[[], object]) -> None:
    failures: list[BaseException] = []

    def run(who: int, what: Callable[[], object]) -> None:
        try:
            what()
        except BaseException as failure:  # noqa: BLE001 - it is raised below
            failures.append(failure)
        finally:
            turns.end(who)

    threads = [threading.Thread(target=run, args=arguments) for arguments in ((0, sweeps), (1, comes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@pytest.mark.parametrize("back", RETURNS)
@pytest.mark.parametrize("begun", range(CALLS))
def test_who_comes_back_in_the_middle_of_a_sweep_has_all_or_nothing_and_keeps_it(
    begun: int, back: str
) -> None:
    for theirs, ours in itertools.product((1, 2, 4, 8), (1, 3, 6, 12)):
        story = gone(Story(MemoryDynamoDB()))
        turns = Turns([begun, theirs, ours])
        mine, other = story.tables.by(turns.before(0)), story.tables.by(turns.before(1))
        found: list[object] = []

        def come(story: Story = story, other: MemoryDynamoDB = other, found: list[object] = found) -> None:
            RETURNS[back](story)
            found += use(story, other)

        run_both(turns, partial(story.sweep, mine), come)
        is_kept(story, found)
        assert story.sweep().is_complete
        is_kept(story, found)
