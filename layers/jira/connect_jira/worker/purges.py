"""Tombstones of purged sites: what was asked for a site before it was purged is not done any more.

A message cannot be found in the queue without taking it away from a worker, nor for as long as it is delayed.
So `connect tenants purge` leaves a tombstone for each name of the site, and the worker drops the site's older
messages as they come. What a site asks for after it has installed the app again is not covered.

A tombstone outlives every message. It names the site, and has nothing that the site has sent.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aws_lambda_powertools import Logger
from cachetools import TTLCache

from connect_jira.aws.dynamodb import Row, Table
from connect_jira.aws.failures import AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.metrics import count
from connect_jwt.identity import ClientKey

KEPT_SECONDS = 30 * 24 * 3600
"""Time that a tombstone is kept, like what is too large for a message."""

REMEMBERED_SECONDS = 15
"""Time that a worker takes a site for purged, or not, without looking again."""

_MOST_SITES = 10_000

logger = Logger(child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """A purged site.

    Attributes:
        keys: the clientKey and the Forge installations' ids that it had
        purged_at: messages sent before are dropped; in Unix seconds
        dropped: number of messages dropped under one of the keys
    """

    keys: tuple[ClientKey, ...]
    purged_at: int
    dropped: int = 0


class Purges:
    """The tombstones, in the idempotency store's table.

    A row has `id`, the `keys`, `purgedAt` in Unix seconds, the number of messages `dropped`, and its TTL
    (`expiration`, in Unix seconds).

    IAM: `dynamodb:GetItem` and `UpdateItem` on the table; to remove a tombstone `DeleteItem`.

    Args:
        dynamodb: the service
        table: the table's name
        clock: Unix seconds
    """

    def __init__(self, dynamodb: AwsService, *, table: str, clock: Callable[[], float] = time.time) -> None:
        self._table = Table(dynamodb, table)
        self._clock = clock
        self._purged_at: TTLCache[ClientKey, int] = TTLCache(_MOST_SITES, REMEMBERED_SECONDS, timer=clock)

    def covers(self, client_key: ClientKey, sent_at: float) -> bool:
        """Return whether a message is to be dropped, possibly as it was some seconds ago.

        Args:
            client_key: of the message
            sent_at: time when it was first sent, in Unix seconds

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        purged_at = self._purged_at.get(client_key)
        if purged_at is None:
            row: Row = self._table.call("GetItem", Key=_key(client_key)).get("Item", {})
            purged_at = self._purged_at[client_key] = int(row.get("purgedAt", 0))
        return sent_at < purged_at

    def note_dropped(self, client_key: ClientKey) -> None:
        """Count a message that was dropped; a failure to write is ignored."""
        logger.info("Message of a purged site dropped")
        count("WorkEnded", reason="site-purged")
        try:
            self._table.call(
                "UpdateItem",
                Key=_key(client_key),
                UpdateExpression="ADD dropped :one",
                ConditionExpression="attribute_exists(id)",
                ExpressionAttributeValues={":one": 1},
            )
        except AwsFailed:
            logger.warning("Dropped message not counted", exc_info=True)

    def read(self, client_key: ClientKey) -> Tombstone | None:
        """Return the tombstone of a key by a strongly consistent read; None if it has none.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        row: Row = self._table.call("GetItem", Key=_key(client_key), ConsistentRead=True).get("Item", {})
        if not row:
            return None
        return Tombstone(
            keys=tuple(map(ClientKey, row["keys"])), purged_at=row["purgedAt"], dropped=row.get("dropped", 0)
        )

    def put(self, keys: Sequence[ClientKey], *, purged_at: int) -> None:
        """Write the tombstones of a site, or move them to a later time; what was dropped stays counted.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        for key in keys:
            self._table.call(
                "UpdateItem",
                Key=_key(key),
                UpdateExpression="SET #keys = :keys, purgedAt = :at, expiration = :expiration",
                ExpressionAttributeNames={"#keys": "keys"},
                ExpressionAttributeValues={
                    ":keys": [str(one) for one in keys],
                    ":at": purged_at,
                    ":expiration": int(self._clock()) + KEPT_SECONDS,
                },
            )

    def remove(self, keys: Sequence[ClientKey]) -> None:
        """Remove tombstones: the site was not purged after all.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        for key in keys:
            self._table.call("DeleteItem", Key=_key(key))


def _key(client_key: ClientKey) -> Row:
    record_id = hashlib.sha256(f"purged {client_key}".encode(errors="surrogatepass")).hexdigest()
    return {"id": record_id}
