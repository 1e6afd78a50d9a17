"""Tenant back-off: sites that get no calls for a while.

- A quota lasts until Jira says. A burst limit lasts for seconds, and for a single endpoint; yet a worker that
  waits a few seconds for each message keeps all other sites waiting. So the site's other messages are
  postponed by the delay that the client would have waited for each. A process learns a limit by a single
  call, which costs less than a table lookup for every message.
- Trouble of the whole site, such as no response, would hit every other message, too. All workers share a
  circuit breaker per site: a worker that waits for a site that hangs can do nothing else, so the first one
  records it while it waits, and the others postpone the site's messages. Later one message at a time probes
  the site, after growing pauses; the first response ends the trouble. If the probing worker dies, another one
  probes after a while. A record counts for a day at most.
- A site that has disabled the app gets no calls until it enables it again, and one that is paused none until
  the pause ends.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from aws_lambda_powertools import Logger
from cachetools import LRUCache, TLRUCache, TTLCache

from connect_jira.aws.dynamodb import ConditionFailed, Row, Table
from connect_jira.aws.failures import AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.errors import SiteDisabled, SitePaused
from connect_jira.jira.connection_pool import SLOW_HOOK
from connect_jira.jira.errors import JiraError, JiraUnreachable
from connect_jira.jira.rate_limits import LimitScope, read_rate_limit
from connect_jira.jira.response import JiraResponse
from connect_jira.jira.retries import LONGEST_WAIT_SECONDS, UNAVAILABLE
from connect_jwt.identity import ClientKey

LONGEST_PAUSE_SECONDS = 15 * 60.0

FINDING_OUT_SECONDS = 30.0
"""Time after which the turn of a worker that died while probing ends: the maximum run time of one."""

LOOK_AGAIN_SECONDS = 2.0
"""Time that a site is taken for healthy after a lookup found it so, and the delay between lookups while
another worker probes it."""

_FIRST_PAUSE_SECONDS = 1.0
_LASTING_FAILURES = 8
_KEPT_SECONDS = 24 * 3600
_MOST_SITES = 10_000
_ALL_SITES = ClientKey("*")
_UNTIL_JIRA_SAYS_MORE_SECONDS = 60.0
_NO_ROW = "attribute_not_exists(id) OR expiration < :now"
_NOT_TOLD = "Site's trouble not recorded"

logger = Logger(child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Failed calls to a site without a response in between.

    Attributes:
        reason: of the last failure; empty while the first call is waited for
        failures: number of failures
        seconds: until the next lookup is worthwhile
    """

    reason: str
    failures: int
    seconds: float

    @property
    def is_lasting(self) -> bool:
        """True if it has lasted for minutes by now."""
        return self.failures >= _LASTING_FAILURES


@dataclass(frozen=True, slots=True)
class _Met:
    """A site's trouble as this process has met it.

    Attributes:
        failures: number of failures, as far as known
        turn_ms: end of its turn at probing, from the row; 0 if it has none
    """

    failures: int
    turn_ms: int = 0


