"""Which work has been done: what comes twice is done once.

A record is written before the work and completed after it. Work that fails takes its record back and may be
tried again. Work that is cut off leaves its record unfinished: if it may be repeated it is taken up again
when the function that began it must have ended, and if not, never by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyPersistenceLayerError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord

from connect_jira.errors import BeingDone, TemporarilyUnavailable
from connect_jira.invocation import Invocation
from connect_jira.messages import Message
from connect_jira.metrics import count

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REMEMBERED_SECONDS = 5 * 24 * 3600
"""Longer than a message lives in the queue, and than Jira repeats a webhook."""


@dataclass(frozen=True, slots=True)
class _Endless:
    """Stands for the context where nothing may be taken up again by itself."""

    def get_remaining_time_in_millis(self) -> int:
        return REMEMBERED_SECONDS * 1000


class WorkDone:
    """The table of what has been done.

    IAM: `dynamodb:PutItem`, `UpdateItem`, `GetItem` and `DeleteItem`, on the table.

    Args:
        dynamodb: the client
        table: the table's name
    """

    def __init__(self, dynamodb: "DynamoDBClient", *, table: str) -> None:
        self._records = DynamoDBPersistenceLayer(table, boto3_client=dynamodb)

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
        if message.work_id is None:
            return work()
        config = IdempotencyConfig(
            expires_after_seconds=REMEMBERED_SECONDS,
            hash_function="sha256",
            response_hook=_absorbed,
            lambda_context=invocation if message.may_be_repeated else _Endless(),  # type: ignore[arg-type]
        )
        do = idempotent_function(
            lambda work_id: work(),  # noqa: ARG005 - the decorator reads it
            data_keyword_argument="work_id",
            persistence_store=self._records,
            config=config,
            key_prefix="jira-calls",
        )
        try:
            return do(work_id=message.work_id)
        except IdempotencyAlreadyInProgressError as begun:
            raise BeingDone from begun
        except (IdempotencyPersistenceLayerError, IdempotencyInconsistentStateError) as failure:
            raise TemporarilyUnavailable(f"the record of work done: {type(failure).__name__}") from failure


def _absorbed(response: Any, idempotent_data: DataRecord) -> Any:  # noqa: ANN401, ARG001 - Powertools' own
    count("DuplicateAbsorbed")
    return response
