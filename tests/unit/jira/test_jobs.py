"""Jobs: due at a time, requested once for it, run for each site, and continued where they stand."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.app.code_version import version_of
from connect_jira.app.due_jobs import DueJobs
from connect_jira.app.reactions import Reactions
from connect_jira.app.schedule import TICK_SECONDS, Schedule
from connect_jira.app.site import Site
from connect_jira.errors import CursorRefused, OfNewerCode, RequestMalformed, TemporarilyUnavailable
from connect_jira.events.job_request import JOB_REQUESTED, LONGEST_SPREAD_SECONDS, JobRequest
from connect_jira.events.job_run import JobRun
from connect_jira.events.messages import Message, read_text, to_text
from connect_jwt.identity import AppKey, ClientKey
from functions.jira_calls.own_functions import MAX_STEPS, OwnFunctions
from tests.unit.jira.conftest import unused_storage
from tests.unit.jira.memory_table import MemoryTable

if TYPE_CHECKING:
    from connect_jira.lambda_context import Invocation

SITE = ClientKey("site")
MINUTE, HOUR = 60, 3600


def at(text: str) -> float:
    """Return a time in UTC; 2026-11-26 is a Thursday."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def nothing(_site: Site, _cursor: object) -> None:
    pass


# --- schedules


@pytest.mark.parametrize(
    ("every", "time", "now", "due"),
    [
        ("15 minutes", None, "2026-11-26T10:44:59", "2026-11-26T10:30"),
        ("15 minutes", None, "2026-11-26T10:45:00", "2026-11-26T10:45"),
        ("hour", None, "2026-11-26T10:59:00", "2026-11-26T10:00"),
        ("6 hours", None, "2026-11-26T17:00:00", "2026-11-26T12:00"),
        ("day", None, "2026-11-26T23:59:00", "2026-11-26T00:00"),
        ("day", "03:00", "2026-11-26T02:59:59", "2026-11-25T03:00"),
        ("day", "03:00", "2026-11-26T03:00:00", "2026-11-26T03:00"),
        ("week", None, "2026-11-26T10:00:00", "2026-11-23T00:00"),
        ("week", "05:30", "2026-11-26T10:00:00", "2026-11-23T05:30"),
        ("week", "thursday 09:59", "2026-11-26T10:00:00", "2026-11-26T09:59"),
        ("week", "friday 00:00", "2026-11-26T10:00:00", "2026-11-20T00:00"),
    ],
)
def test_a_job_is_due_at_fixed_times_in_utc(every: str, time: str | None, now: str, due: str) -> None:
    assert Schedule.parse(every, time).last_before(at(now)) == f"{due}+00:00"


@pytest.mark.parametrize(
    ("every", "time"),
    [
        ("minute", None),
        ("7 minutes", None),
        ("0 hours", None),
        ("night", None),
        ("", None),
        ("hour", "03:00"),
        ("day", "3:00"),
        ("day", "24:00"),
        ("day", "monday 03:00"),
        ("week", "someday 03:00"),
    ],
)
def test_what_is_no_schedule_is_refused_where_it_is_written(every: str, time: str | None) -> None:
    with pytest.raises(ValueError, match="write"):
        Reactions().every(every, at=time)


def test_the_runs_of_a_period_are_spread_over_no_more_than_it() -> None:
    spreads = {every: Schedule.parse(every, None).spread for every in ("15 minutes", "hour", "week")}
    assert spreads == {"15 minutes": 300, "hour": LONGEST_SPREAD_SECONDS, "week": LONGEST_SPREAD_SECONDS}


def test_a_job_is_registered_once() -> None:
    one, another = Reactions(), Reactions()
    one.every("day")(nothing)
    another.after_update(nothing)
    with pytest.raises(ValueError, match="nothing is registered twice as a job"):
        Reactions(one, another)
    assert Reactions(another).jobs["nothing"].schedule is None


# --- ticks


@dataclass
class Stack:
    """A table and a bus, and the jobs of an app; `dies_at` ends the process at that request to AWS."""

    reactions: Reactions = field(default_factory=Reactions)
    version: str = "v1"
    requested: list[JobRequest] = field(default_factory=list)
    table: MemoryTable = field(default_factory=MemoryTable)
    calls: int = 0
    dies_at: int | None = None

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        self.calls += 1
        if self.calls == self.dies_at:
            raise TemporarilyUnavailable("the process dies here")
        if operation != "PutEvents":
            return self.table.call(operation, **parameters)
        for entry in parameters["Entries"]:
            assert (entry["DetailType"], entry["EventBusName"]) == (JOB_REQUESTED, "bus")
            self.requested.append(JobRequest.from_fields(json.loads(entry["Detail"])))
        return {"FailedEntryCount": 0}

    def tick(self, now: str) -> None:
        service: Any = self
        due = DueJobs(service, service, table="t", bus="bus", version=lambda: self.version)
        due.tick(self.reactions.jobs.values(), at(now))

    def ticks(self, *times: str) -> list[tuple[str, str]]:
        for time in times:
            self.tick(time)
        return [(request.job, request.slot) for request in self.requested]


