"""Sites in trouble, as all workers know them: which do not answer, and who finds out when that is over.

A worker that waits for a site that hangs can do nothing else. So the first one says so while it waits, and
the others leave the site alone. Later one message at a time finds out whether the trouble is over, after ever
longer pauses; the first success ends it.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger
from cachetools import LRUCache, TTLCache

from connect_jira.aws.attributes import attributes, row_of
from connect_jira.aws.failures import CONDITION_FAILED, AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.jira_errors import JiraError
from connect_jwt.identity import ClientKey

LONGEST_PAUSE_SECONDS = 15 * 60.0

FINDING_OUT_SECONDS = 30.0
"""How long the message that finds out has: as long as the worker's function may run."""

LOOK_AGAIN_SECONDS = 2.0
"""How long a site is taken for well once it was found to be."""

_FIRST_PAUSE_SECONDS = 1.0
_LASTING_FAILURES = 8
_KEPT_SECONDS = 24 * 3600
_MOST_SITES = 10_000

logger = Logger(child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What calls to a site have met, with no success in between.

    Attributes:
        reason: of the last failure; empty as long as the first call is waited for
        failures: how many there were
        seconds: until the next message may find out whether it is over
    """

    reason: str
    failures: int
    seconds: float

    @property
    def is_lasting(self) -> bool:
        """Whether it is more than a moment's: for minutes, by now."""
        return self.failures >= _LASTING_FAILURES


class Troubles:
    """The records of sites in trouble, beside those of the work that is done.

    A row has `id`, the `reason` and number of `failures`, until when the site is left alone (`untilMs`, in
    Unix milliseconds), and when the row may be forgotten (`expiration`, in Unix seconds).

    IAM: `dynamodb:GetItem`, `UpdateItem` and `DeleteItem`, on the table.

    Args:
        dynamodb: the service
        table: the table's name
        clock: Unix seconds
    """

    def __init__(self, dynamodb: AwsService, *, table: str, clock: Callable[[], float] = time.time) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock
        self._well: TTLCache[ClientKey, bool] = TTLCache(_MOST_SITES, LOOK_AGAIN_SECONDS, timer=clock)
        self._failures: LRUCache[ClientKey, int] = LRUCache(
            _MOST_SITES
        )  # of those whose row this process knows

    def of(self, client_key: ClientKey) -> Trouble | None:
        """The trouble for which a site is to be left alone.

        None if it is in none that is known, or if whoever asks is now the one who finds out.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        if client_key in self._well:
            return None
        answer = self._dynamodb.call("GetItem", TableName=self._table, Key=_key(client_key))
        if "Item" not in answer:
            self._well[client_key] = True
            self._failures.pop(client_key, None)
            return None
        row, now_ms = row_of(answer["Item"]), self._now_ms()
        if row["untilMs"] <= now_ms and self._take_turn(client_key, row["untilMs"]):
            self._failures[client_key] = row["failures"]
            return None
        seconds = max(row["untilMs"] - now_ms, 1000) / 1000
        return Trouble(reason=row["reason"], failures=row["failures"], seconds=seconds)

    def note_slow(self, client_key: ClientKey) -> None:
        """A call to a site has been waited for for a while: let the others leave the site alone meanwhile."""
        if client_key not in self._failures:
            self._failures[client_key] = 0
            self._write(client_key, reason="", failures=0, seconds=FINDING_OUT_SECONDS)

    def note_failure(self, client_key: ClientKey, error: JiraError, *, told: float) -> None:
        """A call has met the site's own trouble.

        Args:
            client_key: the site
            error: what it has met
            told: how long the site wants to be left alone, in seconds; 0 if it does not say
        """
        failures = self._failures.get(client_key, 0) + 1
        self._failures[client_key] = failures
        self._well.pop(client_key, None)
        wait = max(_FIRST_PAUSE_SECONDS * 2.0 ** (failures - 1), told)
        seconds = min(wait, LONGEST_PAUSE_SECONDS)
        self._write(client_key, reason=error.reason, failures=failures, seconds=seconds)

    def note_success(self, client_key: ClientKey) -> None:
        """A call has succeeded: whatever the trouble was, it is over."""
        if self._failures.pop(client_key, None) is not None:
            self._change("DeleteItem", client_key)

    def _write(self, client_key: ClientKey, *, reason: str, failures: int, seconds: float) -> None:
        now_ms = self._now_ms()
        self._change(
            "UpdateItem",
            client_key,
            UpdateExpression="SET reason = :reason, failures = :failures, untilMs = :until,"
            " expiration = :expires",
            ExpressionAttributeValues=attributes(
                {
                    ":reason": reason,
                    ":failures": failures,
                    ":until": now_ms + int(seconds * 1000),
                    ":expires": now_ms // 1000 + _KEPT_SECONDS,
                }
            ),
        )

    def _take_turn(self, client_key: ClientKey, until_ms: int) -> bool:
        """Be the one who finds out, unless somebody else already is."""
        until = self._now_ms() + int(FINDING_OUT_SECONDS * 1000)
        try:
            self._dynamodb.call(
                "UpdateItem",
                TableName=self._table,
                Key=_key(client_key),
                UpdateExpression="SET untilMs = :until",
                ConditionExpression="untilMs = :seen",
                ExpressionAttributeValues=attributes({":seen": until_ms, ":until": until}),
            )
        except AwsFailed as failure:
            if failure.code == CONDITION_FAILED:
                return False
            raise
        return True

    def _change(self, operation: str, client_key: ClientKey, **expressions: Any) -> None:  # noqa: ANN401 - passed on
        try:
            self._dynamodb.call(operation, TableName=self._table, Key=_key(client_key), **expressions)
        except AwsFailed:
            logger.warning("A site's trouble is known to this process alone", exc_info=True)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _key(client_key: ClientKey) -> dict[str, Any]:
    record_id = hashlib.sha256(f"trouble {client_key}".encode(errors="surrogatepass")).hexdigest()
    return attributes({"id": record_id})
