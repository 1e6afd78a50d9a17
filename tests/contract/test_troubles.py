"""Workers tell each other of sites in trouble, with the records where they really are."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from connect_jira.aws.service import AwsService
from connect_jira.jira.errors import JiraUnreachable
from connect_jira.worker.backoff import FINDING_OUT_SECONDS, Troubles
from connect_jwt.identity import ClientKey
from connect_local.laptop.moto_cloud import LaptopCloud

UNREACHABLE = JiraUnreachable(call="GET /x", cause="ReadTimeoutError", may_have_worked=True)


@dataclass
class Workers:
    """Processes that share the table, with a clock that is moved by hand."""

    dynamodb: AwsService
    table: str
    now: float = field(default_factory=time.time)  # an engine deletes what has expired by its own clock

    def new(self) -> Troubles:
        return Troubles(self.dynamodb, table=self.table, clock=lambda: self.now)


@pytest.fixture
def workers(cloud: LaptopCloud, dynamodb: AwsService) -> Workers:
    return Workers(dynamodb, cloud.attribute("WorkDone", "Ref"))


_count = iter(range(1000))


@pytest.fixture
def site() -> ClientKey:
    return ClientKey(f"site-{next(_count)}")


def test_a_site_in_trouble_is_left_alone_by_all_for_ever_longer_until_it_answers(
    workers: Workers, site: ClientKey
) -> None:
    for failures in range(1, 5):
        finder = workers.new()
        assert finder.of(site) is None
        finder.note_failure(site, UNREACHABLE, told=0)
        trouble = workers.new().of(site)
        assert trouble is not None
        assert (trouble.reason, trouble.failures) == ("jira-0", failures)
        assert trouble.seconds == 2 ** (failures - 1)
        workers.now += trouble.seconds
    finder = workers.new()
    assert finder.of(site) is None
    finder.note_answer(site)
    assert [workers.new().of(site) for _ in range(2)] == [None, None]


def test_of_many_at_once_one_finds_out_and_the_next_when_that_is_over(
    workers: Workers, site: ClientKey
) -> None:
    workers.new().note_failure(site, UNREACHABLE, told=0)
    workers.now += 1
    several = [workers.new() for _ in range(8)]
    with ThreadPoolExecutor(len(several)) as threads:
        free = [trouble is None for trouble in threads.map(lambda worker: worker.of(site), several)]
    assert sum(free) == 1
    for worker in several:
        worker.end_turn(site)
    assert workers.new().of(site) is None
    assert workers.new().of(site) is not None
    workers.now += FINDING_OUT_SECONDS
    assert workers.new().of(site) is None


def test_of_many_that_fail_at_once_one_counts(workers: Workers, site: ClientKey) -> None:
    several = [workers.new() for _ in range(8)]
    with ThreadPoolExecutor(len(several)) as threads:
        list(threads.map(lambda worker: worker.note_failure(site, UNREACHABLE, told=0), several))
    trouble = workers.new().of(site)
    assert trouble is not None
    assert trouble.failures == 1


def test_who_waits_for_long_says_so_and_shortens_no_pause(workers: Workers, site: ClientKey) -> None:
    waiting, late = workers.new(), workers.new()
    waiting.note_slow(site)
    assert workers.new().of(site) is not None
    waiting.note_failure(site, UNREACHABLE, told=60)
    late.note_slow(site)
    trouble = workers.new().of(site)
    assert trouble is not None
    assert (trouble.failures, trouble.seconds) == (1, 60)
