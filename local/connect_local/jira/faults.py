"""Faults on order: what the next REST calls meet instead of, or before, what they came for.

The headers of a 429 are those of https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock

from connect_local.jira.entities import Json
from connect_local.jira.errors import NotCarriedOut

_FIRST_ERROR, _LAST_ERROR = 400, 599
_LONGEST_DELAY = 3600
_MAX_COUNT = 1000
_DEFAULT_RETRY_AFTER = 1
_DEFAULT_REASON = "jira-burst-based"
_KINDS = {
    "status": f"an HTTP status from {_FIRST_ERROR} to {_LAST_ERROR}",
    "delay": f"a number of seconds, at most {_LONGEST_DELAY}",
    "drop": '"before" or "after"',
    "rotateSecret": "true",
    "gatewayLimit": "true",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The call is answered with an error, whoever makes it."""

    status: int
    retry_after: int | None
    rate_limit_reason: str

    def headers(self, now: datetime) -> dict[str, str]:
        """Headers with the delay for the caller."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            reset = now + timedelta(seconds=self.retry_after or 0)
            headers |= {
                "X-RateLimit-Limit": "100",
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": f"{reset:%Y-%m-%dT%H:%M:%SZ}",
                "X-RateLimit-NearLimit": "true",
                "RateLimit-Reason": self.rate_limit_reason,
            }
        return headers


@dataclass(frozen=True, slots=True)
class Delay:
    """The call waits before it is looked at."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection breaks without an answer, before the work is done or after it."""

    after: bool


@dataclass(frozen=True, slots=True)
class RotateSecret:
    """The site gives every app a new secret; the call, signed with the old one, comes too late."""


@dataclass(frozen=True, slots=True)
class GatewayLimit:
    """The call is stopped by the gateway in front of Jira, whose limit is used up."""


type Fault = Status | Delay | Drop | RotateSecret | GatewayLimit


class Faults:
    """The faults to come, one for each call, to one site or to any."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: deque[Fault] = deque()
        self._met = 0

    def order(self, wish: Mapping[str, Json]) -> int:
        """Add what `POST /_local/faults` asks for; how many calls will meet it.

        Raises:
            NotCarriedOut: it asks for nothing that there is
        """
        fault, count = _fault(wish), wish.get("count", 1)
        if type(count) is not int or not 1 <= count <= _MAX_COUNT:
            raise NotCarriedOut(f"count must be a whole number from 1 to {_MAX_COUNT}.")
        with self._lock:
            self._faults.extend([fault] * count)
        return count

    def take(self) -> Fault | None:
        """Return the fault for this call, None for none."""
        with self._lock:
            fault = self._faults.popleft() if self._faults else None
            self._met = self._met + 1 if fault else 0
            return fault

    def on_order(self) -> list[Fault]:
        """The faults for the next calls, in order."""
        with self._lock:
            return list(self._faults)

    def pending(self) -> int:
        """Number of calls that will meet a fault."""
        with self._lock:
            return len(self._faults)

    def in_a_row(self) -> int:
        """Number of calls that have met a fault, or will, since the last that met none."""
        with self._lock:
            return self._met + len(self._faults)

    def clear(self) -> None:
        """Let all further calls through."""
        with self._lock:
            self._faults.clear()


def _fault(wish: Mapping[str, Json]) -> Fault:
    kinds = [kind for kind in _KINDS if kind in wish]
    if len(kinds) != 1:
        raise NotCarriedOut(f"A fault has exactly one of {', '.join(_KINDS)}.")
    match kinds[0], wish[kinds[0]]:
        case "status", int(status) if _FIRST_ERROR <= status <= _LAST_ERROR:
            return _status(status, wish)
        case "delay", int() | float() as seconds if _is_delay(seconds):
            return Delay(seconds)
        case "drop", "before" | "after" as moment:
            return Drop(after=moment == "after")
        case "rotateSecret", True:
            return RotateSecret()
        case "gatewayLimit", True:
            return GatewayLimit()
        case kind, _:
            raise NotCarriedOut(f"{kind} must be {_KINDS[kind]}.")


def _is_delay(seconds: float) -> bool:
    return not isinstance(seconds, bool) and 0 <= seconds <= _LONGEST_DELAY


def _status(status: int, wish: Mapping[str, Json]) -> Status:
    too_many = status == HTTPStatus.TOO_MANY_REQUESTS
    retry_after = wish.get("retryAfter", _DEFAULT_RETRY_AFTER if too_many else None)
    if retry_after is not None and (type(retry_after) is not int or retry_after < 0):
        raise NotCarriedOut("retryAfter must be a whole number of seconds.")
    reason = wish.get("rateLimitReason", _DEFAULT_REASON)
    if not isinstance(reason, str) or not reason.isascii() or not reason.isprintable():
        raise NotCarriedOut("rateLimitReason must be a word such as jira-burst-based.")
    return Status(status=status, retry_after=retry_after, rate_limit_reason=reason)
