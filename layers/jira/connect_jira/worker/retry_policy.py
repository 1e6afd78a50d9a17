"""Retry policy: retry a failed message, dead-letter it, or discard it."""

import math
from dataclasses import dataclass
from http import HTTPStatus

from connect_jira.aws.failures import AwsRefused
from connect_jira.errors import (
    BeingDone,
    CursorRefused,
    EffectUnknown,
    ForgeTokenMissing,
    IdempotencyKeyReused,
    MessageUnreadable,
    ModuleTypeUnknown,
    NotInstalled,
    OfNewerCode,
    OutOfTime,
    PoisonMessage,
    RequestMalformed,
    SecretDoesNotOpen,
    SiteDisabled,
    SiteInTrouble,
    SitePaused,
    SiteUninstalled,
    TemporarilyUnavailable,
    TooDeep,
)
from connect_jira.jira.errors import (
    JiraConflict,
    JiraError,
    JiraMoved,
    JiraResponseUnusable,
    JiraServerError,
    JiraUnreachable,
)
from connect_jira.jira.rate_limits import read_rate_limit
from connect_jwt.errors import ConnectError, UrlNotSignable

MAX_DELAY_SECONDS = 12 * 3600
"""Maximum delay, whatever Jira says: it leaves another attempt within the day, and is SQS's maximum."""

GIVE_UP_SECONDS = 24 * 3600
"""Time that transient errors are retried: Jira can renew a quota, and somebody can fix the cause."""

REFUSED_BY_AWS_SECONDS = 4 * 24 * 3600
"""Time that AWS's refusals are retried: no message is to blame, and somebody has to fix the cause."""

MIN_REFUSALS = 3
"""Minimum number of attempts that Jira has refused before a site's secret counts as refused."""

MAX_TRIES = 5
"""Maximum attempts for errors that are hardly transient, such as a bug in a reaction."""