class Troubles:
    """Records of sites in trouble, in the idempotency store's table.

    A row has `id`, the site (`clientKey`), the `reason` and number of `failures`, the end of the pause
    (`untilMs`) and of the turn at probing (`turnMs`; 0 if nobody probes), both in Unix milliseconds, and its
    TTL (`expiration`, in Unix seconds).

    IAM: `dynamodb:GetItem`, `UpdateItem` and `DeleteItem`, on the table.

    Args:
        dynamodb: the service
        table: the table's name
        clock: Unix seconds
    """

    def __init__(self, dynamodb: AwsService, *, table: str, clock: Callable[[], float] = time.time) -> None:
        self._table = Table(dynamodb, table)
        self._clock = clock
        self._well: TTLCache[ClientKey, bool] = TTLCache(_MOST_SITES, LOOK_AGAIN_SECONDS, timer=clock)
        self._met: LRUCache[ClientKey, _Met] = LRUCache(_MOST_SITES)

    def of(self, client_key: ClientKey) -> Trouble | None:
        """Return the trouble for which a site is to be left alone.

        None if no trouble is known, or if it is the caller's turn to probe the site. The turn lasts until an
        outcome is recorded for the site, or `end_turn`.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        if client_key in self._well:
            return None
        row: Row = self._table.call("GetItem", Key=_key(client_key)).get("Item", {})
        now_ms = self._in_ms(0)
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
        """Leave the probe to another worker, if it is still this process's turn."""
        met = self._met.get(client_key)
        if met is not None and met.turn_ms:
            del self._met[client_key]
            self._note(client_key, "turnMs = :mine", {":mine": met.turn_ms}, {"turnMs": 0})

    def note_slow(self, client_key: ClientKey) -> None:
        """Record that a call takes long, so that other workers leave the site alone meanwhile."""
        if client_key not in self._met:
            turn_ms = self._in_ms(FINDING_OUT_SECONDS)
            self._met[client_key] = _Met(0, turn_ms)
            slow = {"reason": "", "failures": 0, "untilMs": 0, "turnMs": turn_ms}
            self._note(client_key, _NO_ROW, {":now": self._in_ms(0) // 1000}, slow)

    def note_failure(self, client_key: ClientKey, error: JiraError, *, told: float) -> None:
        """Record trouble of the whole site. Calls that meet it at the same time count once.

        Args:
            client_key: the site
            error: the failure
            told: the delay that the site asks for, in seconds; 0 if it gives none
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
        """Record a response, be it a refusal: the trouble is over."""
        if self._met.pop(client_key, None) is not None:
            self._well[client_key] = True
            try:
                self._table.call("DeleteItem", Key=_key(client_key))
            except AwsFailed:
                logger.warning(_NOT_TOLD, exc_info=True)

    def forget(self, client_key: ClientKey) -> None:
        """Delete what is known of a site.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        self._table.call("DeleteItem", Key=_key(client_key))

    def _take_turn(self, client_key: ClientKey, row: Row) -> bool:
        """Take the turn at probing, unless another worker has it."""
        turn_ms = self._in_ms(FINDING_OUT_SECONDS)
        seen = {":until": row["untilMs"], ":turn": row["turnMs"]}
        is_mine = self._update(client_key, "untilMs = :until AND turnMs = :turn", seen, {"turnMs": turn_ms})
        if is_mine:
            self._met[client_key] = _Met(row["failures"], turn_ms)
        return is_mine

    def _note(self, client_key: ClientKey, condition: str, seen: Row, changes: Row) -> None:
        """Record for other workers, unless they know more by now; a failure to write is ignored."""
        try:
            self._update(client_key, condition, seen, changes)
        except AwsFailed:
            logger.warning(_NOT_TOLD, exc_info=True)

    def _update(self, client_key: ClientKey, condition: str, seen: Row, changes: Row) -> bool:
        """Change a row if it is unchanged since it was read; return False if not."""
        expiration = self._in_ms(_KEPT_SECONDS) // 1000
        changes = {"clientKey": str(client_key), "expiration": expiration, **changes}
        try:
            self._table.call(
                "UpdateItem",
                Key=_key(client_key),
                UpdateExpression="SET " + ", ".join(f"{name} = :new_{name}" for name in changes),
                ConditionExpression=condition,
                ExpressionAttributeValues=seen | {f":new_{name}": value for name, value in changes.items()},
            )
        except ConditionFailed:
            return False
        return True

    def _in_ms(self, seconds: float) -> int:
        return int((self._clock() + seconds) * 1000)


def _key(client_key: ClientKey) -> Row:
    record_id = hashlib.sha256(f"trouble {client_key}".encode(errors="surrogatepass")).hexdigest()
    return {"id": record_id}


class TenantBackoff:
    """Sites that get no calls for now.

    Attributes:
        troubles: records of sites in trouble
        hold: returns why a site is disabled or paused, or None
        pause: pauses a site whose secret Jira has refused for a day; returns whether it is paused

    Args:
        troubles: records of sites in trouble
        hold: as above
        pause: likewise
        clock: Unix seconds
    """

    def __init__(
        self,
        troubles: Troubles,
        *,
        hold: Callable[[ClientKey], SiteDisabled | SitePaused | None] = lambda _client_key: None,
        pause: Callable[[ClientKey], bool] = lambda _client_key: False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.troubles = troubles
        self.hold = hold
        self.pause = pause
        self._clock = clock
        self._until: TLRUCache[ClientKey, float] = TLRUCache(
            maxsize=_MOST_SITES, ttu=lambda _client_key, until, _now: until, timer=clock
        )

    def note(self, client_key: ClientKey, outcome: JiraResponse | JiraError) -> None:
        """Record a call's outcome, if other calls to the site would meet the same.

        That is a 429 for more than one issue (an endpoint, a site or the app), which counts for the site if
        Jira gives no scope. It is also trouble of the whole site, which a plain 500 is not. Any other
        response ends the trouble.
        """
        limit = read_rate_limit(outcome.status, outcome.headers, now=self._clock())
        if isinstance(outcome, JiraError) and _is_sites_own(outcome):
            self.troubles.note_failure(client_key, outcome, told=limit.retry_after or 0.0)
            return
        self.troubles.note_answer(client_key)
        if limit.scope not in {None, LimitScope.ISSUE}:
            paused = _ALL_SITES if limit.scope is LimitScope.APP else client_key
            if limit.scope is LimitScope.ENDPOINT:
                wait = LONGEST_WAIT_SECONDS
            else:
                wait = _UNTIL_JIRA_SAYS_MORE_SECONDS if limit.retry_after is None else limit.retry_after
            self._until[paused] = max(self._clock() + wait, self._until.get(paused, 0.0))

    @contextmanager
    def noting_slow(self, client_key: ClientKey) -> Iterator[None]:
        """Record each response of a site inside that takes longer than `SLOW_SECONDS`."""
        token = SLOW_HOOK.set(partial(self.troubles.note_slow, client_key))
        try:
            yield
        finally:
            SLOW_HOOK.reset(token)

    def seconds_left(self, client_key: ClientKey) -> float:
        """Return the seconds until a site's limit ends; 0 if there is none."""
        until = max(self._until.get(client_key, 0.0), self._until.get(_ALL_SITES, 0.0))
        return max(until - self._clock(), 0.0)


def _is_sites_own(error: JiraError) -> bool:
    """Return whether an error is trouble of the whole site, not of one request."""
    return error.pauses_site or isinstance(error, JiraUnreachable) or error.status in UNAVAILABLE
