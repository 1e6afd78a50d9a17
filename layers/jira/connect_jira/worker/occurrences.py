"""Deduplication of changes that are reported more than once, under different identifiers.

A site that uses Connect and Forge reports a change twice: by a webhook, and by Forge's event, up to minutes
later and with another kind of identifier. And some of Forge's events have no time, so that a second delivery
looks like a second change.

So each thing that events are about has a record of who reported which change, and when. A webhook and a Forge
event that match are one change; each matches at most one of the other kind. The first to be handled names the
change, and work is done once per name. A change that only one of them reports has a name of its own, and
waits for nothing.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from connect_jira.aws.dynamodb import Row
from connect_jira.aws.service import AwsService
from connect_jira.aws.versioned_table import VersionedTable
from connect_jira.events.webhook import Occurrence
from connect_jwt.identity import ClientKey

REMEMBERED_SECONDS = 7 * 24 * 3600
"""Longer than a message can wait and be retried, and than Jira retries a webhook."""

APART_MS = 2_000
"""Tolerance between the times of a webhook and of Forge's event, if both are times of the change."""

SENDING_MS = 10 * 60 * 1000
"""The same if Forge's is the time of sending; also the time for which equal content is the same event.

Forge sends an event within 3 minutes, and repeats one that was not accepted for 4 more.
"""

_KEPT = 100
"""Number of changes kept per thing, the latest; each takes about 200 bytes of the row."""


class Report(Protocol):
    """A message about a change that another message may report, too."""

    @property
    def client_key(self) -> ClientKey:
        """The site."""

    @property
    def identifier(self) -> str | None:
        """The identifier of the change; None if there is none."""

    @property
    def occurrence(self) -> Occurrence | None:
        """The match key of the change; None if the identifier suffices."""

    @property
    def reported_on(self) -> str:
        """The key of the record of what it is about."""

    def identified(self, identifier: str) -> Self:
        """Return it with another identifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """Changes reported for one thing.

    Attributes:
        record_id: the row's key
        client_key: the site that reported last
        told: for each change its name, and by `connect` and `forge` the identifier, the time and whether it
            is the time of the change
        expires_at: TTL of the row, in Unix seconds
        revision: number of writes
    """

    record_id: str
    client_key: str
    told: Sequence[Row]
    expires_at: int
    revision: int = 0


class Occurrences:
    """Records of reported changes, in the idempotency store's table.

    IAM: `dynamodb:PutItem`, on the table.

    Args:
        dynamodb: the service
        table: the table's name
        clock: Unix seconds
    """

    def __init__(self, dynamodb: AwsService, *, table: str, clock: Callable[[], float] = time.time) -> None:
        self._records = VersionedTable(dynamodb, table=table, to_row=_row, from_row=_record, key_name="id")
        self._clock = clock

    def settle[Reported: Report](self, report: Reported) -> Reported:
        """Return a report under the name of its change, the same for all reports of it.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        identifier, occurrence = report.identifier, report.occurrence
        if occurrence is None or identifier is None:
            return report
        about = f"occurrences {report.reported_on}"
        record_id = hashlib.sha256(about.encode(errors="surrogatepass")).hexdigest()
        name = identifier

        def told(current: _Record | None) -> _Record | None:
            nonlocal name
            name, following = _recognised(current.told if current else (), identifier, occurrence)
            if following is None:
                return None
            expires_at = int(self._clock()) + REMEMBERED_SECONDS
            return _Record(
                record_id=record_id, client_key=str(report.client_key), told=following, expires_at=expires_at
            )

        self._records.update(record_id, told, is_read_first=False)
        return report.identified(name)


def _row(record: _Record) -> Row:
    return {
        "id": record.record_id,
        "clientKey": record.client_key,
        "told": record.told,
        "revision": record.revision,
        "expiration": record.expires_at,
    }


def _record(row: Row) -> _Record:
    return _Record(
        record_id=row["id"],
        client_key=row.get("clientKey", ""),
        told=row["told"],
        expires_at=row["expiration"],
        revision=row["revision"],
    )


def _recognised(
    told: Sequence[Row], identifier: str, occurrence: Occurrence
) -> tuple[str, Sequence[Row] | None]:
    """Return the name of a change, and the record with it; None if the record has it already."""
    own: Row = {"id": identifier, "at": occurrence.at_ms, "timed": occurrence.is_timed}
    for change in told:
        before = change.get(occurrence.told_by)
        if before and before["id"] == identifier and abs(before["at"] - occurrence.at_ms) <= SENDING_MS:
            return change["name"], None
    of_the_other = [(apart, change) for change in told if (apart := _apart(change, occurrence)) is not None]
    if of_the_other:
        _, nearest = min(of_the_other, key=lambda found: found[0])
        rest = [change for change in told if change is not nearest]
        return nearest["name"], [*rest, {**nearest, occurrence.told_by: own}]
    name = identifier if occurrence.is_timed else f"{identifier}-{occurrence.at_ms // 1000}"
    return name, [*told, {"name": name, occurrence.told_by: own}][-_KEPT:]


def _apart(change: Row, occurrence: Occurrence) -> int | None:
    """Return the milliseconds to a change that only the other kind has reported; None if it is no match."""
    if occurrence.told_by in change:
        return None
    (other,) = (told for name, told in change.items() if name != "name")
    apart = abs(other["at"] - occurrence.at_ms)
    may_be_apart = APART_MS if other["timed"] and occurrence.is_timed else SENDING_MS
    return apart if apart <= may_be_apart else None
