"""Retries of a call, and failures that are left to the caller."""

from typing import TYPE_CHECKING, Any

import jwt
import pytest
import urllib3

from connect_jira.errors import OutOfTime
from connect_jira.jira.errors import JiraError, JiraRateLimited, JiraServerError, JiraUnreachable
from connect_jira.jira.retries import (
    LONGEST_WAIT_SECONDS,
    MAX_ATTEMPTS,
    Failure,
    wait_before_retry,
)
from tests.unit.jira.test_client import OLD, client_over

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

PATH = "/rest/api/3/issue/X-1"
DONE = (200, {"ok": True})
LOST = urllib3.exceptions.ProtocolError("connection broken")
SLOW = urllib3.exceptions.ReadTimeoutError(None, "/", "slow")  # type: ignore[arg-type]
NEVER_CONNECTED = urllib3.exceptions.ConnectTimeoutError("no connection")
LIMITED = {"RateLimit-Reason": "jira-burst-based"}

type Call = tuple[str, dict[str, Any]]

PUT: Call = ("PUT", {})
POST: Call = ("POST", {})
TOLD_SO: Call = ("POST", {"idempotent": True})

REPEATED: dict[str, tuple[Any, Call]] = {
    "503 to a PUT": ((503, {}), PUT),
    "502 to a PUT": ((502, {}), PUT),
    "504 to a PUT": ((504, {}), PUT),
    "503 with Retry-After to a PUT": ((503, {}, {"Retry-After": "1"}), PUT),
    "503 with Retry-After: 0 to a PUT": ((503, {}, {"Retry-After": "0"}), PUT),
    "502 with the reset of a limit to a PUT": ((502, {}, {"X-RateLimit-Reset": "2030-01-01T00:00Z"}), PUT),
    "429 with Retry-After to a POST": ((429, {}, {**LIMITED, "Retry-After": "1"}), POST),
    "429 of one issue": ((429, {}, {"RateLimit-Reason": "jira-per-issue-on-write", "Retry-After": "1"}), PUT),
    "a broken connection to a PUT": (LOST, PUT),
    "a broken connection to a POST that says so": (LOST, TOLD_SO),
    "no connection to a POST": (NEVER_CONNECTED, POST),
}

NOT_REPEATED: dict[str, tuple[Any, Call]] = {
    "a broken connection to a POST": (LOST, POST),
    "no answer in time to a POST": (SLOW, POST),
    "no answer in time to a PUT": (SLOW, PUT),
    "503 to a POST": ((503, {}), POST),
    "503 with Retry-After to a POST": ((503, {}, {"Retry-After": "1"}), POST),
    "502 with the reset of a limit to a POST": ((502, {}, {"X-RateLimit-Reset": "2020-01-01T00:00Z"}), POST),
    "429 without a word to a POST": ((429, {}), POST),
    "429 without a word to a PUT": ((429, {}), PUT),
    "500 to a PUT": ((500, {}), PUT),
    "429 that lasts": ((429, {}, {**LIMITED, "Retry-After": "60"}), PUT),
    "a site's quota": ((429, {}, {"RateLimit-Reason": "jira-quota-tenant-based", "Retry-After": "1"}), PUT),
    "the app's quota": ((429, {}, {"RateLimit-Reason": "jira-quota-global-based", "Retry-After": "1"}), PUT),
    "400": ((400, {}), PUT),
    "403": ((403, {}), PUT),
    "404": ((404, {}), PUT),
    "409": ((409, {}), PUT),
    "302": ((302, {}), PUT),
}


@pytest.mark.parametrize(("answer", "call"), REPEATED.values(), ids=REPEATED)
def test_it_is_made_again(
    backend: "Backend", caplog: pytest.LogCaptureFixture, answer: Any, call: Call
) -> None:
    caplog.set_level("INFO")
    client, pool = client_over(backend, answer, DONE)
    method, options = call
    assert client.request(method, PATH, body={}, **options).body == {"ok": True}
    assert len(pool.sent) == 2
    assert [record.message for record in caplog.records] == ["Retrying a call to Jira"]
    assert 0 < pool.waits[0] <= LONGEST_WAIT_SECONDS * 1.3


