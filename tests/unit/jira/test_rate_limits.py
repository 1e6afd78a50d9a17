"""Headers of a 429."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connect_jira.jira.rate_limits import LimitScope, RateLimit, is_near_limit, read_rate_limit
from tests.unit.jira.captures import capture

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC).timestamp()

UNKNOWN = LimitScope.UNKNOWN
BURST, QUOTA = {"ratelimit-reason": "jira-burst-based"}, {"ratelimit-reason": "jira-quota-tenant-based"}
RESET = "x-ratelimit-reset"
SPENT = '"tenant-app-quota";r=0;t=1200,"global-app-quota";r=900;t=1200'

HEADERS: list[tuple[dict[str, str], RateLimit]] = [
    ({}, RateLimit(UNKNOWN, None)),
    ({"retry-after": "7"}, RateLimit(UNKNOWN, 7.0)),
    ({"retry-after": " 30.0 "}, RateLimit(UNKNOWN, 30.0)),
    ({"retry-after": "0"}, RateLimit(UNKNOWN, 1.0)),
    ({"retry-after": "-5"}, RateLimit(UNKNOWN, None)),
    ({"retry-after": "soon"}, RateLimit(UNKNOWN, None)),
    ({"retry-after": "inf"}, RateLimit(UNKNOWN, None)),
    ({"retry-after": "9" * 15}, RateLimit(UNKNOWN, 86400.0)),
    ({"retry-after": "Mon, 23 Nov 2026 09:31:30 GMT"}, RateLimit(UNKNOWN, 90.0)),
    ({"retry-after": "Mon, 23 Nov 2026 09:00:00 GMT"}, RateLimit(UNKNOWN, 1.0)),
    ({"retry-after": "Fri, 31 Dec 99999 23:59:59 GMT"}, RateLimit(UNKNOWN, None)),
    ({"retry-after": "Fri, 31 Dec 9999 23:59:59 -1200"}, RateLimit(UNKNOWN, 86400.0)),
    ({"beta-retry-after": "9"}, RateLimit(UNKNOWN, 9.0)),
    ({RESET: "2026-11-23T10:00Z"}, RateLimit(UNKNOWN, 1800.0)),
    ({RESET: "2026-11-23T10:00:00"}, RateLimit(UNKNOWN, 1800.0)),
    ({RESET: "1800"}, RateLimit(UNKNOWN, 1800.0)),
    ({RESET: str(int(NOW) + 60)}, RateLimit(UNKNOWN, 60.0)),
    ({RESET: str(int(NOW) * 1000 + 60_000)}, RateLimit(UNKNOWN, 60.0)),
    ({RESET: "later"}, RateLimit(UNKNOWN, None)),
    ({RESET: "2026-11-23T09:00Z"}, RateLimit(UNKNOWN, 1800.0)),
    ({**QUOTA, RESET: "2026-11-23T09:00Z"}, RateLimit(LimitScope.SITE, 1800.0)),
    ({**BURST, RESET: "2026-11-23T09:00Z"}, RateLimit(LimitScope.ENDPOINT, None)),
    ({"retry-after": "3", RESET: "2026-11-23T10:00Z"}, RateLimit(UNKNOWN, 3.0)),
    ({"ratelimit-reason": "jira-burst-based"}, RateLimit(LimitScope.ENDPOINT, None)),
    ({"ratelimit-reason": "jira-per-issue-on-write"}, RateLimit(LimitScope.ISSUE, None)),
    ({"ratelimit-reason": "jira-quota-tenant-based"}, RateLimit(LimitScope.SITE, None)),
    ({"ratelimit-reason": "jira-quota-global-based"}, RateLimit(LimitScope.APP, None)),
    ({"ratelimit-reason": "jira-cost-based"}, RateLimit(UNKNOWN, None)),
    ({"ratelimit": SPENT}, RateLimit(LimitScope.SITE, 1200.0)),
    ({"beta-ratelimit": SPENT.replace("r=900", "r=0")}, RateLimit(LimitScope.APP, 1200.0)),
    ({"ratelimit": '"jira-burst-based";r=0;t=2'}, RateLimit(LimitScope.ENDPOINT, 2.0)),
    ({"ratelimit": SPENT, **BURST}, RateLimit(LimitScope.ENDPOINT, None)),
    ({"ratelimit": '";;=,"r=0'}, RateLimit(UNKNOWN, None)),
]


@pytest.mark.parametrize(("headers", "expected"), HEADERS)
def test_scope_and_wait(headers: dict[str, str], expected: RateLimit) -> None:
    assert read_rate_limit(429, headers, now=NOW) == expected


@pytest.mark.parametrize("name", ["gateway-429", "jira-429-reset-in-the-past"])
def test_a_429_as_it_was_captured_says_to_wait_for_the_next_hour(name: str) -> None:
    seen = capture(name)
    now = datetime.fromisoformat(seen.get("seen_at", "2026-04-01T12:25Z")).timestamp()
    headers = {
        key: value.replace("<ISO 8601>", "2026-04-01T13:00Z") for key, value in seen["headers"].items()
    }
    assert read_rate_limit(429, headers, now=now) == RateLimit(UNKNOWN, 35 * 60)


@pytest.mark.parametrize("status", [200, 403, 502, 503, 504])
def test_only_a_429_is_about_limits_and_any_answer_may_say_when_to_come_back(status: int) -> None:
    about_limits = {RESET: "2026-11-23T10:00Z", "beta-retry-after": "9", "ratelimit": SPENT, **QUOTA}
    assert read_rate_limit(status, about_limits, now=NOW) == RateLimit(None, None)
    assert read_rate_limit(status, {"retry-after": "9"}, now=NOW) == RateLimit(None, 9.0)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["retry-after", RESET, "ratelimit", "ratelimit-policy"]), st.text()))
@example({"retry-after": "Thu, 01 Jan 0000 00:00:00 GMT"})
@example({"retry-after": "1 Jan 2020 99:99:99 +9999999999"})
@example({RESET: "0001-01-01T00:00:00+23:59"})
@example({RESET: "9999-12-31T23:59:59-23:59"})
def test_reading_raises_nothing_and_never_waits_for_less_than_a_second(headers: dict[str, str]) -> None:
    wait = read_rate_limit(429, headers, now=NOW).retry_after
    assert wait is None or 1 <= wait <= 86400
    is_near_limit(headers)


POLICY = '"global-app-quota";q=65000;w=3600, "tenant-app-quota";q=1000;w=3600'


@pytest.mark.parametrize("prefix", ["", "beta-"])
@pytest.mark.parametrize(
    ("limits", "near"),
    [
        ('"tenant-app-quota";r=200;t=60', True),
        ('"tenant-app-quota";r=201;t=60', False),
        ('"global-app-quota";t=60,"tenant-app-quota";r=7;t=60', True),
        ('"jira-burst-based";r=1;t=1', True),
        ('"global-app-quota";t=60', False),
    ],
)
def test_what_is_left_of_a_limit_warns(prefix: str, limits: str, *, near: bool) -> None:
    assert is_near_limit({f"{prefix}ratelimit-policy": POLICY, f"{prefix}ratelimit": limits}) is near


@pytest.mark.parametrize(
    ("headers", "near"),
    [({}, False), ({"x-ratelimit-nearlimit": "true"}, True), ({"x-ratelimit-nearlimit": "false"}, False)],
)
def test_a_warning_is_noticed(headers: dict[str, str], *, near: bool) -> None:
    assert is_near_limit(headers) is near


def test_quotas_last_and_bursts_do_not() -> None:
    assert {scope for scope in LimitScope if scope.is_quota} == {LimitScope.SITE, LimitScope.APP}
