"""Jobs that are due: each tick of the schedule requests those whose time has come since the one before.

The last time of each job is kept in a row, so a tick that comes twice requests nothing twice, and one that
never came is made up for by the next: of several missed times of a job, the last one is run. The row is
written before the request is put on the bus and marked after it, so a process that dies in between leaves a
request that the next tick makes; a site runs a job once for each time anyway.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from connect_jira.app.functions import RegisteredJob
from connect_jira.app.schedule import TICK_SECONDS
from connect_jira.aws.dynamodb import Row
from connect_jira.aws.event_bus import put_event
from connect_jira.aws.service import AwsService
from connect_jira.aws.versioned_table import VersionedTable
from connect_jira.events.job_request import JOB_REQUESTED

_UPDATE = "#update"
"""No function has such a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """The last time that a job was due, or the last version of the app.

    Attributes:
        record_id: the row's key
        schedule: of the job; another one begins anew
        slot: the time or version
        is_requested: True once the requests for it are on the bus
        revision: number of writes
    """

    record_id: str
    schedule: str
    slot: str
    is_requested: bool
    revision: int = 0


class DueJobs:
    """Requests the jobs that are due.

    IAM: `dynamodb:GetItem` and `PutItem` on the table, and that of `connect_jira.aws.event_bus`.

    Args:
        dynamodb: the service
        events: the service
        table: the table of the idempotency store
        bus: the bus's name
        version: returns the version of the app's code
    """

    def __init__(
        self, dynamodb: AwsService, events: AwsService, *, table: str, bus: str, version: Callable[[], str]
    ) -> None:
        self._rows = VersionedTable(dynamodb, table=table, to_row=_row, from_row=_due, key_name="id")
        self._events = events
        self._bus = bus
        self._version = version

    def tick(self, jobs: Collection[RegisteredJob], now: float) -> list[str]:
        """Request the jobs that are due; return their names.

        Args:
            jobs: all that are registered
            now: time of the tick, in Unix seconds

        Raises:
            TemporarilyUnavailable: DynamoDB or EventBridge did not answer; the tick may be repeated
        """
        timed = [job for job in jobs if job.schedule]
        requested = [job.name for job in timed if self._tick_of(job, now)]
        return requested + self._updated([job for job in jobs if not job.schedule], now)

    def _tick_of(self, job: RegisteredJob, now: float) -> bool:
        assert job.schedule is not None  # noqa: S101 - for the type checker
        slot, before = job.schedule.last_before(now), job.schedule.last_before(now - TICK_SECONDS)

        def note(current: _Due | None) -> _Due | None:
            is_known = current is not None and current.schedule == job.every
            last = current.slot if current is not None and is_known else before
            if slot <= last:
                return None if is_known else self._new(job.name, job.every, last, is_requested=True)
            return self._new(job.name, job.every, slot, is_requested=False)

        return self._request_once(job.name, note, [job])

    def _updated(self, jobs: list[RegisteredJob], now: float) -> list[str]:
        """Request what is to run after an update; the first version of all is no update."""
        version = self._version()

        def note(current: _Due | None) -> _Due | None:
            if current is not None and current.schedule == version:
                return None
            return self._new(_UPDATE, version, f"{version} {int(now)}", is_requested=current is None)

        return [job.name for job in jobs] if self._request_once(_UPDATE, note, jobs) else []

    def _request_once(
        self, name: str, note: Callable[[_Due | None], _Due | None], jobs: list[RegisteredJob]
    ) -> bool:
        key = _key(name)
        _, due = self._rows.update(key, note)
        if due is None or due.is_requested:
            return False
        for job in jobs:
            request = job.request(due.slot)
            put_event(self._events, bus=self._bus, kind=JOB_REQUESTED, detail=request.to_fields())

        def requested(current: _Due | None) -> _Due | None:
            is_same = current is not None and current.slot == due.slot
            return replace(current, is_requested=True) if current is not None and is_same else None

        self._rows.update(key, requested)
        return True

    def _new(self, name: str, schedule: str, slot: str, *, is_requested: bool) -> _Due:
        return _Due(record_id=_key(name), schedule=schedule, slot=slot, is_requested=is_requested)


def _key(name: str) -> str:
    return f"due {name}"


def _row(due: _Due) -> Row:
    return {
        "id": due.record_id,
        "schedule": due.schedule,
        "slot": due.slot,
        "requested": due.is_requested,
        "revision": due.revision,
    }


def _due(row: Row) -> _Due:
    return _Due(
        record_id=row["id"],
        schedule=row["schedule"],
        slot=row["slot"],
        is_requested=row["requested"],
        revision=row["revision"],
    )
