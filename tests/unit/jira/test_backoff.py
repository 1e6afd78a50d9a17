"""Sites that have used up their quota are left alone, and no others."""

from typing import TYPE_CHECKING

import pytest

from connect_jira.jira.errors import JiraError, JiraRateLimited
from connect_jira.jira.retries import LONGEST_WAIT_SECONDS
from connect_jira.worker.backoff import TenantBackoff, Troubles
from connect_jwt.causes import Cause
from connect_jwt.identity import ClientKey
from tests.unit.jira.memory_table import MemoryTable

if TYPE_CHECKING:
    from collections.abc import Callable

BUSY, QUIET = ClientKey("busy"), ClientKey("quiet")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def pauses_at(clock: "Callable[[], float]") -> TenantBackoff:
    return TenantBackoff(Troubles(MemoryTable(), table="WorkDone", clock=clock), clock=clock)  # type: ignore[arg-type]


def limited(reason: str, **headers: str) -> JiraRateLimited:
    told = {"ratelimit-reason": reason, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return JiraRateLimited(429, call="GET /x", headers=told)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_sites_quota_pauses_that_site_until_jira_says(clock: "Callable[[], float]") -> None:
    backoff = pauses_at(clock)
    backoff.note(BUSY, limited("jira-quota-tenant-based", retry_after="90"))
    assert backoff.seconds_left(BUSY) == 90
    assert backoff.seconds_left(QUIET) == 0


def test_a_pause_ends(clock: Clock) -> None:
    backoff = pauses_at(clock)
    backoff.note(BUSY, limited("jira-quota-tenant-based", retry_after="90"))
    clock.now += 60
    assert backoff.seconds_left(BUSY) == 30
    clock.now += 31
    assert backoff.seconds_left(BUSY) == 0


def test_the_apps_quota_pauses_all_sites(clock: Clock) -> None:
    backoff = pauses_at(clock)
    backoff.note(BUSY, limited("jira-quota-global-based", x_ratelimit_reset="1970-01-01T00:20:00Z"))
    assert backoff.seconds_left(QUIET) == 200


def test_a_burst_pauses_its_site_for_no_longer_than_a_client_waits(clock: Clock) -> None:
    backoff = pauses_at(clock)
    backoff.note(BUSY, limited("jira-burst-based", retry_after="90"))
    assert 0 < backoff.seconds_left(BUSY) <= LONGEST_WAIT_SECONDS
    assert backoff.seconds_left(QUIET) == 0


def test_a_burst_does_not_end_the_pause_of_a_quota(clock: Clock) -> None:
    backoff = pauses_at(clock)
    backoff.note(BUSY, limited("jira-quota-tenant-based", retry_after="90"))
    backoff.note(BUSY, limited("jira-burst-based", retry_after="1"))
    assert backoff.seconds_left(BUSY) == 90


def test_the_limit_of_an_issue_pauses_nobody(clock: Clock) -> None:
    backoff = pauses_at(clock)
    backoff.note(BUSY, limited("jira-per-issue-on-write", retry_after="90"))
    assert backoff.seconds_left(BUSY) == 0


@pytest.mark.parametrize("reason", ["", "jira-cost-based", "of tomorrow"])
def test_a_limit_of_which_jira_does_not_say_what_it_is_pauses_its_site(clock: Clock, reason: str) -> None:
    backoff = pauses_at(clock)
    backoff.note(BUSY, limited(reason, retry_after="90"))
    assert backoff.seconds_left(BUSY) == 90
    assert backoff.seconds_left(QUIET) == 0


@pytest.mark.parametrize("cause", [None, Cause.SCOPE_MISSING, Cause.XSRF_CHECK])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 501])
def test_what_is_about_one_call_pauses_nobody(clock: Clock, status: int, cause: Cause | None) -> None:
    backoff = pauses_at(clock)
    backoff.note(BUSY, JiraError(status, call="GET /x", cause=cause, headers={"retry-after": "9"}))
    assert (backoff.seconds_left(BUSY), backoff.troubles.of(BUSY)) == (0, None)


def test_a_quota_without_an_end_pauses_for_a_while(clock: Clock) -> None:
    backoff = pauses_at(clock)
    backoff.note(BUSY, limited("jira-quota-tenant-based"))
    assert 10 <= backoff.seconds_left(BUSY) <= 600
