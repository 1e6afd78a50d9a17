"""Recent activity between a site and the app, for the pages that show it.

One row per site, with the last webhook, the last call and, for each cause, the last refusal; no content of a
site, and nothing for longer than a month. A process writes each of them at most once in ten seconds, or once
a second if it changes. Refusals have a rate limit of their own, and never create a row, since their sender is
not proved; only proved events and calls do.

Nothing that is done depends on this table: a failed write is dropped, and no request fails for it. The number
of sites whose signatures fail is taken from it, for an alarm.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from aws_lambda_powertools import Logger
from cachetools import LRUCache

from connect_jira.aws.dynamodb import ConditionFailed, Row, Table, Value
from connect_jira.aws.failures import AwsFailed
from connect_jira.aws.service import Aws, AwsService
from connect_jira.installations.installation import is_storable
from connect_jira.metrics import count
from connect_jira.token_bucket import TokenBucket
from connect_jira.web.request import GatewayRequest
from connect_jwt.errors import Reason
from connect_jwt.identity import ClientKey

KEPT_SECONDS = 30 * 24 * 3600
"""Time that a site's row is kept after the last write."""

MAX_REFUSALS = 10
"""Maximum number of causes of refusals that are kept, the latest first."""

SAME_AGAIN_SECONDS = 10.0
CHANGED_SECONDS = 1.0
MISMATCH_SECONDS = 3600
"""Time in which a site whose signatures fail is counted once, whatever the number of its requests."""

REFUSALS_AT_ONCE = 10.0
REFUSALS_PER_SECOND = 0.1

_Written = LRUCache[tuple[ClientKey, str], tuple[object, float]]
"""The outcome last written for each site and kind, and its time."""

_MAX_TEXT = 200
_REFUSAL = "refusal:"

