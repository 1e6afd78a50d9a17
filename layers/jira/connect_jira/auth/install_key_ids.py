"""Rate limit for unknown install keys.

Anybody can send an install that names a non-existent key, and each such id costs Atlassian's key hosts a
request. So ids that have verified nothing yet share a rate limit per process. An id that has verified an
install is recorded for the whole stack and never limited: a flood of invented ids does not keep out a site
that installs the app, which Jira does not retry.

The ids are public, and only Atlassian's signature adds one. They are one row of the activity table, under a
key that no site can have. If it is lost, the next install of each key falls under the limit.
"""

import time
from collections.abc import Callable, Mapping
from typing import Self

from aws_lambda_powertools import Logger

from connect_jira.aws.dynamodb import Table
from connect_jira.aws.failures import AwsFailed
from connect_jira.aws.service import Aws, AwsService
from connect_jira.errors import LimitedForNow
from connect_jira.token_bucket import TokenBucket

AT_ONCE, PER_SECOND = 20.0, 1.0
"""Token bucket for ids that have verified nothing, per process."""

LONGEST_WAIT_SECONDS = 0.5
"""Maximum wait of an install for the rate limit; Jira waits a few seconds."""

READ_AGAIN_SECONDS = 1.0
"""Maximum age of the ids known to other processes, once over the limit."""

_ROW = {"clientKey": "install keys"}  # with a space, which no clientKey has
_NAMES = {"#ids": "ids"}

_logger = Logger(child=True)


class InstallKeyIds:
    """The ids of install keys, as known to one process.

    IAM: `dynamodb:GetItem` and `dynamodb:UpdateItem`, on the table.

    Args:
        dynamodb: the service; it should have short time-outs
        table: the table of activity
        clock: monotonic, in seconds
        sleep: waits for seconds
    """

    def __init__(
        self,
        dynamodb: AwsService,
        *,
        table: str,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = Table(dynamodb, table)
        self._clock = clock
        self._sleep = sleep
        self._proved: set[str] = set()
        self._read_again_from = clock()
        self._allowance = TokenBucket(AT_ONCE, PER_SECOND, refilled_at=clock())

    @classmethod
    def from_env(cls, env: Mapping[str, str], aws: Aws) -> Self:
        """Return the ids in the table that `ACTIVITY_TABLE` names, with one short attempt per request."""
        return cls(aws.service("dynamodb", read_seconds=1.0, attempts=1), table=env["ACTIVITY_TABLE"])

    def admit(self, kid: str) -> None:
        """Admit a key to be fetched, at once or after a short wait.

        Raises:
            LimitedForNow: the key has verified nothing, and the limit is reached
            TemporarilyUnavailable: DynamoDB did not answer
        """
        if kid in self._proved or self._allowance.take(self._clock()):
            return
        self._read()
        if kid in self._proved:
            return
        wait = self._allowance.seconds_until_token(self._clock())
        if wait <= LONGEST_WAIT_SECONDS:
            self._sleep(wait)
            if self._allowance.take(self._clock()):
                return
        raise LimitedForNow("key-id-limited", f"too many new install keys were asked for before {kid}")

    def remember(self, kid: str) -> None:
        """Record an id for all processes: it has verified a token of Atlassian's.

        A failed write is ignored: the next install with this key does it.
        """
        if kid in self._proved:
            return
        try:
            self._table.call(
                "UpdateItem",
                Key=_ROW,
                UpdateExpression="ADD #ids :id",
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues={":id": frozenset({kid})},
            )
        except AwsFailed as failure:
            _logger.warning(
                "Install key id not recorded", extra={"reason": failure.reason, "cause": str(failure)}
            )
        else:
            self._proved.add(kid)

    def _read(self) -> None:
        now = self._clock()
        if now < self._read_again_from:
            return
        self._read_again_from = now + READ_AGAIN_SECONDS
        answer = self._table.call("GetItem", Key=_ROW, ConsistentRead=True)
        self._proved.update(answer.get("Item", {}).get("ids", ()))
