"""The idempotency store: which work has been done, so that what comes twice is done once.

A record is written before the work and completed after it. Work that fails, and may be tried again, gives its
record back. Work that is cut off leaves its record begun: if it may be repeated it is taken up again when
whoever began it must have ended, and if not, never by itself.

Each record has an owner, so that a write that was given up, and comes late, changes no record but its own.
What is told of twice under different names has one name here, see `connect_jira.worker.occurrences`.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connect_jira.aws.attributes import Row, Value, attributes, row_of
from connect_jira.aws.failures import CONDITION_FAILED, AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.errors import BeingDone, EffectUnknown, IdempotencyKeyReused
from connect_jira.events.messages import Message
from connect_jira.events.webhook import Webhook
from connect_jira.worker.occurrences import REMEMBERED_SECONDS, Occurrences

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
    """Work that has begun, and its record.

    Attributes:
        record_id: which record
        owner: whose it is
        tries: how often the work has begun, this time included
        cut_off: how many of the tries before never came to an end, as when a process dies
    """

    record_id: str
    owner: str
    tries: int
    cut_off: int


@dataclass(frozen=True, slots=True)
class Done:
    """Work that was done before, and what came of it."""

    result: Any


class WorkDone:
    """The table of what has been done.

    A row has `id`, `state`, `owner`, when it may be forgotten (`expiration`, in Unix seconds), what the work
    is (`digest`), how often it began (`tries`), and how often that came to an end (`ended`). While it is
    begun it has when whoever does it must have ended, in Unix milliseconds: `endsAtMs` if it may be taken up
    then, `untilMs` if not. When it is done it has what came of it (`result`).

    IAM: `dynamodb:UpdateItem` and `DeleteItem`, on the table, and what `connect_jira.worker.occurrences`
    needs.

    Args:
        dynamodb: the service
        table: the table's name
        clock: Unix seconds
    """

    def __init__(self, dynamodb: AwsService, *, table: str, clock: Callable[[], float] = time.time) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock
        self._occurrences = Occurrences(dynamodb, table=table, clock=clock)

    def work_id(self, message: Message) -> str | None:
        """What tells the work of a message from all other; None when nothing does.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        named = self._occurrences.settle(message) if isinstance(message, Webhook) else message
        return named.work_id

    def begin(
        self,
        work_id: str,
        *,
        owner: str,
        abandoned: Sequence[str] = (),
        digest: str = "",
        may_be_repeated: bool,
        left_ms: int,
    ) -> Attempt | Done:
        """Begin work, unless it is done.

        Args:
            work_id: tells it from all other work
            owner: of the record; another one each time
            abandoned: owners of a record that may be there, though the work has not begun, or may begin again
            digest: tells what the work is, where other work may come under the same `work_id` by mistake
            may_be_repeated: whether doing it twice comes to the same as doing it once
            left_ms: until whoever begins it must have ended, in milliseconds

        Raises:
            BeingDone: it was begun, and somebody may still be at it
            EffectUnknown: it was begun, was cut off, and may not be repeated
            IdempotencyKeyReused: other work has this `work_id`
            TemporarilyUnavailable: DynamoDB gave no answer; the record may have been written
        """
        record_id = hashlib.sha256(work_id.encode(errors="surrogatepass")).hexdigest()
        now_ms = int(self._clock() * 1000)
        theirs = {f":abandoned{number}": one for number, one in enumerate(abandoned or ("nobody",))}
        ends, other = ("endsAtMs", "untilMs") if may_be_repeated else ("untilMs", "endsAtMs")
        try:
            answer = self._dynamodb.call(
                "UpdateItem",
                TableName=self._table,
                Key=attributes({"id": record_id}),
                UpdateExpression="SET #state = :begun, #owner = :owner, digest = :digest,"
                f" expiration = :expiration, {ends} = :ends REMOVE {other} ADD tries :one",
                ConditionExpression=_FREE.format(abandoned=", ".join(theirs)),
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues=attributes(
                    {
                        **theirs,
                        ":begun": _BEGUN,
                        ":owner": owner,
                        ":digest": digest,
                        ":expiration": now_ms // 1000 + REMEMBERED_SECONDS,
                        ":ends": now_ms + left_ms,
                        ":now": now_ms // 1000,
                        ":nowMs": now_ms,
                        ":one": 1,
                    }
                ),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except AwsFailed as failure:
            if failure.code != CONDITION_FAILED:
                raise
            found = row_of(failure.details["Item"])
        else:
            return _attempt(row_of(answer["Attributes"]))
        if found.get("owner") == owner:  # it was written, and the answer was lost
            return _attempt(found)
        return _done(found, digest=digest, now_ms=now_ms)

    def complete(self, attempt: Attempt, result: object) -> None:
        """Remember that the work is done, and what came of it, which can be said in JSON.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        self._change_own(
            "UpdateItem",
            attempt,
            {":done": _DONE, ":result": json.dumps(result)},
            UpdateExpression="SET #state = :done, #result = :result REMOVE endsAtMs, untilMs, tries, ended",
            ExpressionAttributeNames={**_NAMES, "#result": "result"},
        )

    def give_back(self, attempt: Attempt) -> None:
        """Let anybody try the work again.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        self._change_own(
            "UpdateItem",
            attempt,
            {":free": 0, ":ended": attempt.tries - attempt.cut_off},
            UpdateExpression="SET endsAtMs = :free, ended = :ended REMOVE untilMs",
            ExpressionAttributeNames=_NAMES,
        )

    def forget(self, attempt: Attempt) -> None:
        """Let the work count as never tried.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        self._change_own("DeleteItem", attempt, {}, ExpressionAttributeNames=_NAMES)

    def _change_own(
        self, operation: str, attempt: Attempt, values: Mapping[str, Value], **expressions: object
    ) -> None:
        """Change the record, unless it has another owner by now."""
        try:
            self._dynamodb.call(
                operation,
                TableName=self._table,
                Key=attributes({"id": attempt.record_id}),
                ConditionExpression=_OWN,
                ExpressionAttributeValues=attributes({":owner": attempt.owner, ":begun": _BEGUN, **values}),
                **expressions,
            )
        except AwsFailed as failure:
            if failure.code != CONDITION_FAILED:
                raise


def _attempt(row: Row) -> Attempt:
    return Attempt(
        record_id=row["id"],
        owner=row["owner"],
        tries=row["tries"],
        cut_off=row["tries"] - 1 - row.get("ended", 0),
    )


def _done(row: Row, *, digest: str, now_ms: int) -> Done:
    """What came of the work, if it is done; else raises why it cannot be begun."""
    if row.get("digest", digest) != digest:
        raise IdempotencyKeyReused
    if row["state"] == _DONE:
        return Done(json.loads(row["result"]))
    is_cut_off = row["state"] == _BEGUN and "endsAtMs" not in row and row.get("untilMs", 0) < now_ms
    if is_cut_off:
        raise EffectUnknown("it was begun before, and did not come to a known end")
    raise BeingDone(max(row.get("endsAtMs", 0), row.get("untilMs", 0)) - now_ms)