_logger = Logger(child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWebhook:
    """The last event accepted from a site: its name, and its time in Unix seconds."""

    event: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCall:
    """The last call to a site.

    Attributes:
        call: method and path
        status: of Jira's response; 0 for none
        at: Unix seconds
    """

    call: str
    status: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The last refusal for one cause, by the app or by Jira.

    Attributes:
        code: the cause, as in `connect_jwt.diagnosis.catalogue`
        request: method and path
        status: of the response
        by_jira: True if Jira refused a call of the app; False if the app refused a request
        at: Unix seconds
    """

    code: str
    request: str
    status: int
    by_jira: bool
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteActivity:
    """Everything remembered of a site; `refusals` has the latest first."""

    last_webhook: LastWebhook | None = None
    last_call: LastCall | None = None
    refusals: tuple[Refusal, ...] = ()


class Activity:
    """The table of activity.

    IAM: `dynamodb:UpdateItem` to record and `dynamodb:GetItem` to read, on the table.

    Args:
        dynamodb: the service; it should have short time-outs
        table: the table's name
        clock: Unix seconds
    """

    def __init__(
        self,
        dynamodb: AwsService,
        *,
        table: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._table = Table(dynamodb, table)
        self._clock = clock
        self._written = _Written(maxsize=1000)
        self._claimed = _Written(maxsize=1000)  # separate, since anybody can fill it
        self._refusals = TokenBucket(REFUSALS_AT_ONCE, REFUSALS_PER_SECOND, refilled_at=clock())

    @classmethod
    def from_env(cls, env: Mapping[str, str], aws: Aws) -> Self:
        """Return the table that `ACTIVITY_TABLE` names, with one short attempt per write."""
        return cls(aws.service("dynamodb", read_seconds=1.0, attempts=1), table=env["ACTIVITY_TABLE"])

    def begin(self, client_key: ClientKey) -> None:
        """Create the row of a site that has proved its identity, so that its refusals are recorded."""
        self._write(client_key, {})

    def record_webhook(self, client_key: ClientKey, event: str) -> None:
        """Record that a proved event was accepted.

        Args:
            client_key: the site
            event: such as `jira:issue_created`
        """
        if _is_due(self._written, (client_key, "lastWebhook"), event, self._clock()):
            self._write(client_key, {"lastWebhook": {"event": event, "at": self._now()}})

    def record_call(self, client_key: ClientKey, call: str, status: int, *, code: str | None = None) -> None:
        """Record a call to a site.

        Args:
            client_key: the site
            call: method and path, without the query
            status: of Jira's response; 0 for none
            code: cause of Jira's refusal, if it is one and known
        """
        values: dict[str, Value] = {}
        now = self._clock()
        if _is_due(self._written, (client_key, "lastCall"), status, now):
            values["lastCall"] = {"call": call[:_MAX_TEXT], "status": status, "at": self._now()}
        if code is not None and _is_due(self._written, (client_key, code), status, now):
            values[_REFUSAL + code] = self._refusal(call, status, by_jira=True)
        if values:
            self._write(client_key, values)

    def record_refusal(self, request: GatewayRequest, code: str, status: int) -> None:
        """Record a request that the app refused, if the site that it claims to be from has a row.

        Args:
            request: as it arrived
            code: the cause
            status: of the response
        """
        client_key = _claimed_site(request)
        if client_key is None or not _is_due(self._claimed, (client_key, code), status, self._clock()):
            return
        if self._refusals.take(self._clock()):
            refusal = self._refusal(f"{request.method} {request.path}", status, by_jira=False)
            before = self._write(client_key, {_REFUSAL + code: refusal}, only_known=True)
            if code == Reason.SECRET_MISMATCH and before is not None:
                self._count_mismatch(before.get(_REFUSAL + code))

    def read(self, client_key: ClientKey) -> SiteActivity:
        """Return what is remembered of a site.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        return activity_of(self._table.call("GetItem", Key=_key(client_key)).get("Item", {}))

    def _now(self) -> int:
        return int(self._clock())

    def _refusal(self, request: str, status: int, *, by_jira: bool) -> dict[str, Value]:
        return {"request": request[:_MAX_TEXT], "status": status, "byJira": by_jira, "at": self._now()}

    def _count_mismatch(self, last: Mapping[str, Any] | None) -> None:
        if last is None or self._now() - last["at"] >= MISMATCH_SECONDS:
            count("SiteSecretMismatch", service="all")

    def _write(
        self, client_key: ClientKey, values: Mapping[str, Value], *, only_known: bool = False
    ) -> Row | None:
        """Write, and return what was there before; None if nothing was written."""
        members = {**values, "expiresAt": self._now() + KEPT_SECONDS}
        condition = {"ConditionExpression": "attribute_exists(clientKey)"} if only_known else {}
        try:
            answer = self._table.call(
                "UpdateItem",
                Key=_key(client_key),
                UpdateExpression="SET " + ", ".join(f"#{n} = :{n}" for n in range(len(members))),
                ExpressionAttributeNames={f"#{n}": name for n, name in enumerate(members)},
                ExpressionAttributeValues={f":{n}": value for n, value in enumerate(members.values())},
                ReturnValues="ALL_OLD",
                **condition,
            )
        except ConditionFailed:
            return None
        except AwsFailed as failure:
            cause = {"reason": failure.reason, "cause": str(failure)}
            _logger.warning("Activity not recorded", extra=cause)
            return None
        before: Row = answer.get("Attributes", {})
        return before


def activity_of(row: Row) -> SiteActivity:
    """Decode a site's row; an empty one if there is none."""
    webhook, call = row.get("lastWebhook"), row.get("lastCall")
    refusals = [_read_refusal(name, row[name]) for name in row if name.startswith(_REFUSAL)]
    refusals.sort(key=lambda refusal: refusal.at, reverse=True)
    return SiteActivity(
        last_webhook=LastWebhook(**webhook) if webhook else None,
        last_call=LastCall(**call) if call else None,
        refusals=tuple(refusals[:MAX_REFUSALS]),
    )


def _key(client_key: ClientKey) -> Row:
    return {"clientKey": client_key}


def _is_due(written: _Written, what: tuple[ClientKey, str], outcome: object, now: float) -> bool:
    last = written.get(what)
    if last is not None:
        pause = SAME_AGAIN_SECONDS if last[0] == outcome else CHANGED_SECONDS
        if now - last[1] < pause:
            return False
    written[what] = (outcome, now)
    return True


def _claimed_site(request: GatewayRequest) -> ClientKey | None:
    claimed = request.claimed_site
    return claimed if claimed is not None and is_storable(claimed) else None


def _read_refusal(name: str, member: Mapping[str, Any]) -> Refusal:
    return Refusal(
        code=name.removeprefix(_REFUSAL),
        request=member["request"],
        status=member["status"],
        by_jira=member["byJira"],
        at=member["at"],
    )
