"""Which work has been done: what comes twice is done once.

A record is written before the work and completed after it. Work that fails takes its record back and may be
tried again. Work that is cut off leaves its record unfinished: if it may be repeated it is taken up again
when the function that began it must have ended, and if not, never by itself.

What is told of twice under different names has one name here, see `connect_jira.occurrences`.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from connect_jira.aws.attributes import attributes, row_of
from connect_jira.aws.failures import CONDITION_FAILED, AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.errors import BeingDone
from connect_jira.invocation import Invocation
from connect_jira.messages import Message
from connect_jira.metrics import count
from connect_jira.occurrences import REMEMBERED_SECONDS, Occurrences
from connect_jira.webhooks import Webhook

_FREE = "attribute_not_exists(id) OR expiration < :now OR (#state = :begun AND endsAtMs < :nowMs)"
_NAMES = {"#state": "state"}
_BEGUN, _DONE = "begun", "done"


class WorkDone:
    """The table of what has been done.

    A row has `id`, `state`, when it may be forgotten (`expiration`, in Unix seconds), while the work is begun
    when whoever does it must have ended (`endsAtMs`, in Unix milliseconds; none if nobody else may take it
    up), and when it is done what came of it (`result`).

    IAM: `dynamodb:PutItem`, `UpdateItem` and `DeleteItem`, on the table.

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

    def once(self, message: Message, work: Callable[[], Any], *, invocation: Invocation) -> Any:  # noqa: ANN401 - whatever `work` returns
        """Do the work of a message, or return what came of it when it was done.

        Args:
            message: without an identifier its work is done each time
            work: does it; what it returns is kept and can be said in JSON
            invocation: Lambda's context

        Raises:
            BeingDone: it was begun, and is not known to be done
            TemporarilyUnavailable: DynamoDB gave no answer
            Exception: whatever `work` raises; it counts as not done
        """
        if isinstance(message, Webhook):
            message = self._occurrences.settle(message)
        if message.work_id is None:
            return work()
        record_id = hashlib.sha256(message.work_id.encode(errors="surrogatepass")).hexdigest()
        left_ms = invocation.get_remaining_time_in_millis() if message.may_be_repeated else None
        found = self._begin(record_id, left_ms)
        if found is None:
            return self._do(record_id, work)
        if found["state"] != _DONE:
            raise BeingDone
        count("DuplicateAbsorbed")
        return json.loads(found["result"])

    def _do(self, record_id: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - as above
        try:
            result = work()
        except Exception:
            self._dynamodb.call("DeleteItem", TableName=self._table, Key=attributes({"id": record_id}))
            raise
        self._complete(record_id, result)
        return result

    def _begin(self, record_id: str, left_ms: int | None) -> Mapping[str, Any] | None:
        """Write a record; None, or the one that is there."""
        now_ms = int(self._clock() * 1000)
        now = now_ms // 1000
        row: dict[str, str | int] = {
            "id": record_id,
            "state": _BEGUN,
            "expiration": now + REMEMBERED_SECONDS,
        }
        if left_ms is not None:
            row["endsAtMs"] = now_ms + left_ms
        try:
            self._dynamodb.call(
                "PutItem",
                TableName=self._table,
                Item=attributes(row),
                ConditionExpression=_FREE,
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues=attributes({":now": now, ":nowMs": now_ms, ":begun": _BEGUN}),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except AwsFailed as failure:
            if failure.code == CONDITION_FAILED:
                return row_of(failure.details["Item"])
            raise
        return None

    def _complete(self, record_id: str, result: object) -> None:
        self._dynamodb.call(
            "UpdateItem",
            TableName=self._table,
            Key=attributes({"id": record_id}),
            UpdateExpression="SET #state = :done, #result = :result REMOVE endsAtMs",
            ExpressionAttributeNames={**_NAMES, "#result": "result"},
            ExpressionAttributeValues=attributes({":done": _DONE, ":result": json.dumps(result)}),
        )
