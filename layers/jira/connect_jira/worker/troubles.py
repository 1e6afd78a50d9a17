"""Sites in trouble, as all workers know them: which do not answer, and who finds out when that is over.

A worker that waits for a site that hangs can do nothing else. So the first one says so while it waits, and
the others leave the site alone. Later one message at a time finds out whether the trouble is over, after ever
longer pauses; the first answer ends it.

Whoever finds out may die of it; then another one does, after a while. What is noted counts for a day at most.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger
from cachetools import LRUCache, TTLCache

from connect_jira.aws.attributes import Row, attributes, row_of
from connect_jira.aws.failures import CONDITION_FAILED, AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.jira.errors import JiraError
from connect_jwt.identity import ClientKey

LONGEST_PAUSE_SECONDS = 15 * 60.0

FINDING_OUT_SECONDS = 30.0
"""How long the turn of a message that finds out lasts when its worker dies: as long as that may run."""

LOOK_AGAIN_SECONDS = 2.0
"""How long a site is taken for well that was found to be, and how soon one is looked at again about which
somebody is finding out.
"""

_FIRST_PAUSE_SECONDS = 1.0
_LASTING_FAILURES = 8
_KEPT_SECONDS = 24 * 3600
_MOST_SITES = 10_000
_NO_ROW = "attribute_not_exists(id) OR expiration < :now"
_NOT_TOLD = "A site's trouble is known to this process alone"

logger = Logger(child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What calls to a site have met, with no answer in between.

    Attributes:
        reason: of the last failure; empty as long as the first call is waited for
        failures: how many there were
        seconds: until it is worth looking again
    """

    reason: str
    failures: int
    seconds: float

    @property
    def is_lasting(self) -> bool:
        """Whether it is more than a moment's: for minutes, by now."""
        return self.failures >= _LASTING_FAILURES


@dataclass(frozen=True, slots=True)
class _Met:
    """What this process has met of a site's trouble.

    Attributes:
        failures: how many there were, as far as it knows
        turn_ms: when its turn at finding out ends, as the row says; 0 when it has none
    """

    failures: int
    turn_ms: int = 0


class Troubles:
    """The records of sites in trouble, beside those of the work that is done.

    A row has `id`, the `reason` and number of `failures`, until when the site is left alone (`untilMs`),
    until when somebody finds out whether it is over (`turnMs`; 0 when nobody does), both in Unix
    milliseconds, and when the row counts no more (`expiration`, in Unix seconds).

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
        self._met: LRUCache[ClientKey, _Met] = LRUCache(_MOST_SITES)

    def of(self, client_key: ClientKey) -> Trouble | None:
        """The trouble for which a site is to be left alone.

        None if it is in none that is known, or if it is the turn of whoever asks to find out whether it is
        over. The turn lasts until something is noted of the site, or `end_turn`.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        if client_key in self._well:
            return None
        answer = self._dynamodb.call("GetItem", TableName=self._table, Key=_key(client_key))
        row, now_ms = row_of(answer.get("Item", {})), self._in_ms(0)
        if row.get("expiration", 0) * 1000 < now_ms:
            self._well[client_key] = True
            self._met.pop(client_key, None)
            return None
        left = row["untilMs"] - now_ms
        if left <= 0:
            if row["turnMs"] <= now_ms and self._take_turn(client_key, row):
                return None
            left = LOOK_AGAIN_SECONDS * 1000
        return Trouble(reason=row["reason"], failures=row["failures"], seconds=left / 1000)

    def end_turn(self, client_key: ClientKey) -> None:
        """Leave it to another to find out, if it is still this process's turn."""
        met = self._met.get(client_key)
        if met is not None and met.turn_ms:
            del self._met[client_key]
            self._note(client_key, "turnMs = :mine", {":mine": met.turn_ms}, {"turnMs": 0})

    def note_slow(self, client_key: ClientKey) -> None:
        """A call to a site has been waited for for a while: let the others leave the site alone meanwhile."""
        if client_key not in self._met:
            turn_ms = self._in_ms(FINDING_OUT_SECONDS)
            self._met[client_key] = _Met(0, turn_ms)
            slow = {"reason": "", "failures": 0, "untilMs": 0, "turnMs": turn_ms}
            self._note(client_key, _NO_ROW, {":now": self._in_ms(0) // 1000}, slow)

    def note_failure(self, client_key: ClientKey, error: JiraError, *, told: float) -> None:
        """A call has met the site's own trouble. Calls that meet it at the same time count once.

        Args:
            client_key: the site
            error: what it has met
            told: how long the site wants to be left alone, in seconds; 0 if it does not say
        """
        before = self._met.get(client_key, _Met(0)).failures
        self._met[client_key] = _Met(before + 1)
        self._well.pop(client_key, None)
        wait = min(max(_FIRST_PAUSE_SECONDS * 2.0**before, told), LONGEST_PAUSE_SECONDS)
        until_ms = self._in_ms(wait)
        self._note(
            client_key,
            f"{_NO_ROW} OR (failures < :more AND untilMs < :until)",
            {":now": self._in_ms(0) // 1000, ":more": before + 2, ":until": until_ms},
            {"reason": error.reason, "failures": before + 1, "untilMs": until_ms, "turnMs": 0},
        )

    def note_answer(self, client_key: ClientKey) -> None:
        """A call was answered, be it with a refusal: the site is there, and its trouble is over."""
        if self._met.pop(client_key, None) is not None:
            self._well[client_key] = True
            try:
                self._dynamodb.call("DeleteItem", TableName=self._table, Key=_key(client_key))
            except AwsFailed:
                logger.warning(_NOT_TOLD, exc_info=True)

    def _take_turn(self, client_key: ClientKey, row: Row) -> bool:
        """Be the one who finds out, unless somebody else already is."""
        turn_ms = self._in_ms(FINDING_OUT_SECONDS)
        unchanged, seen = (
            "untilMs = :until AND turnMs = :turn",
            {":until": row["untilMs"], ":turn": row["turnMs"]},
        )
        is_mine = self._update(client_key, unchanged, seen, {"turnMs": turn_ms})
        if is_mine:
            self._met[client_key] = _Met(row["failures"], turn_ms)
        return is_mine

    def _note(self, client_key: ClientKey, condition: str, seen: Row, changes: Row) -> None:
        """Tell the others, unless they know more by now: work goes on, whatever becomes of it."""
        try:
            self._update(client_key, condition, seen, changes)
        except AwsFailed:
            logger.warning(_NOT_TOLD, exc_info=True)

    def _update(self, client_key: ClientKey, condition: str, seen: Row, changes: Row) -> bool:
        """Change a row if it is as it was seen; False if it is not."""
        changes = {"expiration": self._in_ms(_KEPT_SECONDS) // 1000, **changes}
        try:
            self._dynamodb.call(
                "UpdateItem",
                TableName=self._table,
                Key=_key(client_key),
                UpdateExpression="SET " + ", ".join(f"{name} = :new_{name}" for name in changes),
                ConditionExpression=condition,
                ExpressionAttributeValues=attributes(
                    seen | {f":new_{name}": value for name, value in changes.items()}
                ),
            )
        except AwsFailed as failure:
            if failure.code == CONDITION_FAILED:
                return False
            raise
        return True

    def _in_ms(self, seconds: float) -> int:
        return int((self._clock() + seconds) * 1000)


def _key(client_key: ClientKey) -> dict[str, Any]:
    record_id = hashlib.sha256(f"trouble {client_key}".encode(errors="surrogatepass")).hexdigest()
    return attributes({"id": record_id})
