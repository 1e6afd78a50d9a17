"""Idempotency store: records of work, so that a message delivered twice is handled once.

A record is written before the work and completed after it. Work that fails, and may be retried, releases its
record. Work that is cut off leaves its record begun: idempotent work is retried once the worker that began it
must have ended; other work never, by itself.

Each record has an owner, so that a late write of an abandoned request changes no record but its own. An event
that arrives under two identifiers has one here, see `connect_jira.worker.occurrences`.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connect_jira.aws.dynamodb import ConditionFailed, Row, Table, Value
from connect_jira.aws.service import AwsService
from connect_jira.errors import BeingDone, EffectUnknown, IdempotencyKeyReused
from connect_jira.events.hook_call import HookCall
from connect_jira.events.messages import Message
from connect_jira.events.webhook import Webhook
from connect_jira.worker.occurrences import REMEMBERED_SECONDS, Occurrences
from connect_jwt.identity import ClientKey

_FREE = (
    "attribute_not_exists(id) OR expiration < :now"
    " OR (#state = :begun AND (endsAtMs < :nowMs OR #owner IN ({abandoned}))"
    " AND (attribute_not_exists(digest) OR digest = :digest))"
)
_OWN = "#owner = :owner AND #state = :begun"
_NAMES = {"#state": "state", "#owner": "owner"}
_BEGUN, _DONE = "begun", "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt at work, and its record.

    Attributes:
        record_id: the record's key
        owner: of the record
        tries: number of attempts, including this one
        cut_off: number of earlier attempts that never ended, as when a process dies
    """

    record_id: str
    owner: str
    tries: int
    cut_off: int


@dataclass(frozen=True, slots=True)
class Done:
    """Work that was done before, and its result."""

    result: Any


