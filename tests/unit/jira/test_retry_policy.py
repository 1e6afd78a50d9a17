"""Retry, dead letter or discard: the retry policy for failed work."""

from typing import Any

import pytest

from connect_jira.aws.failures import AwsRefused
from connect_jira.errors import (
    BeingDone,
    EffectUnknown,
    ForgeTokenMissing,
    IdempotencyKeyReused,
    ImpersonationRefused,
    MessageUnreadable,
    NotInstalled,
    OfNewerCode,
    OutOfTime,
    PoisonMessage,
    SecretDoesNotOpen,
    SiteDisabled,
    TemporarilyUnavailable,
)
from connect_jira.jira.errors import (
    JiraEffectUnknown,
    JiraError,
    JiraRateLimited,
    JiraResponseUnusable,
    JiraServerError,
    JiraUnreachable,
    jira_error,
)
from connect_jira.worker.retry_policy import DeadLetter, Decision, Discard, FailedAttempt, Retry, decide
from connect_jwt.causes import Cause
from connect_jwt.diagnosis import Certainty
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.errors import ConnectError, UrlNotSignable
from connect_tools.template import Template

DAY = 24 * 3600


def answered(status: int, cause: Cause | None = None, *, young: bool = False, **headers: str) -> JiraError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    about: dict[str, Any] = {"cause": cause, "of_young_installation": young}
    return jira_error(status, call="POST /x", headers=named, **about)


def no_answer(*, may_have_worked: bool) -> JiraUnreachable:
    return JiraUnreachable(call="POST /x", cause="ReadTimeoutError", may_have_worked=may_have_worked)


def judged(error: Exception, **about: Any) -> Decision:
    known = {"is_idempotent": True, "is_one_call": True, "tries": 1, "age": 0.0, "now": 0.0}
    return decide(FailedAttempt(error=error, **(known | about)))


PASSING = [
    answered(401),
    answered(408),
    answered(429),
    answered(500),
    answered(503),
    answered(301),
    answered(301, Cause.SITE_MOVED),
    answered(403, Cause.IP_NOT_ALLOWED),
    answered(404, Cause.SITE_UNAVAILABLE),
    answered(403, young=True),
    answered(403, Cause.SCOPE_MISSING, young=True),
    answered(401, Cause.SCOPE_MISSING, young=True),
    no_answer(may_have_worked=True),
    no_answer(may_have_worked=False),
    TemporarilyUnavailable("kms:Decrypt failed"),
    SecretDoesNotOpen(),
    ForgeTokenMissing("not yet"),
    BeingDone(),
    OfNewerCode("what is this"),
]
HOPELESS = [
    answered(400),
    answered(403),
    answered(404),
    answered(410),
    answered(413),
    answered(401, Cause.SCOPE_MISSING),
    answered(401, Cause.CAPTCHA),
    answered(403, Cause.XSRF_CHECK, young=True),
    answered(403, Cause.BLOCKED_BY_POLICY),
    answered(404, young=True),
    JiraEffectUnknown(303, call="PUT /x"),
    UrlNotSignable("elsewhere"),
    MessageUnreadable("what is this"),
    IdempotencyKeyReused(),
    EffectUnknown("cut off"),
    PoisonMessage(3),
]
WHO_KNOWS = [
    answered(409),
    JiraResponseUnusable(200, call="GET /x", what="no page"),
    KeyError("issue"),
    ImpersonationRefused("no grant"),
    OutOfTime("GET /x"),
]


def name(error: Exception) -> str:
    return str(getattr(error, "reason", type(error).__name__))


@pytest.mark.parametrize("error", PASSING, ids=name)
def test_what_may_pass_comes_again_however_often_for_a_day(error: Exception) -> None:
    assert isinstance(judged(error, tries=40, age=DAY - 1), Retry)
    assert isinstance(judged(error, tries=2, age=DAY), DeadLetter)


@pytest.mark.parametrize("error", HOPELESS, ids=name)
def test_what_can_never_succeed_is_set_aside_at_once(error: Exception) -> None:
    assert isinstance(judged(error), DeadLetter)


@pytest.mark.parametrize("error", WHO_KNOWS, ids=name)
def test_what_nobody_knows_is_tried_a_few_times(error: Exception) -> None:
    assert isinstance(judged(error, tries=4), Retry)
    assert isinstance(judged(error, tries=5), DeadLetter)


def test_for_a_site_that_has_uninstalled_the_app_there_is_nothing_left_to_do() -> None:
    assert judged(NotInstalled()) == Discard("app-not-installed")
    assert judged(SiteDisabled()) == Discard("site-disabled")


NOBODY_THOUGHT_OF = [
    KeyError("values"),
    RecursionError(),
    ConnectError("a-reason-of-tomorrow", "what is this"),
]
PERHAPS_DONE = [
    no_answer(may_have_worked=True),
    *map(answered, (101, 301, 302, 307, 408, 425, 500, 502, 504, 600)),
    answered(503, retry_after="5"),
    *NOBODY_THOUGHT_OF,
]
NOT_DONE = [
    no_answer(may_have_worked=False),
    answered(429),
    answered(401),
    answered(301, Cause.SITE_MOVED),
    answered(403, Cause.IP_NOT_ALLOWED),
    answered(404, Cause.SITE_UNAVAILABLE),
    answered(403, young=True),
    TemporarilyUnavailable("kms:Decrypt failed"),
    SecretDoesNotOpen(),
    ForgeTokenMissing("not yet"),
    OutOfTime("POST /x"),
]
REFUSED = [answered(status) for status in (400, 403, 404, 409, 410, 413, 422)]


