"""Retry decision for a failed call, within this invocation.

Delays of more than a second or two are not waited for inside Lambda: the error is raised instead.
"""

from dataclasses import dataclass
from http import HTTPStatus

from connect_jira.jira.errors import JiraError, JiraRateLimited, JiraUnreachable
from connect_jira.jira.rate_limits import read_rate_limit

MAX_ATTEMPTS = 4
LONGEST_WAIT_SECONDS = 2.0

_FIRST_WAIT_SECONDS = 0.25

UNAVAILABLE = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
"""Statuses of a site that does not answer at all for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A call that failed.

    Attributes:
        error: of the attempt
        attempt: its number, from 1
        idempotent: True if the call is idempotent
    """

    error: JiraError
    attempt: int
    idempotent: bool


def wait_before_retry(failure: Failure, *, now: float, jitter: float) -> float | None:
    """Return the seconds to wait before the next attempt; None if there must not be one here.

    - 429 is retried if Jira gives a delay: it has done nothing.
    - A connection that was never established is retried, once if connecting timed out.
    - A call that was not answered in time is not retried here: no time is left, and other messages wait.
    - 502, 503, 504 and a broken connection may hide that the call was done: retried only if it is idempotent,
      even if Jira gives a delay.

    Args:
        failure: of the last attempt
        now: Unix seconds
        jitter: factor for the delay, about 1
    """
    error = failure.error
    if failure.attempt >= _max_attempts(error) or not _may_pass(error):
        return None
    if not (failure.idempotent or error.nothing_was_done):
        return None
    limit = read_rate_limit(error.status, error.headers, now=now)
    if limit.retry_after is not None:
        wait, jitter = limit.retry_after, max(jitter, 1.0)  # never before the time that Jira gives
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
    return isinstance(error, JiraUnreachable | JiraRateLimited) or error.status in UNAVAILABLE
