"""A site in trouble is left alone by all workers, but for one at a time that finds out whether it is over."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from connect_jira.aws.failures import AwsFailed
from connect_jira.errors import TemporarilyUnavailable
from connect_jira.jira_errors import JiraError, JiraUnreachable, jira_error
from connect_jira.pauses import Pauses
from connect_jira.troubles import FINDING_OUT_SECONDS, LONGEST_PAUSE_SECONDS, LOOK_AGAIN_SECONDS, Troubles
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

    def new(self) -> Pauses:
        return Pauses(self.troubles(), clock=lambda: self.now)

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
        assert finder.trouble(SILENT) is None, "one message finds out whether it is over"
        finder.note(SILENT, error)
        trouble = other.trouble(SILENT)
        assert trouble is not None
        assert trouble.reason == error.reason
        assert other.trouble(WELL) is None
        waits.append(trouble.seconds)
        workers.now += trouble.seconds
    assert waits == [*(2.0**power for power in range(10)), LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]


def test_of_all_workers_one_finds_out(workers: Workers) -> None:
    workers.new().note(SILENT, UNREACHABLE)
    workers.now += 1
    several = [workers.new() for _ in range(10)]
    outcomes = [worker.trouble(SILENT) for worker in several]
    assert outcomes[0] is None
    assert all(outcome is not None and outcome.seconds == FINDING_OUT_SECONDS for outcome in outcomes[1:])
    workers.now += FINDING_OUT_SECONDS
    assert several[3].trouble(SILENT) is None, "the first has died of it"


def test_the_first_success_ends_it_for_all(workers: Workers) -> None:
    finder = workers.troubles()
    for _ in range(3):
        finder.note_failure(SILENT, UNREACHABLE, told=0)
    workers.now += 4
    assert finder.of(SILENT) is None
    finder.note_success(SILENT)
    assert workers.new().trouble(SILENT) is None
    finder.note_failure(SILENT, UNREACHABLE, told=0)
    trouble = workers.new().trouble(SILENT)
    assert trouble is not None
    assert trouble.seconds == 1, "it begins anew"


def test_a_success_of_a_site_that_is_well_costs_nothing(workers: Workers) -> None:
    workers.table.call = None  # type: ignore[assignment, method-assign]  # nothing can be asked of it
    workers.troubles().note_success(WELL)


def test_while_a_call_is_waited_for_the_others_leave_its_site_alone(workers: Workers) -> None:
    waiting, other = workers.new(), workers.new()
    assert waiting.trouble(SILENT) is None
    waiting.note_slow(SILENT)
    assert other.trouble(SILENT) is not None
    assert other.trouble(WELL) is None


def test_a_site_that_was_found_well_is_not_looked_at_again_at_once(workers: Workers) -> None:
    worker = workers.new()
    assert worker.trouble(SILENT) is None
    workers.new().note(SILENT, answered(503, headers={"retry-after": "60"}))
    assert worker.trouble(SILENT) is None
    workers.now += LOOK_AGAIN_SECONDS
    assert worker.trouble(SILENT) is not None


def test_a_worker_knows_at_once_what_it_has_met_itself(workers: Workers) -> None:
    worker = workers.new()
    assert worker.trouble(SILENT) is None
    worker.note(SILENT, UNREACHABLE)
    assert worker.trouble(SILENT) is not None


def test_a_site_is_not_asked_sooner_than_it_says_nor_later_than_the_longest_pause(workers: Workers) -> None:
    for told, seconds in ((20, 20.0), (7200, LONGEST_PAUSE_SECONDS)):
        workers.new().note(SILENT, answered(503, headers={"retry-after": str(told)}))
        trouble = workers.new().trouble(SILENT)
        assert trouble is not None
        assert trouble.seconds == seconds


def test_a_trouble_is_lasting_when_it_has_gone_on_for_minutes(workers: Workers) -> None:
    worker, begun = workers.new(), workers.now
    worker.note(SILENT, UNREACHABLE)
    while not ((trouble := workers.new().trouble(SILENT)) and trouble.is_lasting):
        assert trouble is not None
        workers.now += trouble.seconds
        assert worker.trouble(SILENT) is None
        worker.note(SILENT, UNREACHABLE)
    assert 60 < workers.now - begun < 600


def test_what_cannot_be_written_stops_no_work_and_what_cannot_be_read_does(workers: Workers) -> None:
    class Failing:
        def call(self, operation: str, **_parameters: Any) -> dict[str, Any]:
            raise AwsFailed(operation, "ReadTimeoutError", may_pass=True)

    worker = Troubles(Failing(), table="WorkDone", clock=lambda: workers.now)  # type: ignore[arg-type]
    worker.note_slow(SILENT)
    worker.note_failure(SILENT, UNREACHABLE, told=0)
    worker.note_success(SILENT)
    with pytest.raises(TemporarilyUnavailable):
        worker.of(SILENT)
