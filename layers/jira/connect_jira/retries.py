"""Whether a call that failed is made again here and now.

A longer wait than a second or two is not Lambda's to sit out: the error goes to whoever asked.
"""

from dataclasses import dataclass
from http import HTTPStatus

from connect_jira.jira_errors import JiraError, JiraRateLimited, JiraUnreachable
from connect_jira.rate_limits import read_rate_limit

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
    - 502, 503, 504 and a connection that broke may hide that the work was done: repeated when it does not
      matter, or when Jira says when.
    - A connection that never came about is repeated.

    Args:
        failure: what happened
        now: Unix seconds
        jitter: what to stretch the wait by, about 1
    """
    if failure.attempt >= MAX_ATTEMPTS or not _may_pass(failure.error):
        return None
    limit = read_rate_limit(failure.error.headers, now=now)
    if limit.scope and limit.scope.is_quota:
        return None
    if limit.retry_after is not None:
        wait, jitter = limit.retry_after, max(jitter, 1.0)  # never before the time that Jira names
    elif failure.repeatable or _was_never_sent(failure.error):
        wait = _FIRST_WAIT_SECONDS * 2 ** (failure.attempt - 1)
    else:
        return None
    return wait * jitter if wait <= LONGEST_WAIT_SECONDS else None


def _may_pass(error: JiraError) -> bool:
    return isinstance(error, JiraUnreachable | JiraRateLimited) or error.status in _PASSING


def _was_never_sent(error: JiraError) -> bool:
    return isinstance(error, JiraUnreachable) and not error.may_have_worked
