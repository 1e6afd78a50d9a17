"""One change on a site that is told of more than once, under different names: done once all the same.

A site that has the app by Connect and by Forge tells of a change twice: by a webhook, and by Forge's event,
up to minutes later and with an identifier of another kind. And some of Forge's events do not say when it was,
so that what is sent again looks like the same thing done again.

So there is a record for each thing that events are about, which says who told of what, and when. A webhook
and a Forge event that fit together are one change, each with one of the other's only. Whichever is worked off
first gives the change its name, and under one name work is done once. Where only one of the two ever comes it
has a name of its own, and has waited for nothing.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from connect_jira.aws.attributes import Row
from connect_jira.aws.service import AwsService
from connect_jira.aws.versioned_table import VersionedTable
from connect_jira.events.webhook import Occurrence, Webhook

REMEMBERED_SECONDS = 7 * 24 * 3600
"""Longer than a message can wait and be tried, and than Jira repeats a webhook."""

APART_MS = 2_000
"""How far the times of a webhook and of Forge's event may lie apart if both say when it happened."""

SENDING_MS = 10 * 60 * 1000
"""Likewise if Forge's is the time of sending; and for how long after that the same content is the same event.

Forge sends an event within 3 minutes, and an event that was not taken again for 4 more.
"""

_KEPT = 100
"""How many changes of one thing are remembered, the latest; each is about 200 bytes of the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """What was told of one thing.

    Attributes:
        record_id: the row's key
        told: of each change its name, and by `connect` and `forge` the identifier, the time and whether it is
            that of the change
        expires_at: when the row may be deleted, in Unix seconds
        revision: counts the writes
    """

    record_id: str
    told: Sequence[Row]
    expires_at: int
    revision: int = 0


class Occurrences:
    """The records of who told of what, beside those of what has been done.

    IAM: `dynamodb:PutItem`, on the table.

    Args:
        dynamodb: the service
        table: the table's name
        clock: Unix seconds
    """

    def __init__(self, dynamodb: AwsService, *, table: str, clock: Callable[[], float] = time.time) -> None:
        self._records = VersionedTable(dynamodb, table=table, to_row=_row, from_row=_record, key_name="id")
        self._clock = clock

    def settle(self, webhook: Webhook) -> Webhook:
        """The webhook under the name of its change: the same whoever tells of it, and however often.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        identifier, occurrence = webhook.webhook_id, webhook.occurrence
        if occurrence is None or identifier is None:
            return webhook
        about = f"occurrences {webhook.client_key} {webhook.event} {occurrence.thing}"
        record_id = hashlib.sha256(about.encode(errors="surrogatepass")).hexdigest()
        name = identifier

        def told(current: _Record | None) -> _Record | None:
            nonlocal name
            name, following = _recognised(current.told if current else (), identifier, occurrence)
            if following is None:
                return None
            expires_at = int(self._clock()) + REMEMBERED_SECONDS
            return _Record(record_id=record_id, told=following, expires_at=expires_at)

        self._records.update(record_id, told, is_read_first=False)
        return replace(webhook, webhook_id=name)


def _row(record: _Record) -> Row:
    return {
        "id": record.record_id,
        "told": record.told,
        "revision": record.revision,
        "expiration": record.expires_at,
    }


def _record(row: Row) -> _Record:
    return _Record(
        record_id=row["id"], told=row["told"], expires_at=row["expiration"], revision=row["revision"]
    )


def _recognised(
    told: Sequence[Row], identifier: str, occurrence: Occurrence
) -> tuple[str, Sequence[Row] | None]:
    """The name of a change, and the record with it; None when that says so already."""
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
    """How many milliseconds it is from a change that only the other has told of; None if it is none."""
    if occurrence.told_by in change:
        return None
    (other,) = (told for name, told in change.items() if name != "name")
    apart = abs(other["at"] - occurrence.at_ms)
    may_be_apart = APART_MS if other["timed"] and occurrence.is_timed else SENDING_MS
    return apart if apart <= may_be_apart else None
