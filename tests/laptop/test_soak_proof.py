"""The soak's proof: which webhooks count as handled twice."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from connect_local.jira.journal import RecordedRequest
from tests.soak.observer import Observer, Write
from tests.soak.plan import Planned
from tests.soak.proof import Effects, judge

WEBHOOK = Planned(site="site", issue="SOAK-1", identifier="soak-1", timestamp=1)


class Seen:
    """Observations of one issue."""

    def __init__(self, *writes: Write, unrecorded: bool = False) -> None:
        self._writes = list(writes)
        self._unrecorded = unrecorded

    def writes(self) -> Mapping[tuple[str, str], list[Write]]:
        return {("site", "SOAK-1"): self._writes}

    def was_left_unrecorded(self, _identifier: str) -> bool:
        return self._unrecorded


def write(at: float, *, took: float = 0.1, answered: bool = True, value: object = WEBHOOK.note) -> Write:
    return Write(value=value, asked_at=at - took, at=at, answered=answered)


def judged(*writes: Write, unrecorded: bool = False, kills: tuple[float, ...] = ()) -> Effects:
    return judge([WEBHOOK], Seen(*writes, unrecorded=unrecorded), kills)  # type: ignore[arg-type]


def test_one_write_is_an_effect() -> None:
    assert judged(write(10)) == Effects(done=1, lost=0, wrong=0, repeated=0, unexplained=0)


def test_none_is_lost_and_another_webhooks_is_wrong() -> None:
    assert judged().lost == 1
    assert judged(write(10, value={"n": 2})).wrong == 1


@pytest.mark.parametrize(
    "again",
    [write(20), write(20, answered=False), write(10.2, took=0.4)],
    ids=["later", "later, and its own answer is late", "at the same time"],
)
def test_a_webhook_that_is_written_again_once_it_was_answered_was_worked_off_twice(again: Write) -> None:
    assert (judged(write(10), again).unexplained, judged(write(10), again).hold) == (1, False)


@pytest.mark.parametrize(
    "effects",
    [
        judged(write(10, answered=False), write(20)),
        judged(write(10), write(20), kills=(15,)),
        judged(write(10), write(20), unrecorded=True),
        judged(write(10), write(11, took=11, answered=False)),
    ],
    ids=["no answer", "a killed process", "no record", "somebody gave up waiting, and was faster"],
)
def test_what_cannot_be_avoided_is_harmless(effects: Effects) -> None:
    assert (effects.repeated, effects.unexplained, effects.hold) == (1, 0, True)


class NoSites:
    """Sites on which nothing is."""

    def ensure(self, _name: str) -> "NoSites":
        return self

    @property
    def site(self) -> "NoSites":
        return self

    def issue(self, _key: str) -> None:
        return None


def seen(*, took: float, is_awaited: bool, reason: str | None = None) -> bool:
    observer = Observer()
    observer.watch(NoSites())  # type: ignore[arg-type]
    observer.on_jira_request(
        RecordedRequest(
            site="site",
            method="PUT",
            path="/rest/api/3/issue/SOAK-1/properties/connect-lambda",
            status=201,
            client_key=None,
            reason=reason,
            at=datetime.now(UTC) - timedelta(seconds=took),
            is_awaited=is_awaited,
        )
    )
    ((written,),) = observer.writes().values()
    return written.answered


@pytest.mark.parametrize("took", [0.1, 9.0])
def test_a_write_was_answered_if_its_caller_was_still_there_however_long_it_took(took: float) -> None:
    assert seen(took=took, is_awaited=True)
    assert not seen(took=took, is_awaited=False)
    assert not seen(took=took, is_awaited=True, reason="fault")


def test_a_function_that_is_stopped_since_it_took_too_long_is_noted() -> None:
    observer = Observer()
    for line in ("0b6d Task timed out after 30.00 seconds", '{"message": "Task timed out after all"}', "x"):
        observer.on_log("JiraCallsFunction", line)
    assert len(observer.timed_out) == 1
