"""A site in trouble is left alone by all workers, but for one at a time that finds out whether it is over."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from connect_jira.aws.failures import AwsFailed
from connect_jira.errors import TemporarilyUnavailable
from connect_jira.jira.errors import JiraError, JiraResponseUnusable, JiraUnreachable, jira_error
from connect_jira.jira.response import JiraResponse
from connect_jira.worker.backoff import (
    FINDING_OUT_SECONDS,
    LONGEST_PAUSE_SECONDS,
    LOOK_AGAIN_SECONDS,
    TenantBackoff,
    Troubles,
)
from connect_jwt.causes import Cause
from connect_jwt.identity import ClientKey
from tests.unit.jira.memory_table import MemoryTable

SILENT, WELL = ClientKey("silent"), ClientKey("well")
UNREACHABLE = JiraUnreachable(call="GET /x", cause="ReadTimeoutError", may_have_worked=True)


@dataclass
class Workers:
    """Workers, each a process of its own, and the table that they share."""

    table: MemoryTable = field(default_factory=MemoryTable)
    now: float = 1_795_443_600.0

    def new(self) -> TenantBackoff:
        return TenantBackoff(self.troubles(), clock=lambda: self.now)

    def troubles(self) -> Troubles:
        return Troubles(self.table, table="WorkDone", clock=lambda: self.now)  # type: ignore[arg-type]


@pytest.fixture
def workers() -> Workers:
    return Workers()


def answered(status: int, **about: Any) -> JiraError:
    return jira_error(status, call="GET /x", **about)


SITES_OWN = [
    UNREACHABLE,
    *(answered(status) for status in (502, 503, 504)),
    *(
        answered(404, cause=cause)
        for cause in (Cause.SITE_UNAVAILABLE, Cause.SITE_MOVED, Cause.IP_NOT_ALLOWED)
    ),
]


@pytest.mark.parametrize("error", SITES_OWN, ids=str)
def test_a_sites_own_trouble_pauses_it_for_ever_longer_for_all_workers(
    workers: Workers, error: JiraError
) -> None:
    waits = []
    for _ in range(12):
        finder, other = workers.new(), workers.new()
        assert finder.troubles.of(SILENT) is None, "one message finds out whether it is over"
        finder.note(SILENT, error)
        trouble = other.troubles.of(SILENT)
        assert trouble is not None
        assert trouble.reason == error.reason
        assert other.troubles.of(WELL) is None
        waits.append(trouble.seconds)
        workers.now += trouble.seconds
    assert waits == [*(2.0**power for power in range(10)), LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]


def test_of_all_workers_one_finds_out_and_the_others_look_again_soon(workers: Workers) -> None:
    workers.new().note(SILENT, UNREACHABLE)
    workers.now += 1
    several = [workers.new() for _ in range(10)]
    outcomes = [worker.troubles.of(SILENT) for worker in several]
    assert outcomes[0] is None
    assert all(outcome is not None and outcome.seconds == LOOK_AGAIN_SECONDS for outcome in outcomes[1:])


def test_when_the_one_who_finds_out_dies_of_it_another_does(workers: Workers) -> None:
    workers.new().note(SILENT, UNREACHABLE)
    workers.now += 1
    assert workers.new().troubles.of(SILENT) is None
    workers.now += FINDING_OUT_SECONDS - 1
    assert workers.new().troubles.of(SILENT) is not None
    workers.now += 1
    assert workers.new().troubles.of(SILENT) is None


def test_who_has_found_nothing_out_leaves_it_to_the_next(workers: Workers) -> None:
    workers.new().note(SILENT, UNREACHABLE)
    workers.now += 1
    worker = workers.new()
    assert worker.troubles.of(SILENT) is None
    worker.troubles.end_turn(SILENT)
    assert workers.new().troubles.of(SILENT) is None


def test_a_turn_that_is_over_ends_nobody_elses(workers: Workers) -> None:
    workers.new().note(SILENT, UNREACHABLE)
    workers.now += 1
    late, other = workers.new(), workers.new()
    assert late.troubles.of(SILENT) is None
    workers.now += FINDING_OUT_SECONDS
    assert other.troubles.of(SILENT) is None
    late.troubles.end_turn(SILENT)
    assert workers.new().troubles.of(SILENT) is not None


def test_who_has_noted_what_was_found_out_has_no_turn_to_end(workers: Workers) -> None:
    worker = workers.new()
    worker.note(SILENT, UNREACHABLE)
    workers.now += 1
    assert worker.troubles.of(SILENT) is None
    worker.note(SILENT, UNREACHABLE)
    worker.troubles.end_turn(SILENT)
    trouble = workers.new().troubles.of(SILENT)
    assert trouble is not None
    assert (trouble.failures, trouble.seconds) == (2, 2)


ANSWERS = [
    JiraResponse(200, None, {}),
    JiraResponse(303, None, {}),
    *(answered(status) for status in (302, 400, 401, 403, 404, 409, 429, 500, 501)),
    answered(404, cause=Cause.SCOPE_MISSING),
    JiraResponseUnusable(200, call="GET /x", what="the page of a proxy"),
]


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_the_first_answer_ends_it_for_all_whatever_it_says(
    workers: Workers, answer: JiraResponse | JiraError
) -> None:
    finder = workers.new()
    for seconds in (1, 2, 4):
        finder.note(SILENT, UNREACHABLE)
        workers.now += seconds
        assert finder.troubles.of(SILENT) is None
    finder.note(SILENT, answer)
    assert [workers.new().troubles.of(SILENT) for _ in range(3)] == [None, None, None]
    finder.note(SILENT, UNREACHABLE)
    trouble = workers.new().troubles.of(SILENT)
    assert trouble is not None
    assert (trouble.failures, trouble.seconds) == (1, 1), "it begins anew"


def test_calls_that_fail_together_count_once(workers: Workers) -> None:
    several = [workers.new() for _ in range(10)]
    assert all(worker.troubles.of(SILENT) is None for worker in several)
    for worker in several:
        worker.note(SILENT, UNREACHABLE)
    trouble = workers.new().troubles.of(SILENT)
    assert trouble is not None
    assert (trouble.failures, trouble.seconds) == (1, 1)


def test_what_comes_late_shortens_no_pause(workers: Workers) -> None:
    slow, failing, worker = workers.new(), workers.new(), workers.new()
    assert [one.troubles.of(SILENT) for one in (slow, failing)] == [None, None]
    for seconds in (1, 2, 4):
        worker.note(SILENT, UNREACHABLE)
        workers.now += seconds
        assert worker.troubles.of(SILENT) is None
    worker.note(SILENT, UNREACHABLE)
    slow.troubles.note_slow(SILENT)
    failing.note(SILENT, UNREACHABLE)
    trouble = workers.new().troubles.of(SILENT)
    assert trouble is not None
    assert (trouble.failures, trouble.seconds) == (4, 8)


def test_an_answer_ends_also_what_others_have_met_while_it_was_waited_for(workers: Workers) -> None:
    waiting, other = workers.new(), workers.new()
    other.note(SILENT, UNREACHABLE)
    waiting.troubles.note_slow(SILENT)
    waiting.note(SILENT, answered(404))
    assert workers.new().troubles.of(SILENT) is None


def test_what_was_noted_counts_for_a_day_at_most(workers: Workers) -> None:
    worker = workers.new()
    for seconds in (1, 2, 4):
        worker.note(SILENT, UNREACHABLE)
        workers.now += seconds
        assert worker.troubles.of(SILENT) is None
    workers.now += 24 * 3600 + 1
    another = workers.new()
    assert [workers.new().troubles.of(SILENT), another.troubles.of(SILENT)] == [None, None]
    another.note(SILENT, UNREACHABLE)
    trouble = workers.new().troubles.of(SILENT)
    assert trouble is not None
    assert (trouble.failures, trouble.seconds) == (1, 1)


def test_an_answer_of_a_site_that_is_well_costs_nothing(workers: Workers) -> None:
    workers.table.call = None  # type: ignore[assignment, method-assign]  # nothing can be asked of it
    workers.troubles().note_answer(WELL)


def test_while_a_call_is_waited_for_the_others_leave_its_site_alone(workers: Workers) -> None:
    waiting, other = workers.new(), workers.new()
    assert waiting.troubles.of(SILENT) is None
    waiting.troubles.note_slow(SILENT)
    assert other.troubles.of(SILENT) is not None
    assert other.troubles.of(WELL) is None


def test_an_answer_that_comes_slowly_leaves_nothing_behind(workers: Workers) -> None:
    waiting = workers.new()
    for answer in (answered(404), JiraResponse(200, None, {})):
        waiting.troubles.note_slow(SILENT)
        assert workers.new().troubles.of(SILENT) is not None
        waiting.note(SILENT, answer)
        assert workers.table.rows == {}


def test_a_site_that_was_found_well_is_not_looked_at_again_at_once(workers: Workers) -> None:
    worker = workers.new()
    assert worker.troubles.of(SILENT) is None
    workers.new().note(SILENT, answered(503, headers={"retry-after": "60"}))
    assert worker.troubles.of(SILENT) is None
    workers.now += LOOK_AGAIN_SECONDS
    assert worker.troubles.of(SILENT) is not None


def test_a_worker_knows_at_once_what_it_has_met_itself(workers: Workers) -> None:
    worker = workers.new()
    assert worker.troubles.of(SILENT) is None
    worker.note(SILENT, UNREACHABLE)
    assert worker.troubles.of(SILENT) is not None


def test_a_site_is_not_asked_sooner_than_it_says_nor_later_than_the_longest_pause(workers: Workers) -> None:
    for told, seconds in ((20, 20.0), (7200, LONGEST_PAUSE_SECONDS)):
        workers.new().note(SILENT, answered(503, headers={"retry-after": str(told)}))
        trouble = workers.new().troubles.of(SILENT)
        assert trouble is not None
        assert trouble.seconds == seconds


def test_a_trouble_is_lasting_when_it_has_gone_on_for_minutes(workers: Workers) -> None:
    worker, begun = workers.new(), workers.now
    worker.note(SILENT, UNREACHABLE)
    while not ((trouble := workers.new().troubles.of(SILENT)) and trouble.is_lasting):
        assert trouble is not None
        workers.now += trouble.seconds
        assert worker.troubles.of(SILENT) is None
        worker.note(SILENT, UNREACHABLE)
    assert 60 < workers.now - begun < 600


def test_of_calls_that_fail_together_the_one_counts_that_was_told_to_wait_for_longest(
    workers: Workers,
) -> None:
    for told in ("0", "60", "20"):
        workers.new().note(SILENT, answered(503, headers={"retry-after": told}))
    trouble = workers.new().troubles.of(SILENT)
    assert trouble is not None
    assert (trouble.failures, trouble.seconds) == (1, 60)


def test_what_cannot_be_written_stops_no_work_and_what_cannot_be_read_does(workers: Workers) -> None:
    class Failing:
        def call(self, operation: str, **_parameters: Any) -> dict[str, Any]:
            raise AwsFailed(operation, "ReadTimeoutError", may_pass=True)

    worker = Troubles(Failing(), table="WorkDone", clock=lambda: workers.now)  # type: ignore[arg-type]
    worker.note_slow(SILENT)
    worker.note_failure(SILENT, UNREACHABLE, told=0)
    worker.note_answer(SILENT)
    worker.end_turn(SILENT)
    with pytest.raises(TemporarilyUnavailable):
        worker.of(WELL)
