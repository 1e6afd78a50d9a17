"""Whether a call that failed is made again here and now.

A longer wait than a second or two is not Lambda's to sit out: the error goes to whoever asked.
"""

from dataclasses import dataclass
from http import HTTPStatus

from connect_jira.jira.errors import JiraError, JiraRateLimited, JiraUnreachable
from connect_jira.jira.rate_limits import read_rate_limit

MAX_ATTEMPTS = 4
LONGEST_WAIT_SECONDS = 2.0

_FIRST_WAIT_SECONDS = 0.25
_PASSING = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A call that failed.

    Attributes:
        error: what came of it
        attempt: which one it was, from 1
        repeatable: whether doing it twice comes to the same as doing it once
    """

    error: JiraError
    attempt: int
    repeatable: bool


def wait_before_retry(failure: Failure, *, now: float, jitter: float) -> float | None:
    """How long to wait before the next attempt, in seconds; None when there must not be one here.

    - 429 is repeated when Jira says when: it has not done anything.
    - A connection that never came about is repeated.
    - What was not answered in time is not repeated here: whoever has waited for so long has no time for more,
      and others wait behind. For a connection that did not come about in time there is one more attempt.
    - 502, 503, 504 and a connection that broke may hide that the work was done: repeated only when that does
      not matter, also where Jira says when to come back.

    Args:
        failure: what happened
        now: Unix seconds
        jitter: what to stretch the wait by, about 1
    """
    error = failure.error
    if failure.attempt >= _max_attempts(error) or not _may_pass(error):
        return None
    if not (failure.repeatable or error.nothing_was_done):
        return None
    limit = read_rate_limit(error.status, error.headers, now=now)
    if limit.retry_after is not None:
        wait, jitter = limit.retry_after, max(jitter, 1.0)  # never before the time that Jira names
    elif limit.scope is None:
        wait = _FIRST_WAIT_SECONDS * 2 ** (failure.attempt - 1)
    else:
        return None
    is_quota = limit.scope is not None and limit.scope.is_quota
    return wait * jitter if wait <= LONGEST_WAIT_SECONDS and not is_quota else None


def _max_attempts(error: JiraError) -> int:
    if isinstance(error, JiraUnreachable) and error.timed_out:
        return 1 if error.may_have_worked else 2
    return MAX_ATTEMPTS


def _may_pass(error: JiraError) -> bool:
    return isinstance(error, JiraUnreachable | JiraRateLimited) or error.status in _PASSING