_MIN_DELAY_SECONDS = 1
_FIRST_DELAY_SECONDS = 30
_LONGEST_OWN_POSTPONEMENT_SECONDS = 3600
_MAY_PASS = {
    HTTPStatus.UNAUTHORIZED,  # disabled for now, or a new secret is on its way
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_PASSING = (
    BeingDone,
    ForgeTokenMissing,
    JiraMoved,
    JiraServerError,
    JiraUnreachable,
    OfNewerCode,
    SecretDoesNotOpen,
    SiteInTrouble,
    TemporarilyUnavailable,
)
_NEVER = (
    CursorRefused,
    EffectUnknown,
    IdempotencyKeyReused,
    JiraError,
    MessageUnreadable,
    ModuleTypeUnknown,
    PoisonMessage,
    RequestMalformed,
    SitePaused,
    SiteUninstalled,
    TooDeep,
    UrlNotSignable,
)
_NOT_SENT = (
    ForgeTokenMissing,
    NotInstalled,
    OutOfTime,
    RequestMalformed,
    SecretDoesNotOpen,
    TemporarilyUnavailable,
    UrlNotSignable,
)


@dataclass(frozen=True, slots=True)
class Retry:
    """Retry, after this many seconds."""

    seconds: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Dead-letter: no retry until somebody has looked at it.

    Attributes:
        reason: a slug
        explanation: a sentence of the app's own, without text from Jira or a reaction
    """

    reason: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Discard:
    """Discard: nothing is left to do or to fix."""

    reason: str


type Decision = Retry | DeadLetter | Discard


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAttempt:
    """A message whose work failed.

    Attributes:
        error: the failure
        is_idempotent: True if the work is idempotent
        is_one_call: True if the work is a single call, so that its error is about all of it
        tries: number of attempts, including this one; 0 if the work did not begin
        age: since the message was first sent, in seconds
        now: Unix seconds
    """

    error: Exception
    is_idempotent: bool
    is_one_call: bool
    tries: int
    age: float
    now: float

    @property
    def may_begin_again(self) -> bool:
        """True if another attempt cannot repeat an effect that must happen once."""
        return (
            self.is_idempotent
            or isinstance(self.error, OfNewerCode)
            or (self.is_one_call and _nothing_was_done(self.error))
        )

    @property
    def is_secret_refused_for_long(self) -> bool:
        """True if Jira refuses the site's secret, and has done so for as long as a message is retried."""
        return (
            isinstance(self.error, JiraError)
            and self.error.refuses_secret
            and self.may_begin_again
            and self.tries >= MIN_REFUSALS
            and self.age >= GIVE_UP_SECONDS
        )


def decide(failed: FailedAttempt) -> Decision:
    """Decide between retry, dead letter and discard.

    - The app is uninstalled, or has been disabled for long: discard.
    - The site has been paused for long: dead-letter.
    - It may have been done, and is not idempotent: dead-letter. No 5xx says that it was not done.
    - It can never succeed, or must not be retried: dead-letter.
    - It is transient: retry, when Jira says or with growing delays, for a day; for four if AWS refuses.
    - Unknown: retry a few times.
    """
    error = failed.error
    if isinstance(error, NotInstalled | SiteDisabled):
        return Discard(error.reason)
    if not failed.may_begin_again and not (failed.is_one_call and _is_refused(error)):
        error = EffectUnknown(_sentence(error))
    if _may_pass(error):
        patience = REFUSED_BY_AWS_SECONDS if isinstance(error, AwsRefused) else GIVE_UP_SECONDS
        out_of_patience = failed.age >= patience
    else:
        out_of_patience = _never_passes(error) or not failed.may_begin_again or failed.tries >= MAX_TRIES
    if out_of_patience:
        return DeadLetter(_reason(error), _sentence(error))
    return Retry(_delay(failed))


def no_sooner(seconds: float, *, age: float, longest: float = _LONGEST_OWN_POSTPONEMENT_SECONDS) -> float:
    """Return the delay of a message, given a minimum: longer the older the message is.

    With delays of half its age, a day of short delays is no more than a few dozen deliveries.

    Args:
        seconds: the delay that Jira asks for
        age: since the message was first sent, in seconds
        longest: maximum delay because of the message's age, in seconds
    """
    return max(seconds, _MIN_DELAY_SECONDS, min(age / 2, longest))


def _delay(failed: FailedAttempt) -> int:
    """Return the delay of a failed message, in whole seconds: Jira's, or an exponential back-off.

    It doubles with each attempt, but is never much more than the message's age: earlier attempts may have
    followed each other quickly, as Jira asked.
    """
    error, told = failed.error, None
    if isinstance(error, JiraError):
        told = read_rate_limit(error.status, error.headers, now=failed.now).retry_after
    elif isinstance(error, BeingDone):
        told = error.seconds
    if told is None:
        doubled = _FIRST_DELAY_SECONDS * 2.0 ** max(failed.tries - 1, 0)
        wait = min(doubled, _FIRST_DELAY_SECONDS + failed.age, _LONGEST_OWN_POSTPONEMENT_SECONDS)
    else:
        wait = no_sooner(told, age=failed.age)
    return min(math.ceil(wait), MAX_DELAY_SECONDS)


def _may_pass(error: Exception) -> bool:
    if isinstance(error, JiraError) and (error.cause is not None or error.may_be_granted):
        return error.pauses_site or error.may_be_granted
    return isinstance(error, _PASSING) or (isinstance(error, JiraError) and error.status in _MAY_PASS)


def _nothing_was_done(error: Exception) -> bool:
    """Return whether a call that failed like this certainly had no effect; unknown errors may have."""
    return error.nothing_was_done if isinstance(error, JiraError) else isinstance(error, _NOT_SENT)


def _is_refused(error: Exception) -> bool:
    """Return whether Jira has processed the call and refused it."""
    return (
        isinstance(error, JiraError)
        and HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR
        and error.status not in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}
    )


def _never_passes(error: Exception) -> bool:
    return isinstance(error, _NEVER) and not isinstance(error, JiraResponseUnusable | JiraConflict)


def _reason(error: Exception) -> str:
    return error.reason if isinstance(error, ConnectError) else f"exception-{type(error).__name__}"


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, ConnectError) else type(error).__name__