def daily(time: str = "03:00") -> Stack:
    stack = Stack()
    stack.reactions.every("day", at=time)(nothing)
    return stack


def test_a_time_is_requested_at_the_first_tick_after_it_and_once() -> None:
    stack = daily()
    told = stack.ticks(
        "2026-11-26T02:55:00", "2026-11-26T03:00:03", "2026-11-26T03:00:03", "2026-11-26T03:05:00"
    )
    assert told == [("nothing", "2026-11-26T03:00+00:00")]
    assert stack.requested[0].spread == LONGEST_SPREAD_SECONDS


def test_a_tick_that_comes_late_or_again_requests_nothing_of_the_past() -> None:
    stack = daily()
    stack.ticks("2026-11-26T02:55:00", "2026-11-26T03:00:00", "2026-11-27T03:00:00")
    assert len(stack.ticks("2026-11-26T03:00:00", "2026-11-26T23:00:00")) == 2


def test_after_an_hour_without_ticks_what_was_due_is_requested_and_of_several_times_the_last() -> None:
    stack = daily()
    stack.reactions.every("15 minutes")(lambda _site, _cursor: None)
    stack.ticks("2026-11-26T02:55:00", "2026-11-26T04:02:00")
    assert [(request.job, request.slot) for request in stack.requested] == [
        ("nothing", "2026-11-26T03:00+00:00"),
        ("<lambda>", "2026-11-26T04:00+00:00"),
    ]


def test_a_new_job_begins_with_its_next_time_and_so_does_one_with_another_schedule() -> None:
    stack = daily("03:00")
    assert stack.ticks("2026-11-26T14:00:00") == []
    stack.reactions = daily("13:00").reactions
    assert stack.ticks("2026-11-26T14:05:00") == []
    assert stack.ticks("2026-11-27T13:00:00") == [("nothing", "2026-11-27T13:00+00:00")]


def test_a_new_job_whose_time_is_this_tick_runs() -> None:
    assert daily("14:00").ticks("2026-11-26T14:00:00") == [("nothing", "2026-11-26T14:00+00:00")]
    late = f"2026-11-26T14:{TICK_SECONDS // 60:02}:00"
    assert daily("14:00").ticks(late) == []


@pytest.mark.parametrize("step", range(1, 6))
def test_a_tick_that_dies_anywhere_is_made_up_for_by_the_next(step: int) -> None:
    stack = daily()
    stack.tick("2026-11-26T02:55:00")
    stack.calls, stack.dies_at = 0, step
    with pytest.raises(TemporarilyUnavailable):
        stack.tick("2026-11-26T03:00:00")
    stack.dies_at = None
    stack.tick("2026-11-26T03:05:00")
    stack.tick("2026-11-26T03:10:00")
    slots = {request.slot for request in stack.requested}
    assert slots == {"2026-11-26T03:00+00:00"}
    assert len(stack.requested) <= 2, "again at most, and then each site has the same idempotency key"


# --- updates


def test_an_update_is_another_version_than_the_one_before_and_the_first_is_none() -> None:
    stack = Stack()
    assert stack.ticks("2026-11-26T10:00:00", "2026-11-26T10:05:00") == []
    stack.version = "v2"
    stack.reactions.after_update(nothing)
    ((job, slot),) = stack.ticks("2026-11-26T10:10:00", "2026-11-26T10:15:00")
    assert (job, slot.partition(" ")[0]) == ("nothing", "v2")
    stack.version = "v1"
    again = stack.ticks("2026-11-26T10:20:00")
    assert len({slot for _, slot in again}) == 2, "a version that comes back is an update, too"


def test_the_version_is_that_of_the_files_and_not_of_their_bytecode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    for package, name, content in (
        ("one", "reactions.py", "1"),
        ("same", "reactions.py", "1"),
        ("same", "__pycache__/reactions.cpython-313.pyc", "0"),
        ("edited", "reactions.py", "2"),
        ("renamed", "jobs.py", "1"),
    ):
        file = tmp_path / f"version_{package}" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    versions = {name: version_of(f"version_{name}") for name in ("one", "same", "edited", "renamed")}
    assert versions["one"] == versions["same"]
    assert len(set(versions.values())) == 3
    assert version_of("version_none") != versions["one"]
    assert version_of("functions.jira_calls", "shared") == version_of("functions.jira_calls", "shared")