class IdempotencyStore:
    """The idempotency store.

    A row has `id`, `state`, `owner`, the site (`clientKey`), its TTL (`expiration`, in Unix seconds), a
    digest of the work (`digest`), the number of attempts (`tries`), and of those that ended (`ended`). While
    begun it has the time by which its worker must have ended, in Unix milliseconds: `endsAtMs` if the work
    may be retried then, `untilMs` if not. When done it has the result (`result`).

    IAM: `dynamodb:UpdateItem` and `DeleteItem`, on the table, and that of
    `connect_jira.worker.occurrences`.

    Args:
        dynamodb: the service
        table: the table's name
        clock: Unix seconds
    """

    def __init__(self, dynamodb: AwsService, *, table: str, clock: Callable[[], float] = time.time) -> None:
        self._table = Table(dynamodb, table)
        self._clock = clock
        self._occurrences = Occurrences(dynamodb, table=table, clock=clock)

    def work_id(self, message: Message) -> str | None:
        """Return the idempotency key of a message's work; None if it has none.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        if isinstance(message, Webhook | HookCall) and message.occurrence is not None:
            return self._occurrences.settle(message).work_id
        return message.work_id

    def begin(
        self,
        work_id: str,
        *,
        client_key: ClientKey,
        owner: str,
        abandoned: Sequence[str] = (),
        digest: str = "",
        is_idempotent: bool,
        left_ms: int,
    ) -> Attempt | Done:
        """Begin work, unless it is done.

        Args:
            work_id: its idempotency key
            client_key: the site that it is done for
            owner: of the record; a new one for each attempt
            abandoned: owners of a record that may exist although the work did not begin, or may begin again
            digest: of the work, if other work may come under the same `work_id` by mistake
            is_idempotent: True if the work is idempotent
            left_ms: until this worker must have ended, in milliseconds

        Raises:
            BeingDone: another worker has begun it, and may still be running
            EffectUnknown: it was begun, was cut off, and is not idempotent
            IdempotencyKeyReused: different work has this `work_id`
            TemporarilyUnavailable: DynamoDB did not answer; the record may have been written
        """
        record_id = _record_id(work_id)
        now_ms = int(self._clock() * 1000)
        theirs = {f":abandoned{number}": one for number, one in enumerate(abandoned or ("nobody",))}
        ends, other = ("endsAtMs", "untilMs") if is_idempotent else ("untilMs", "endsAtMs")
        try:
            answer = self._table.call(
                "UpdateItem",
                Key={"id": record_id},
                UpdateExpression="SET #state = :begun, #owner = :owner, digest = :digest, clientKey = :site,"
                f" expiration = :expiration, {ends} = :ends REMOVE {other} ADD tries :one",
                ConditionExpression=_FREE.format(abandoned=", ".join(theirs)),
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues={
                    **theirs,
                    ":begun": _BEGUN,
                    ":owner": owner,
                    ":site": str(client_key),
                    ":digest": digest,
                    ":expiration": now_ms // 1000 + REMEMBERED_SECONDS,
                    ":ends": now_ms + left_ms,
                    ":now": now_ms // 1000,
                    ":nowMs": now_ms,
                    ":one": 1,
                },
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ConditionFailed as failed:
            found = failed.row
        else:
            return _attempt(answer["Attributes"])
        if found.get("owner") == owner:  # it was written, but the response was lost
            return _attempt(found)
        return _done(found, digest=digest, now_ms=now_ms)

    def is_done(self, work_id: str) -> bool:
        """Return whether work is recorded as done. IAM: `dynamodb:GetItem`, on the table.

        Args:
            work_id: its idempotency key

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        answer = self._table.call("GetItem", Key={"id": _record_id(work_id)}, ConsistentRead=True)
        return bool(answer.get("Item", {}).get("state") == _DONE)

    def complete(self, attempt: Attempt, result: object) -> None:
        """Record that the work is done, with its result, a JSON value.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        self._change_own(
            "UpdateItem",
            attempt,
            {":done": _DONE, ":result": json.dumps(result)},
            UpdateExpression="SET #state = :done, #result = :result REMOVE endsAtMs, untilMs, tries, ended",
            ExpressionAttributeNames={**_NAMES, "#result": "result"},
        )

    def give_back(self, attempt: Attempt) -> None:
        """Release the work for another attempt.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        self._change_own(
            "UpdateItem",
            attempt,
            {":free": 0, ":ended": attempt.tries - attempt.cut_off},
            UpdateExpression="SET endsAtMs = :free, ended = :ended REMOVE untilMs",
            ExpressionAttributeNames=_NAMES,
        )

    def forget(self, attempt: Attempt) -> None:
        """Delete the record, as if the work had never begun.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        self._change_own("DeleteItem", attempt, {}, ExpressionAttributeNames=_NAMES)

    def _change_own(
        self, operation: str, attempt: Attempt, values: Mapping[str, Value], **expressions: object
    ) -> None:
        """Change the record, unless it has another owner by now."""
        with suppress(ConditionFailed):
            self._table.call(
                operation,
                Key={"id": attempt.record_id},
                ConditionExpression=_OWN,
                ExpressionAttributeValues={":owner": attempt.owner, ":begun": _BEGUN, **values},
                **expressions,
            )


def _record_id(work_id: str) -> str:
    return hashlib.sha256(work_id.encode(errors="surrogatepass")).hexdigest()


def _attempt(row: Row) -> Attempt:
    return Attempt(
        record_id=row["id"],
        owner=row["owner"],
        tries=row["tries"],
        cut_off=row["tries"] - 1 - row.get("ended", 0),
    )


def _done(row: Row, *, digest: str, now_ms: int) -> Done:
    """Return the result, if the work is done; else raise the reason why it cannot begin."""
    if row.get("digest", digest) != digest:
        raise IdempotencyKeyReused
    if row["state"] == _DONE:
        return Done(json.loads(row["result"]))
    is_cut_off = row["state"] == _BEGUN and "endsAtMs" not in row and row.get("untilMs", 0) < now_ms
    if is_cut_off:
        raise EffectUnknown("it was begun before, and did not come to a known end")
    raise BeingDone(max(row.get("endsAtMs", 0), row.get("untilMs", 0)) - now_ms)
