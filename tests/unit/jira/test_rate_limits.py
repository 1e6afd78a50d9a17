"""What the headers of a 429 come to."""

from datetime import UTC, datetime

import pytest

from connect_jira.rate_limits import LimitScope, RateLimit, is_near_limit, read_rate_limit

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC).timestamp()

HEADERS: list[tuple[dict[str, str], RateLimit]] = [
    ({}, RateLimit(None, None)),
    ({"retry-after": "7"}, RateLimit(None, 7.0)),
    ({"retry-after": "0"}, RateLimit(None, 0.0)),
    ({"retry-after": "soon"}, RateLimit(None, None)),
    ({"beta-retry-after": "9"}, RateLimit(None, 9.0)),
    ({"x-ratelimit-reset": "2026-11-23T10:00Z"}, RateLimit(None, 1800.0)),
    ({"x-ratelimit-reset": "2026-11-23T10:00:00"}, RateLimit(None, 1800.0)),
    ({"x-ratelimit-reset": "2026-11-23T09:00Z"}, RateLimit(None, 0.0)),
    ({"x-ratelimit-reset": "later"}, RateLimit(None, None)),
    ({"retry-after": "3", "x-ratelimit-reset": "2026-11-23T10:00Z"}, RateLimit(None, 3.0)),
    ({"ratelimit-reason": "jira-burst-based"}, RateLimit(LimitScope.ENDPOINT, None)),
    ({"ratelimit-reason": "jira-per-issue-on-write"}, RateLimit(LimitScope.ISSUE, None)),
    ({"ratelimit-reason": "jira-quota-tenant-based"}, RateLimit(LimitScope.SITE, None)),
    ({"ratelimit-reason": "jira-quota-global-based"}, RateLimit(LimitScope.APP, None)),
    ({"ratelimit-reason": "jira-of-tomorrow"}, RateLimit(None, None)),
]


@pytest.mark.parametrize(("headers", "expected"), HEADERS)
def test_scope_and_wait(headers: dict[str, str], expected: RateLimit) -> None:
    assert read_rate_limit(headers, now=NOW) == expected


@pytest.mark.parametrize(
    ("headers", "near"),
    [({}, False), ({"x-ratelimit-nearlimit": "true"}, True), ({"x-ratelimit-nearlimit": "false"}, False)],
)
def test_a_warning_is_noticed(headers: dict[str, str], *, near: bool) -> None:
    assert is_near_limit(headers) is near


def test_quotas_last_and_bursts_do_not() -> None:
    assert {scope for scope in LimitScope if scope.is_quota} == {LimitScope.SITE, LimitScope.APP}
