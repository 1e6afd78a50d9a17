"""Signed calls through the real worker, while Jira fails in the ways it can."""

import json
import time
from http import HTTPStatus
from typing import Any

import pytest
import urllib3

from connect_local.laptop.stack import LaptopStack

MYSELF = "/rest/api/3/myself"
PROPERTY = "/rest/api/3/issue/FAULT-1/properties/seen"
COMMENTS = "/rest/api/3/issue/FAULT-1/comment"
COMMENT = {"body": {"type": "doc", "version": 1, "content": []}}


class Site:
    """A site that has installed the app, with faults on order."""

    def __init__(self, stack: LaptopStack) -> None:
        assert stack.jira is not None
        self.jira = stack.jira
        self.function = stack.functions["JiraCallsFunction"]
        self.client_key = self.jira.lifecycle.install(stack.descriptor_url).client_key
        self.jira.site.ensure_issue("FAULT-1", {})

    def order(self, **fault: Any) -> None:
        urllib3.request("POST", f"{self.jira.base_url}/_local/faults", json=fault)

    def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        event = {"clientKey": self.client_key, "method": method, "path": path, "body": body}
        result: dict[str, Any] = json.loads(self.function.invoke(json.dumps(event).encode()).payload)
        return result

    def seen(self, path: str) -> list[int | None]:
        return [request.status for request in self.jira.journal.requests() if request.path == path]


@pytest.fixture(scope="module")
def installed(stack: LaptopStack) -> Site:
    return Site(stack)


@pytest.fixture
def site(installed: Site) -> Site:
    installed.jira.faults.clear()
    return installed


def since(site: Site, path: str, before: int) -> list[int | None]:
    return site.seen(path)[before:]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503, "count": 2},
        {"status": 502},
        {"status": 504},
        {"status": 429, "retryAfter": 1},
        {"status": 429, "retryAfter": 1, "rateLimitReason": "jira-per-issue-on-write"},
        {"drop": "before"},
        {"drop": "after"},
    ],
    ids=str,
)
def test_a_fault_that_passes_is_not_noticed(site: Site, fault: dict[str, Any]) -> None:
    before = len(site.seen(PROPERTY))
    site.order(**fault)
    answer = site.call("PUT", PROPERTY, {"n": 1})
    assert answer["status"] in {HTTPStatus.OK, HTTPStatus.CREATED}
    assert len(since(site, PROPERTY, before)) == fault.get("count", 1) + 1


@pytest.mark.parametrize("reason", ["jira-quota-tenant-based", "jira-quota-global-based"])
def test_a_quota_is_told_at_once_to_whoever_asked(site: Site, reason: str) -> None:
    before = len(site.seen(MYSELF))
    site.order(status=429, retryAfter=1, rateLimitReason=reason)
    assert site.call("GET", MYSELF)["status"] == HTTPStatus.TOO_MANY_REQUESTS
    assert since(site, MYSELF, before) == [HTTPStatus.TOO_MANY_REQUESTS]


def test_a_comment_that_may_have_been_made_is_not_made_again(site: Site) -> None:
    site.order(drop="after")
    answer = site.call("POST", COMMENTS, COMMENT)
    assert answer["errorType"] == "JiraUnreachable"
    assert site.call("GET", COMMENTS)["body"]["total"] == 1


def test_a_comment_that_jira_has_certainly_not_made_is_made_after_the_wait(site: Site) -> None:
    total = site.call("GET", COMMENTS)["body"]["total"]
    site.order(status=429, retryAfter=1)
    assert site.call("POST", COMMENTS, COMMENT)["status"] == HTTPStatus.CREATED
    assert site.call("GET", COMMENTS)["body"]["total"] == total + 1


def test_a_503_that_says_when_to_come_back_does_not_say_that_nothing_was_done(site: Site) -> None:
    total = site.call("GET", COMMENTS)["body"]["total"]
    site.order(status=503, retryAfter=1)
    assert site.call("POST", COMMENTS, COMMENT)["status"] == HTTPStatus.SERVICE_UNAVAILABLE
    assert site.call("GET", COMMENTS)["body"]["total"] == total


def test_a_webhook_that_meets_a_quota_is_worked_off_when_the_quota_allows(site: Site) -> None:
    site.jira.site.ensure_issue("FAULT-2", {})
    note = "/rest/api/3/issue/FAULT-2/properties/connect-lambda"
    site.order(status=429, retryAfter=3, rateLimitReason="jira-quota-tenant-based")
    ordered = time.monotonic()
    site.jira.webhooks.send("jira:issue_created", {"issue": {"key": "FAULT-2"}}, "quota-1")
    deadline = ordered + 30
    while HTTPStatus.CREATED not in site.seen(note) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert site.seen(note) == [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.CREATED]
    assert time.monotonic() - ordered >= 3, "it did not wait for as long as Jira said"
