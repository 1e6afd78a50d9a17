"""Jira's rate limit headers.

The prefix `Beta-` is being removed, app by app, so both names are read.

https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus


class LimitScope(StrEnum):
    """Scope of a 429, by Jira's `RateLimit-Reason`."""

    ENDPOINT = "jira-burst-based"
    ISSUE = "jira-per-issue-on-write"
    SITE = "jira-quota-tenant-based"
    APP = "jira-quota-global-based"
    UNKNOWN = "unknown"
    """No reason, or an unknown one; the gateway of `api.atlassian.com` never gives one."""

    @property
    def is_quota(self) -> bool:
        """True if it lasts until the hour is over, so that waiting in between does not help."""
        return self in {LimitScope.SITE, LimitScope.APP}


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Delay that Jira asks for, and the limit's scope.

    Attributes:
        scope: of the limit; None unless the status is 429
        retry_after: delay in seconds, at least one; None if Jira gives none
    """

    scope: LimitScope | None
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """One limit in `RateLimit` or `RateLimit-Policy`, with its numbers by letter."""

    name: str
    numbers: Mapping[str, float]


_SHORTEST_SECONDS = 1.0
_LONGEST_SECONDS = 24 * 3600.0
_HOUR = 3600.0
_NEAR = 0.2
_LIMITS = {
    "global-app-quota": LimitScope.APP,
    "tenant-app-quota": LimitScope.SITE,
    "jira-burst-based": LimitScope.ENDPOINT,
}
"""Scopes by their names in `RateLimit`, the widest first."""
_RESETS = ("x-ratelimit-reset", "x-beta-ratelimit-reset", "beta-x-ratelimit-reset")
_FIRST_UNIX_TIME = 1_000_000_000.0
_FIRST_IN_MILLISECONDS = 1_000_000_000_000.0


def read_rate_limit(status: int, headers: Mapping[str, str], *, now: float) -> RateLimit:
    """Read the delay from a response. Never raises.

    `Retry-After` counts with any status, the rest only with 429: `Beta-Retry-After` comes with successes.

    Args:
        status: the HTTP status
        headers: by lower-case name
        now: Unix seconds
    """
    wait = _retry_after(headers.get("retry-after"), now)
    if status != HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimit(None, wait)
    spent = [entry for entry in _entries(headers, "ratelimit") if entry.numbers.get("r") == 0]
    scope = _scope(headers, spent)
    if wait is None:
        wait = _retry_after(headers.get("beta-retry-after"), now)
    if wait is None:
        ends = [
            entry.numbers["t"] for entry in spent if _LIMITS.get(entry.name) is scope and "t" in entry.numbers
        ]
        wait = _bounded(max(ends)) if ends else _until_reset(headers, scope, now)
    return RateLimit(scope, wait)


def is_near_limit(headers: Mapping[str, str]) -> bool:
    """Return whether Jira warns that less than a fifth of a limit is left.

    Jira gives the remaining amount only after four fifths are used; with a total, the share is computed.

    Args:
        headers: by lower-case name
    """
    if headers.get("x-ratelimit-nearlimit", "").lower() == "true":
        return True
    allowed = {entry.name: entry.numbers.get("q") for entry in _entries(headers, "ratelimit-policy")}
    for entry in _entries(headers, "ratelimit"):
        left, of = entry.numbers.get("r"), allowed.get(entry.name)
        if left is not None and (of is None or left <= of * _NEAR):
            return True
    return False


def _scope(headers: Mapping[str, str], spent: list[_Entry]) -> LimitScope:
    reason = headers.get("ratelimit-reason", "")
    if reason in LimitScope:
        return LimitScope(reason)
    names = {entry.name for entry in spent} if not reason else set()
    return next((scope for name, scope in _LIMITS.items() if name in names), LimitScope.UNKNOWN)


def _entries(headers: Mapping[str, str], name: str) -> Iterator[_Entry]:
    """Yield the limits of a header with or without prefix: `"tenant-app-quota";q=100000;w=3600, "…";…`."""
    for value in (headers.get(name, ""), headers.get(f"beta-{name}", "")):
        for entry in value.split(","):
            named, *parameters = entry.split(";")
            pairs = (parameter.strip().partition("=") for parameter in parameters)
            numbers = {letter: number for letter, _, text in pairs if (number := _number(text)) is not None}
            yield _Entry(named.strip().strip('"'), numbers)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,15}(\.\d{1,9})?", text, re.ASCII) else None


def _bounded(seconds: float) -> float:
    return min(max(seconds, _SHORTEST_SECONDS), _LONGEST_SECONDS)


def _retry_after(value: str | None, now: float) -> float | None:
    """Parse seconds, or a date."""
    text = (value or "").strip()
    seconds = _number(text)
    if seconds is not None:
        return _bounded(seconds)
    try:
        return _bounded(parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _until_reset(headers: Mapping[str, str], scope: LimitScope, now: float) -> float | None:
    """Return the seconds until a limit is reset; a time in the past only shows that it is a quota."""
    reset = next(
        (moment for name in _RESETS if (moment := _moment(headers.get(name), now)) is not None), None
    )
    if reset is None:
        return None
    if reset > now:
        return _bounded(reset - now)
    return _bounded(_HOUR - now % _HOUR) if scope.is_quota or scope is LimitScope.UNKNOWN else None


def _moment(value: str | None, now: float) -> float | None:
    """Parse a time to Unix seconds: a date, Unix seconds or milliseconds, or seconds from now."""
    text = (value or "").strip()
    number = _number(text)
    if number is not None:
        if number >= _FIRST_IN_MILLISECONDS:
            return number / 1000
        return number if number >= _FIRST_UNIX_TIME else now + number
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
