"""Which ids of install keys are asked for without limit, and which share an allowance.

Anybody can send an install that names a key which does not exist, and each such id costs Atlassian's key
hosts a request. So ids that have verified nothing yet share an allowance of their process. An id that has
once verified an install is remembered by the whole stack and never limited: a flood of invented ids does not
keep out a site that installs the app, which Jira does not do again by itself.

The ids are public, and only Atlassian's signature adds one. They are one row of the table of activity, under
a key that no site can have. Should it be lost, the next install of each key shares the allowance.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Self

from aws_lambda_powertools import Logger

from connect_jira.aws.attributes import attributes, row_of
from connect_jira.aws.failures import AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.aws.services import Aws
from connect_jira.errors import LimitedForNow
from connect_jira.token_bucket import Allowance

AT_ONCE, PER_SECOND = 20.0, 1.0
"""How many ids that have verified nothing a process may ask the key hosts for."""

LONGEST_WAIT_SECONDS = 0.5
"""How long an install may wait for its part of the allowance, of the few seconds that Jira waits."""

READ_AGAIN_SECONDS = 1.0
"""How old what is known of the other processes may be, once the allowance is spent."""

_ROW = attributes({"clientKey": "install keys"})  # with a space, which no clientKey has
_NAMES = {"#ids": "ids"}

_logger = Logger(child=True)


class InstallKeyIds:
    """The ids of install keys, as one process knows them.

    IAM: `dynamodb:GetItem` and `dynamodb:UpdateItem`, on the table.

    Args:
        dynamodb: the service; whoever waits for an answer should not wait for it
        table: the table of activity
        clock: seconds that only go up
        sleep: waits so many seconds
    """

    def __init__(
        self,
        dynamodb: AwsService,
        *,
        table: str,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock
        self._sleep = sleep
        self._proved: set[str] = set()
        self._read_again_from = clock()
        self._allowance = Allowance(AT_ONCE, PER_SECOND, counted_at=clock())

    @classmethod
    def from_env(cls, env: Mapping[str, str], aws: Aws) -> Self:
        """The ids in the table that `ACTIVITY_TABLE` names, tried once and not for long."""
        return cls(aws.service("dynamodb", read_seconds=1.0, attempts=1), table=env["ACTIVITY_TABLE"])

    def admit(self, kid: str) -> None:
        """Let a key be asked for: at once, or after a moment.

        Raises:
            LimitedForNow: it has verified nothing, and the allowance for such ids is spent
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        if kid in self._proved or self._allowance.take(self._clock()):
            return
        self._read()
        if kid in self._proved:
            return
        wait = self._allowance.seconds_until_one(self._clock())
        if wait <= LONGEST_WAIT_SECONDS:
            self._sleep(wait)
            if self._allowance.take(self._clock()):
                return
        raise LimitedForNow("key-id-limited", f"too many new install keys were asked for before {kid}")

    def remember(self, kid: str) -> None:
        """Remember an id for all processes: a token that names it is proved to be Atlassian's.

        What cannot be written is not written: the next install with this key does it.
        """
        if kid in self._proved:
            return
        try:
            self._dynamodb.call(
                "UpdateItem",
                TableName=self._table,
                Key=_ROW,
                UpdateExpression="ADD #ids :id",
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues={":id": {"SS": [kid]}},
            )
        except AwsFailed as failure:
            _logger.warning(
                "Install key not remembered", extra={"reason": failure.reason, "cause": str(failure)}
            )
        else:
            self._proved.add(kid)

    def _read(self) -> None:
        now = self._clock()
        if now < self._read_again_from:
            return
        self._read_again_from = now + READ_AGAIN_SECONDS
        answer: dict[str, Any] = self._dynamodb.call(
            "GetItem", TableName=self._table, Key=_ROW, ConsistentRead=True
        )
        self._proved.update(row_of(answer.get("Item", {})).get("ids", ()))
