"""Faults on order."""

import http.client
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from connect_local.jira import LaptopJira
from tests.laptop.fake_app import FakeApp, SignedCalls
from tests.laptop.verbatim_http import Answer, VerbatimHttp

NEW_ISSUE = {"fields": {"project": {"key": "DEMO"}, "issuetype": {"name": "Task"}, "summary": "New"}}


@pytest.fixture
def order_fault(jira_http: VerbatimHttp) -> Any:
    def order(**fault: object) -> Answer:
        return jira_http.send_json("POST", "/_local/faults", fault)

    return order


def last_call(jira: LaptopJira) -> tuple[int | None, str | None]:
    request = jira.journal.requests()[-1]
    return request.status, request.reason


def test_a_429_says_when_to_come_back_and_why(jira: LaptopJira, rest: SignedCalls, order_fault: Any) -> None:
    ordered = order_fault(status=429, retryAfter=7, rateLimitReason="jira-quota-tenant-based")
    assert (ordered.status, ordered.json()) == (200, {"pending": 1})
    answer = rest("GET", "/myself")
    assert answer.status == 429
    assert answer.headers["retry-after"] == "7"
    assert answer.headers["ratelimit-reason"] == "jira-quota-tenant-based"
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert answer.headers["x-ratelimit-reset"].endswith("Z")
    assert {"x-ratelimit-limit", "x-ratelimit-nearlimit"} <= answer.headers.keys()
    assert last_call(jira) == (429, "fault")
    assert rest("GET", "/myself").status == 200


def test_a_503_says_when_to_come_back_only_if_asked_to(rest: SignedCalls, order_fault: Any) -> None:
    order_fault(status=503)
    order_fault(status=503, retryAfter=2)
    assert "retry-after" not in rest("GET", "/myself").headers
    assert rest("GET", "/myself").headers["retry-after"] == "2"


def test_faults_are_met_one_by_one_in_the_order_they_were_ordered_in(
    rest: SignedCalls, order_fault: Any
) -> None:
    order_fault(status=500, count=2)
    order_fault(status=404)
    assert [rest("GET", "/myself").status for _ in range(4)] == [500, 500, 404, 200]


def test_faults_can_be_called_off(jira_http: VerbatimHttp, rest: SignedCalls, order_fault: Any) -> None:
    order_fault(status=500, count=9)
    assert jira_http.send("DELETE", "/_local/faults").json() == {"pending": 0}
    assert rest("GET", "/myself").status == 200


def test_whoever_calls_meets_a_fault_before_being_asked_who_it_is(
    jira_http: VerbatimHttp, order_fault: Any
) -> None:
    order_fault(status=503)
    assert jira_http.send("GET", "/rest/api/3/myself").status == 503
    assert jira_http.send("GET", "/rest/api/3/myself").status == 401


def test_nothing_is_done_when_a_fault_is_met(jira: LaptopJira, rest: SignedCalls, order_fault: Any) -> None:
    order_fault(status=500)
    rest("POST", "/issue", NEW_ISSUE)
    assert jira.site.issues() == []


def test_a_delay_only_delays(jira: LaptopJira, rest: SignedCalls, order_fault: Any) -> None:
    order_fault(delay=0.3)
    before = time.monotonic()
    assert rest("GET", "/myself").status == 200
    assert time.monotonic() - before >= 0.3
    assert last_call(jira) == (200, None)


@pytest.mark.parametrize("patience", [0.2, 10.0])
def test_the_journal_says_whether_whoever_called_was_still_there_when_it_was_answered(
    jira: LaptopJira, installed_app: FakeApp, jira_http: VerbatimHttp, order_fault: Any, patience: float
) -> None:
    order_fault(delay=0.8)
    with suppress(TimeoutError):
        SignedCalls(installed_app, replace(jira_http, timeout=patience))("POST", "/issue", NEW_ISSUE)
    deadline = time.monotonic() + 10
    while not jira.journal.requests() and time.monotonic() < deadline:
        time.sleep(0.05)
    (call,) = jira.journal.requests()
    assert (call.status, call.is_awaited) == (201, patience > 1)


def test_a_connection_that_breaks_before_the_work(
    jira: LaptopJira, rest: SignedCalls, order_fault: Any, caplog: pytest.LogCaptureFixture
) -> None:
    order_fault(drop="before")
    with pytest.raises(http.client.RemoteDisconnected):
        rest("POST", "/issue", NEW_ISSUE)
    assert jira.site.issues() == []
    assert last_call(jira) == (None, "fault")
    assert rest("GET", "/myself").status == 200
    assert caplog.messages == []


def test_a_connection_that_breaks_after_the_work(
    jira: LaptopJira,
    rest: SignedCalls,
    installed_app: FakeApp,
    order_fault: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    order_fault(drop="after")
    with pytest.raises(http.client.RemoteDisconnected):
        rest("POST", "/issue", NEW_ISSUE)
    assert [issue.key for issue in jira.site.issues()] == ["DEMO-1"]
    assert last_call(jira) == (201, "fault")
    installed_app.wait_for(1, "issue_created")
    assert caplog.messages == []


def test_a_secret_that_is_rotated_meanwhile_makes_the_call_come_too_late(
    jira: LaptopJira, rest: SignedCalls, installed_app: FakeApp, order_fault: Any
) -> None:
    old_secret = installed_app.installed["sharedSecret"]
    order_fault(rotateSecret=True)
    assert rest("GET", "/myself").status == 401
    assert last_call(jira) == (401, "secret-previous")
    assert installed_app.installed["sharedSecret"] != old_secret
    assert rest("GET", "/myself").status == 200


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({}, "A fault has exactly one of status, delay, drop, rotateSecret, gatewayLimit."),
        (
            {"status": 500, "delay": 1},
            "A fault has exactly one of status, delay, drop, rotateSecret, gatewayLimit.",
        ),
        ({"status": 200}, "status must be an HTTP status from 400 to 599."),
        ({"status": "503"}, "status must be an HTTP status from 400 to 599."),
        ({"status": 500, "count": 0}, "count must be a whole number from 1 to 1000."),
        ({"status": 500, "count": True}, "count must be a whole number from 1 to 1000."),
        ({"status": 429, "retryAfter": -1}, "retryAfter must be a whole number of seconds."),
        ({"status": 429, "retryAfter": 1.5}, "retryAfter must be a whole number of seconds."),
        (
            {"status": 429, "rateLimitReason": "a\r\nb: c"},
            "rateLimitReason must be a word such as jira-burst-based.",
        ),
        ({"delay": -1}, "delay must be a number of seconds, at most 3600."),
        ({"delay": True}, "delay must be a number of seconds, at most 3600."),
        ({"delay": False}, "delay must be a number of seconds, at most 3600."),
        ({"delay": 3601}, "delay must be a number of seconds, at most 3600."),
        ({"drop": "during"}, 'drop must be "before" or "after".'),
        ({"drop": []}, 'drop must be "before" or "after".'),
        ({"rotateSecret": False}, "rotateSecret must be true."),
    ],
)
def test_faults_that_there_are_not_are_refused_in_a_sentence(
    jira: LaptopJira, order_fault: Any, fault: dict[str, object], sentence: str
) -> None:
    answer = order_fault(**fault)
    assert (answer.status, answer.json()) == (400, {"error": sentence})
    assert jira.faults.pending() == 0