@pytest.mark.parametrize(("answer", "call"), NOT_REPEATED.values(), ids=NOT_REPEATED)
def test_it_is_left_to_whoever_asked(backend: "Backend", answer: Any, call: Call) -> None:
    client, pool = client_over(backend, answer, DONE)
    method, options = call
    with pytest.raises(JiraError):
        client.request(method, PATH, body={}, **options)
    assert len(pool.sent) == 1
    assert pool.waits == []


def test_each_attempt_is_signed_afresh(backend: "Backend") -> None:
    client, pool = client_over(backend, (503, {}), DONE)
    client.get(PATH)
    first, second = (
        jwt.decode(sent.token, OLD, algorithms=["HS256"], options={"verify_exp": False}) for sent in pool.sent
    )
    assert second["iat"] > first["iat"]


@pytest.mark.parametrize("jitter", [0.7, 1.0, 1.3])
def test_it_is_never_made_again_before_the_time_that_jira_names(jitter: float) -> None:
    error = JiraRateLimited(429, call="GET /x", headers={"retry-after": "1"})
    failure = Failure(error=error, attempt=1, idempotent=True)
    wait = wait_before_retry(failure, now=0, jitter=jitter)
    assert wait is not None
    assert wait >= 1


def test_it_comes_to_an_end(backend: "Backend") -> None:
    client, pool = client_over(backend, (503, {}))
    with pytest.raises(JiraServerError):
        client.get(PATH)
    assert len(pool.sent) == MAX_ATTEMPTS
    assert len(pool.waits) == MAX_ATTEMPTS - 1


@pytest.mark.parametrize(
    ("slow", "attempts"), [(SLOW, 1), (NEVER_CONNECTED, 2)], ids=["reading", "connecting"]
)
def test_after_a_time_out_it_is_made_once_more_at_the_most(
    backend: "Backend", slow: Exception, attempts: int
) -> None:
    client, pool = client_over(backend, slow)
    with pytest.raises(JiraUnreachable):
        client.get(PATH)
    assert len(pool.sent) == attempts
    client, pool = client_over(backend, (503, {}), slow)
    with pytest.raises(JiraUnreachable):
        client.get(PATH)
    assert len(pool.sent) == 2


def test_there_is_no_waiting_beyond_the_functions_time(backend: "Backend") -> None:
    client, pool = client_over(backend, (429, {}, {**LIMITED, "Retry-After": "2"}))
    pool.remaining = 2.9
    with pytest.raises(JiraRateLimited):
        client.get(PATH)
    assert len(pool.sent) == 1


def test_an_answer_is_waited_for_no_longer_than_there_is_time(backend: "Backend") -> None:
    client, pool = client_over(backend, DONE)
    pool.remaining = 4.0
    client.get(PATH)
    timeout = pool.sent[0].options["timeout"]
    assert (timeout.total, timeout.read_timeout) == (3.0, 3.0)
    assert timeout.connect_timeout == 1.5


def test_without_time_nothing_is_sent(backend: "Backend") -> None:
    client, pool = client_over(backend, DONE)
    pool.remaining = 0.5
    with pytest.raises(OutOfTime, match="not sent"):
        client.get(PATH)
    assert pool.sent == []


@pytest.mark.parametrize(
    ("failure", "may_have_worked"), [(LOST, True), (SLOW, True), (NEVER_CONNECTED, False)]
)
def test_an_error_without_an_answer_says_whether_it_may_have_worked(
    backend: "Backend", failure: Exception, *, may_have_worked: bool
) -> None:
    client, _ = client_over(backend, failure)
    with pytest.raises(JiraUnreachable) as error:
        client.post(PATH, {})
    assert error.value.may_have_worked is may_have_worked


def test_a_limit_that_is_near_is_counted(backend: "Backend", capsys: pytest.CaptureFixture[str]) -> None:
    client, _ = client_over(backend, (200, {}, {"X-RateLimit-NearLimit": "true"}))
    client.get(PATH)
    assert "JiraNearLimit" in capsys.readouterr().out
