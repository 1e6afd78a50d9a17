"""What Jira says of its limits.

https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import urllib3


class LimitScope(StrEnum):
    """How much a 429 stands for, by Jira's `RateLimit-Reason`."""

    ENDPOINT = "jira-burst-based"
    ISSUE = "jira-per-issue-on-write"
    SITE = "jira-quota-tenant-based"
    APP = "jira-quota-global-based"

    @property
    def is_quota(self) -> bool:
        """Whether it lasts until the hour is over, so that no waiting in between helps."""
        return self in {LimitScope.SITE, LimitScope.APP}


@dataclass(frozen=True, slots=True)
class RateLimit:
    """When to come back, and what with.

    Attributes:
        scope: what is limited; None when Jira does not say
        retry_after: how long to wait, in seconds; None when Jira does not say
    """

    scope: LimitScope | None
    retry_after: float | None


def read_rate_limit(headers: Mapping[str, str], *, now: float) -> RateLimit:
    """What the headers of a 429 or 503 say.

    Args:
        headers: by lower-case name
        now: Unix seconds
    """
    reason = headers.get("ratelimit-reason", "")
    scope = LimitScope(reason) if reason in LimitScope else None
    wait = _retry_after(headers.get("retry-after") or headers.get("beta-retry-after"))
    if wait is None:
        wait = _until(headers.get("x-ratelimit-reset"), now)
    return RateLimit(scope, wait)


def is_near_limit(headers: Mapping[str, str]) -> bool:
    """Whether Jira warns that less than a fifth of a limit is left."""
    return headers.get("x-ratelimit-nearlimit", "").lower() == "true"


def _retry_after(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        return float(urllib3.Retry().parse_retry_after(value))  # seconds, or a date
    except urllib3.exceptions.InvalidHeader:
        return None


def _until(reset: str | None, now: float) -> float | None:
    if reset is None:
        return None
    try:
        moment = datetime.fromisoformat(reset)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment.timestamp() - now, 0.0)
