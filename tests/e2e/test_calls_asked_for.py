"""Calls that are asked for on the bus: what comes of them is told there, and none is made twice."""

import json
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import pytest

from tests.e2e.watching import WORKER_SECONDS, Watched, eventually, watched

type Heard = Callable[[], list[dict[str, Any]]]
COMMENT = {"body": {"type": "doc", "version": 1, "content": []}}


@pytest.fixture(scope="module")
def site() -> Iterator[Watched]:
    with watched(worker_seconds=WORKER_SECONDS) as site:
        yield site


@pytest.fixture(scope="module")
def hear(site: Watched) -> Heard:
    return site.hear()


def only(heard: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    (event,) = heard
    return event["detail-type"], event["detail"]


def test_a_call_that_is_made_is_told_of_on_the_bus(site: Watched, hear: Heard) -> None:
    asked = {"method": "GET", "path": "/rest/api/3/myself?expand=groups", "idempotencyKey": "who-am-i"}
    site.ask_on_the_bus(**asked, query={"token": "of-the-query"}, returnBody=True)
    what, detail = only(eventually(hear))
    assert what == "Jira call completed"
    assert detail.pop("body")["accountType"] == "app"
    assert detail == {
        "clientKey": site.client_key,
        "method": "GET",
        "path": "/rest/api/3/myself",
        "idempotencyKey": "who-am-i",
        "status": HTTPStatus.OK,
    }


def test_a_key_of_null_is_as_absent(site: Watched, hear: Heard) -> None:
    for _ in range(2):
        site.ask_on_the_bus(method="GET", path="/rest/api/3/myself", idempotencyKey=None)
    keys: set[str | None] = set()
    while len(keys) < 2:
        keys |= {event["detail"]["idempotencyKey"] for event in eventually(hear)}
    assert None not in keys


def test_another_call_under_the_same_key_is_not_made_and_told_as_failed(site: Watched, hear: Heard) -> None:
    site.jira.site.ensure_issue("ASKED-3", {})
    path = "/rest/api/3/issue/ASKED-3/comment"
    site.ask_on_the_bus(method="GET", path="/rest/api/3/myself", idempotencyKey="one-key")
    assert only(eventually(hear))[0] == "Jira call completed"
    site.ask_on_the_bus(method="POST", path=path, body=COMMENT, idempotencyKey="one-key")
    what, detail = only(eventually(hear))
    assert (what, detail["reason"]) == ("Jira call failed", "idempotency-key-reused")
    (message,) = eventually(site.failed)
    assert message["MessageAttributes"]["Reason"]["StringValue"] == "idempotency-key-reused"
    assert site.calls("POST", path) == []


def test_a_call_that_is_asked_for_twice_is_made_once_and_told_of_each_time(
    site: Watched, hear: Heard
) -> None:
    site.jira.site.ensure_issue("ASKED-1", {})
    path = "/rest/api/3/issue/ASKED-1/comment"
    for _ in range(2):
        site.ask_on_the_bus(method="POST", path=path, body=COMMENT, idempotencyKey="one-comment")
        what, detail = only(eventually(hear))
        assert (what, detail["status"]) == ("Jira call completed", HTTPStatus.CREATED)
    assert site.calls("POST", path) == [HTTPStatus.CREATED]


def test_a_hopeless_call_is_told_of_and_set_aside_with_the_reason(site: Watched, hear: Heard) -> None:
    asked = {"method": "PUT", "path": "/rest/api/3/issue/NONE-1/properties/x?q=of-the-query"}
    site.ask_on_the_bus(**asked, query={"more": "of-the-query"}, body={"words": "of-the-body"})
    what, detail = only(eventually(hear))
    assert (what, detail["reason"], detail["status"]) == ("Jira call failed", "jira-404", 404)
    (message,) = eventually(site.failed)
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert (attributes["Reason"], attributes["Tries"]) == ("jira-404", "1")
    assert json.loads(message["Body"])["body"] == {"words": "of-the-body"}
    assert site.worked_off()
    assert not [line for line in site.lines if "of-the-query" in line or "of-the-body" in line]
    assert "of-the-query" not in json.dumps(detail)


def test_a_message_that_is_not_due_is_sent_again_and_counts_as_tried_once_it_is(
    site: Watched, hear: Heard
) -> None:
    path = "/rest/api/3/issue/NONE-1/comment"
    record = site.record_of_a_call(path, COMMENT, "not-due", deliveries=1)
    record["messageAttributes"] = {
        "NotBefore": {"dataType": "Number", "stringValue": str(time.time() + 2)},
        "FirstMessageId": {"dataType": "String", "stringValue": "first"},
    }
    worker = site.stack.functions["JiraCallsFunction"]
    answer = json.loads(worker.invoke(json.dumps({"Records": [record]}).encode()).payload)
    assert answer == {"batchItemFailures": []}
    assert site.count("JiraCalls", "Delayed") == 1
    assert only(eventually(hear))[1]["reason"] == "jira-404"
    (message,) = eventually(site.failed)
    assert message["MessageAttributes"]["Tries"]["StringValue"] == "1"
    assert site.calls("POST", path) == [HTTPStatus.NOT_FOUND]
    assert site.worked_off()


def test_a_comment_whose_worker_is_killed_in_mid_call_is_not_made_again(site: Watched, hear: Heard) -> None:
    site.jira.site.ensure_issue("ASKED-2", {})
    path = "/rest/api/3/issue/ASKED-2/comment"
    site.order(delay=3)
    site.ask_on_the_bus(method="POST", path=path, body=COMMENT, idempotencyKey="cut-off")
    worker = site.stack.functions["JiraCallsFunction"]
    assert eventually(lambda: not site.jira.faults.pending()), "the worker has not called"
    assert worker.kill_one()
    assert eventually(lambda: site.calls("POST", path)) == [HTTPStatus.CREATED]

    # The message comes back as if minutes had passed, and waits until whoever began it must have ended.
    event = {"Records": [site.record_of_a_call(path, COMMENT, "cut-off", deliveries=2)]}
    answer = json.loads(worker.invoke(json.dumps(event).encode()).payload)
    assert answer == {"batchItemFailures": []}
    said = eventually(lambda: site.said("Message scheduled for retry"))
    assert {line["reason"] for line in said} == {"being-done"}
    what, detail = only(eventually(hear, seconds=60))
    assert (what, detail["reason"]) == ("Jira call failed", "effect-unknown")
    (message,) = eventually(site.failed)
    assert message["MessageAttributes"]["Reason"]["StringValue"] == "effect-unknown"
    assert site.calls("POST", path) == [HTTPStatus.CREATED]