def dead_letter(found: Decision) -> str:
    assert isinstance(found, DeadLetter)
    return found.reason


@pytest.mark.parametrize("error", PERHAPS_DONE, ids=name)
def test_a_call_that_may_have_been_made_and_must_not_be_made_twice_waits_for_somebody_to_look(
    error: Exception,
) -> None:
    assert dead_letter(judged(error, is_idempotent=False)) == "effect-unknown"


@pytest.mark.parametrize("error", NOT_DONE, ids=name)
def test_a_call_that_was_certainly_not_made_comes_again_whatever_it_is(error: Exception) -> None:
    assert isinstance(judged(error, is_idempotent=False), Retry)


@pytest.mark.parametrize("error", REFUSED, ids=name)
def test_a_refusal_is_final_for_a_call_that_must_not_be_made_twice(error: JiraError) -> None:
    assert dead_letter(judged(error, is_idempotent=False)) == f"jira-{error.status}"


def test_what_is_set_aside_has_the_cause_that_jira_gives() -> None:
    assert dead_letter(judged(answered(404, Cause.SITE_UNAVAILABLE), age=DAY)) == "site-unavailable"


@pytest.mark.parametrize("error", [*PERHAPS_DONE, *NOT_DONE, *REFUSED], ids=name)
def test_of_work_that_is_more_than_one_call_no_error_says_that_nothing_was_done(error: Exception) -> None:
    found = judged(error, is_idempotent=False, is_one_call=False)
    assert dead_letter(found) == "effect-unknown"


def test_work_that_another_worker_is_at_is_waited_for_as_long_as_that_one_has() -> None:
    assert judged(BeingDone(25_000)) == Retry(25)


def test_the_reason_of_a_mistake_in_a_reaction_is_its_kind() -> None:
    assert judged(ZeroDivisionError(), tries=5) == DeadLetter(
        "exception-ZeroDivisionError", "ZeroDivisionError"
    )


TOLD = {"retry-after": "90"}
POSTPONEMENTS: list[tuple[Exception, int, float, int]] = [
    (JiraRateLimited(429, call="GET /x", headers=TOLD), 1, 0, 90),
    (JiraRateLimited(429, call="GET /x", headers=TOLD), 3, 180, 90),
    (JiraServerError(503, call="GET /x", headers={"retry-after": "0"}), 1, 0, 1),
    (JiraServerError(503, call="GET /x", headers={"retry-after": "5"}), 9, 300, 150),
    (JiraServerError(503, call="GET /x"), 1, 0, 30),
    (JiraServerError(503, call="GET /x"), 2, 30, 60),
    (JiraServerError(503, call="GET /x"), 4, 210, 240),
    (JiraServerError(503, call="GET /x"), 40, DAY - 1, 3600),
    (KeyError("issue"), 3, 90, 120),
    (
        JiraRateLimited(429, call="GET /x", headers={"x-ratelimit-reset": "2026-11-23T10:00Z"}),
        1,
        0,
        12 * 3600,
    ),
]


@pytest.mark.parametrize(("error", "tries", "age", "seconds"), POSTPONEMENTS)
def test_work_comes_back_when_jira_says_so_or_ever_later(
    error: Exception, tries: int, age: float, seconds: int
) -> None:
    assert judged(error, tries=tries, age=age) == Retry(seconds)


def test_tries_that_followed_each_other_quickly_make_no_message_wait_longer_than_it_has_been_there() -> None:
    assert judged(answered(503), tries=12, age=50) == Retry(80)


def test_a_message_that_waited_for_its_turn_is_not_made_to_wait_for_as_long_again() -> None:
    assert judged(answered(503), tries=1, age=3000) == Retry(30)


@pytest.mark.parametrize(
    "told", [{}, {"retry_after": "0"}, {"retry_after": "1"}, {"retry_after": "60"}], ids=str
)
def test_a_day_of_trying_stays_below_the_number_of_hand_overs_that_the_queue_allows(
    told: dict[str, Any],
) -> None:
    _, queue = Template({}).resource("JiraCalls")
    age, tries = 0.0, 0
    while age < DAY:
        tries += 1
        found = judged(answered(503, **told), tries=tries, age=age)
        assert isinstance(found, Retry)
        age += found.seconds
    assert tries < queue["RedrivePolicy"]["maxReceiveCount"] / 2


def test_what_aws_refuses_for_good_is_tried_on_for_four_days() -> None:
    refused = AwsRefused("kms:Decrypt", "DisabledException", details={"message": "the key is disabled"})
    for days, expected in ((1.5, Retry), (3.9, Retry), (4.1, DeadLetter)):
        failed = FailedAttempt(
            error=refused, is_idempotent=True, is_one_call=True, tries=200, age=days * DAY, now=0.0
        )
        assert isinstance(decide(failed), expected)


def test_work_that_must_not_be_done_twice_says_nothing_of_the_sites_secret() -> None:
    refused = jira_error(401, call="GET /x", finding=finding("app-not-installed", Certainty.LIKELY, "401"))
    for is_idempotent in (True, False):
        failed = FailedAttempt(
            error=refused, is_idempotent=is_idempotent, is_one_call=False, tries=3, age=DAY, now=0.0
        )
        assert failed.is_secret_refused_for_long is is_idempotent
