"""Sites that have used up their quota are left alone, and no others."""

from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.jira.errors import JiraError, JiraRateLimited, JiraUnreachable, jira_error
from connect_jira.jira.retries import LONGEST_WAIT_SECONDS
from connect_jira.worker.backoff import LONGEST_TROUBLE_SECONDS, Pauses
from connect_jwt.causes import Cause
from connect_jwt.identity import ClientKey

if TYPE_CHECKING:
    from collections.abc import Callable

BUSY, QUIET = ClientKey("busy"), ClientKey("quiet")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def limited(reason: str, **headers: str) -> JiraRateLimited:
    told = {"ratelimit-reason": reason, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return JiraRateLimited(429, call="GET /x", headers=told)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_sites_quota_pauses_that_site_until_jira_says(clock: "Callable[[], float]") -> None:
    pauses = Pauses(clock=clock)
    pauses.note(BUSY, limited("jira-quota-tenant-based", retry_after="90"))
    assert pauses.seconds_left(BUSY) == 90
    assert pauses.seconds_left(QUIET) == 0


def test_a_pause_ends(clock: Clock) -> None:
    pauses = Pauses(clock=clock)
    pauses.note(BUSY, limited("jira-quota-tenant-based", retry_after="90"))
    clock.now += 60
    assert pauses.seconds_left(BUSY) == 30
    clock.now += 31
    assert pauses.seconds_left(BUSY) == 0


def test_the_apps_quota_pauses_all_sites(clock: Clock) -> None:
    pauses = Pauses(clock=clock)
    pauses.note(BUSY, limited("jira-quota-global-based", x_ratelimit_reset="1970-01-01T00:20:00Z"))
    assert pauses.seconds_left(QUIET) == 200


def test_a_burst_pauses_its_site_for_no_longer_than_a_client_waits(clock: Clock) -> None:
    pauses = Pauses(clock=clock)
    pauses.note(BUSY, limited("jira-burst-based", retry_after="90"))
    assert 0 < pauses.seconds_left(BUSY) <= LONGEST_WAIT_SECONDS
    assert pauses.seconds_left(QUIET) == 0


def test_a_burst_does_not_end_the_pause_of_a_quota(clock: Clock) -> None:
    pauses = Pauses(clock=clock)
    pauses.note(BUSY, limited("jira-quota-tenant-based", retry_after="90"))
    pauses.note(BUSY, limited("jira-burst-based", retry_after="1"))
    assert pauses.seconds_left(BUSY) == 90


def test_the_limit_of_an_issue_pauses_nobody(clock: Clock) -> None:
    pauses = Pauses(clock=clock)
    pauses.note(BUSY, limited("jira-per-issue-on-write", retry_after="90"))
    assert pauses.seconds_left(BUSY) == 0


@pytest.mark.parametrize("reason", ["", "jira-cost-based", "of tomorrow"])
def test_a_limit_of_which_jira_does_not_say_what_it_is_pauses_its_site(clock: Clock, reason: str) -> None:
    pauses = Pauses(clock=clock)
    pauses.note(BUSY, limited(reason, retry_after="90"))
    assert pauses.seconds_left(BUSY) == 90
    assert pauses.seconds_left(QUIET) == 0


@pytest.mark.parametrize("cause", [None, Cause.SCOPE_MISSING, Cause.XSRF_CHECK])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 501])
def test_what_is_about_one_call_pauses_nobody(clock: Clock, status: int, cause: Cause | None) -> None:
    pauses = Pauses(clock=clock)
    pauses.note(BUSY, JiraError(status, call="GET /x", cause=cause, headers={"retry-after": "9"}))
    assert (pauses.seconds_left(BUSY), pauses.trouble(BUSY)) == (0, None)


def test_a_quota_without_an_end_pauses_for_a_while(clock: Clock) -> None:
    pauses = Pauses(clock=clock)
    pauses.note(BUSY, limited("jira-quota-tenant-based"))
    assert 10 <= pauses.seconds_left(BUSY) <= 600


UNREACHABLE = JiraUnreachable(call="GET /x", cause="ReadTimeoutError", may_have_worked=True)


def answered(status: int, **about: Any) -> JiraError:
    return jira_error(status, call="GET /x", **about)


SITES_OWN = [
    UNREACHABLE,
    answered(502),
    answered(503),
    answered(504),
    *(
        answered(404, cause=cause)
        for cause in (Cause.SITE_UNAVAILABLE, Cause.SITE_MOVED, Cause.IP_NOT_ALLOWED)
    ),
]


@pytest.mark.parametrize("error", SITES_OWN, ids=str)
def test_a_sites_own_trouble_pauses_it_for_ever_longer(clock: Clock, error: JiraError) -> None:
    pauses, waits = Pauses(clock=clock), []
    for _ in range(12):
        pauses.note(BUSY, error)
        waits.append(pauses.seconds_left(BUSY))
        clock.now += waits[-1]
        assert pauses.seconds_left(BUSY) == 0, "one message finds out whether it is over"
    assert waits == [*(2.0**power for power in range(10)), 900.0, 900.0]
    assert pauses.seconds_left(QUIET) == 0
    assert pauses.trouble(QUIET) is None


def test_the_first_success_ends_a_trouble_but_no_limit(clock: Clock) -> None:
    pauses = Pauses(clock=clock)
    pauses.note(BUSY, limited("jira-quota-tenant-based", retry_after="90"))
    for _ in range(3):
        pauses.note(BUSY, UNREACHABLE)
    pauses.note_success(BUSY)
    assert (pauses.seconds_left(BUSY), pauses.trouble(BUSY)) == (90, None)
    clock.now += 90
    pauses.note(BUSY, UNREACHABLE)
    assert pauses.seconds_left(BUSY) == 1, "it begins anew"


def test_a_site_is_not_asked_sooner_than_it_says_nor_later_than_the_longest_pause(clock: Clock) -> None:
    pauses = Pauses(clock=clock)
    pauses.note(BUSY, answered(503, headers={"retry-after": "20"}))
    assert pauses.seconds_left(BUSY) == 20
    pauses.note(BUSY, answered(503, headers={"retry-after": "7200"}))
    assert pauses.seconds_left(BUSY) == LONGEST_TROUBLE_SECONDS


def test_a_trouble_is_lasting_when_it_has_gone_on_for_minutes(clock: Clock) -> None:
    pauses = Pauses(clock=clock)
    begun = clock.now
    pauses.note(BUSY, UNREACHABLE)
    while not ((trouble := pauses.trouble(BUSY)) and trouble.is_lasting):
        clock.now += pauses.seconds_left(BUSY)
        pauses.note(BUSY, UNREACHABLE)
    assert 60 < clock.now - begun < 600
