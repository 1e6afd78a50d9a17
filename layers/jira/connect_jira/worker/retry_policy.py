"""What becomes of a message whose work has failed: it comes again, is set aside, or has come to its end."""

import math
from dataclasses import dataclass
from http import HTTPStatus

from connect_jira.aws.failures import AwsRefused
from connect_jira.errors import (
    BeingDone,
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
    TemporarilyUnavailable,
    TooDeep,
)
from connect_jira.jira.errors import (
    JiraAnswerUnusable,
    JiraConflict,
    JiraError,
    JiraMoved,
    JiraServerError,
    JiraUnreachable,
)
from connect_jira.jira.rate_limits import read_rate_limit
from connect_jwt.errors import ConnectError, UrlNotSignable

LONGEST_POSTPONEMENT_SECONDS = 12 * 3600
"""However long Jira says: it leaves another attempt within the day, and SQS hides no message for longer."""

GIVE_UP_SECONDS = 24 * 3600
"""How long something is tried that may pass: time for Jira to renew a quota, and for somebody to mend it."""

REFUSED_BY_AWS_SECONDS = 4 * 24 * 3600
"""How long something is tried that AWS refuses for good: no message is to blame, and somebody mends it."""

MAX_TRIES = 5
"""How often something is tried that will hardly pass, such as a mistake in a reaction."""

_SHORTEST_POSTPONEMENT_SECONDS = 1
_FIRST_POSTPONEMENT_SECONDS = 30
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
    EffectUnknown,
    IdempotencyKeyReused,
    JiraError,
    MessageUnreadable,
    ModuleTypeUnknown,
    PoisonMessage,
    RequestMalformed,
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
class Postponed:
    """It comes again, in so many seconds."""

    seconds: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """Nothing more is tried until somebody has looked at it.

    Attributes:
        reason: a slug
        explanation: a sentence of the app's own, without a word of Jira's or of a reaction's
    """

    reason: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Ended:
    """There is nothing left to do, and nothing to mend."""

    reason: str


type Verdict = Postponed | SetAside | Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDelivery:
    """A message whose work has failed.

    Attributes:
        error: why
        may_be_repeated: whether doing the work twice comes to the same as doing it once
        is_one_call: whether the work is a single call, so that its error says what became of it all
        tries: how often it began, this time included; 0 if it did not
        age: since it was put on the queue, in seconds
        now: Unix seconds
    """

    error: Exception
    may_be_repeated: bool
    is_one_call: bool
    tries: int
    age: float
    now: float

    @property
    def may_begin_again(self) -> bool:
        """Whether beginning the work again cannot do anything twice that must not be."""
        return (
            self.may_be_repeated
            or isinstance(self.error, OfNewerCode)
            or (self.is_one_call and _nothing_was_done(self.error))
        )


def verdict(failed: FailedDelivery) -> Verdict:
    """What becomes of it.

    - The app is not installed any more, or has been disabled for long: there is nobody to do it for.
    - It may have been done, and must not be done twice: somebody has to look. No 5xx says that it was not.
    - It can never succeed, or must not begin again: set aside at once.
    - It may pass: comes again, when Jira says or ever later, for a day; for four if AWS refuses.
    - Nobody knows: comes again a few times.
    """
    error = failed.error
    if isinstance(error, NotInstalled | SiteDisabled):
        return Ended(error.reason)
    if not failed.may_begin_again and not (failed.is_one_call and _is_refused(error)):
        error = EffectUnknown(_sentence(error))
    if _may_pass(error):
        patience = REFUSED_BY_AWS_SECONDS if isinstance(error, AwsRefused) else GIVE_UP_SECONDS
        out_of_patience = failed.age >= patience
    else:
        out_of_patience = _never_passes(error) or not failed.may_begin_again or failed.tries >= MAX_TRIES
    if out_of_patience:
        return SetAside(_reason(error), _sentence(error))
    return Postponed(_postponement(failed))


def no_sooner(seconds: float, *, age: float, longest: float = _LONGEST_OWN_POSTPONEMENT_SECONDS) -> float:
    """How long a message stays away that is to be back in so many seconds: longer when it has come often.

    With waits of half its age a day of short ones is no more than a few dozen hand-overs.

    Args:
        seconds: what Jira says
        age: since the message was put on the queue, in seconds
        longest: how long it stays away at most because it has come often, in seconds
    """
    return max(seconds, _SHORTEST_POSTPONEMENT_SECONDS, min(age / 2, longest))


def _postponement(failed: FailedDelivery) -> int:
    """How long a message whose work failed stays away, in whole seconds: as Jira says, or ever longer.

    It doubles with each try, but is never much more than the time it has been there: tries may have followed
    each other quickly, as Jira said, and must not be paid for.
    """
    error, told = failed.error, None
    if isinstance(error, JiraError):
        told = read_rate_limit(error.status, error.headers, now=failed.now).retry_after
    elif isinstance(error, BeingDone):
        told = error.seconds
    if told is None:
        doubled = _FIRST_POSTPONEMENT_SECONDS * 2.0 ** max(failed.tries - 1, 0)
        wait = min(doubled, _FIRST_POSTPONEMENT_SECONDS + failed.age, _LONGEST_OWN_POSTPONEMENT_SECONDS)
    else:
        wait = no_sooner(told, age=failed.age)
    return min(math.ceil(wait), LONGEST_POSTPONEMENT_SECONDS)


def _may_pass(error: Exception) -> bool:
    if isinstance(error, JiraError) and (error.cause is not None or error.may_be_granted):
        return error.pauses_site or error.may_be_granted
    return isinstance(error, _PASSING) or (isinstance(error, JiraError) and error.status in _MAY_PASS)


def _nothing_was_done(error: Exception) -> bool:
    """Whether a call that ended like this has had no effect for certain; what nobody thought of may have."""
    return error.nothing_was_done if isinstance(error, JiraError) else isinstance(error, _NOT_SENT)


def _is_refused(error: Exception) -> bool:
    """Whether Jira has looked at the call and said no."""
    return (
        isinstance(error, JiraError)
        and HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR
        and error.status not in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}
    )


def _never_passes(error: Exception) -> bool:
    return isinstance(error, _NEVER) and not isinstance(error, JiraAnswerUnusable | JiraConflict)


def _reason(error: Exception) -> str:
    return error.reason if isinstance(error, ConnectError) else f"exception-{type(error).__name__}"


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, ConnectError) else type(error).__name__