# --- runs


@dataclass
class Backstage:
    """The functions of an app over doubles that write down what they are told."""

    reactions: Reactions = field(default_factory=Reactions)
    sent: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        double: Any = self
        self.own = OwnFunctions(
            self.reactions,
            AppKey("app"),
            clients=double,
            gate=double,
            send=self.send,
            storage=unused_storage(),
        )

    def run(self, run: JobRun) -> list[Message]:
        self.sent.clear()
        invocation: Invocation = self
        self.own.run_job(run, invocation, run.work_id)
        return list(self.sent)

    def on(self, client_key: ClientKey, _invocation: object, *, webhook_trace: str | None = None) -> str:
        return f"a client for {client_key} {webhook_trace}"

    def get_remaining_time_in_millis(self) -> int:
        return 12_000

    def send(self, message: Message) -> None:
        assert read_text(to_text(message)) == message
        self.sent.append(message)


RUN = JobRun(client_key=SITE, job="count", slot="2026-11-26T03:00+00:00")


def registered(function: Any, **how: Any) -> Backstage:
    backstage = Backstage()
    function.__name__ = "count"
    backstage.reactions.every("day", **how)(function)
    return backstage


def test_a_job_is_called_with_its_cursor_until_it_returns_none() -> None:
    seen: list[tuple[ClientKey, object, float, object]] = []

    def count(site: Site, cursor: Any) -> Any:
        seen.append((site.key, site.jira, site.seconds_left(), cursor))
        return {"after": (cursor or {"after": 0})["after"] + 1} if len(seen) < 3 else None

    backstage = registered(count)
    steps: list[JobRun] = [RUN]
    identities: list[str] = []
    while steps:
        run = steps.pop()
        identities.append(run.work_id)
        for message in backstage.run(run):
            assert isinstance(message, JobRun)
            steps.append(message)
    assert [cursor for _, _, _, cursor in seen] == [None, {"after": 1}, {"after": 2}]
    assert seen[0][:3] == (SITE, "a client for site app -", 12.0)
    assert len(set(identities)) == 3


def test_a_step_that_is_run_again_is_continued_by_the_same_work() -> None:
    backstage = registered(lambda _site, _cursor: "next")
    (one,), (again,) = backstage.run(RUN), backstage.run(RUN)
    assert one.work_id == again.work_id != RUN.work_id


@pytest.mark.parametrize(
    ("cursor", "returned", "why"),
    [
        ({"after": 1}, {"after": 1}, "returned the cursor that it was called with"),
        ("a", "a", "returned the cursor that it was called with"),
        (None, object(), "JSON cannot hold"),
        (None, {1, 2}, "JSON cannot hold"),
    ],
)
def test_a_cursor_that_does_not_move_is_one_clear_error(cursor: Any, returned: Any, why: str) -> None:
    backstage = registered(lambda _site, _cursor: returned)
    with pytest.raises(CursorRefused, match=why):
        backstage.run(JobRun(client_key=SITE, job="count", slot="s", cursor=cursor))
    assert backstage.sent == []


def test_a_cursor_that_moves_for_ever_ends_some_day() -> None:
    backstage = registered(lambda _site, cursor: not cursor)
    assert backstage.run(JobRun(client_key=SITE, job="count", slot="s", step=MAX_STEPS - 1, cursor=True))
    with pytest.raises(CursorRefused, match=str(MAX_STEPS)):
        backstage.run(JobRun(client_key=SITE, job="count", slot="s", step=MAX_STEPS, cursor=True))


def test_a_job_that_nobody_registered_waits_for_newer_code() -> None:
    with pytest.raises(OfNewerCode, match="no job 'count'"):
        Backstage().run(RUN)


def test_a_job_is_idempotent_unless_it_says_otherwise() -> None:
    assert registered(nothing).own.is_idempotent(RUN)
    assert not registered(nothing, idempotent=False).own.is_idempotent(RUN)
    assert Backstage().own.is_idempotent(RUN)


# --- requests


@pytest.mark.parametrize(
    "fields",
    [
        {"slot": "s"},
        {"job": "", "slot": "s"},
        {"job": "count", "slot": 1},
        {"job": "count", "slot": "s", "spreadSeconds": LONGEST_SPREAD_SECONDS + 1},
        {"job": "count", "slot": "s", "spreadSeconds": True},
        {"job": "count", "slot": "s", "site": "x"},
    ],
)
def test_a_malformed_request_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(RequestMalformed):
        JobRequest.from_fields(fields)
