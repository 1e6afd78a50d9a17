"""API Gateway's events as requests."""

import base64
import json
from typing import Any

import pytest

from connect_jira.web.request import read_event
from tests.unit.jira.conftest import PROJECT


@pytest.fixture
def event() -> dict[str, Any]:
    text = (PROJECT / "events" / "webhooks-issue_created.json").read_text(encoding="utf-8")
    event: dict[str, Any] = json.loads(text)
    return event


def test_method_path_query_headers_and_body_are_as_they_came(event: dict[str, Any]) -> None:
    event["rawQueryString"] = "a=1&a=%2B+%7E&b="
    event["headers"] = {"Authorization": "JWT x", "X-Other": "y"}
    request = read_event(event)
    assert (request.method, request.path) == ("POST", "/webhooks/issue_created")
    assert request.query == "a=1&a=%2B+%7E&b="
    assert request.headers == {"authorization": "JWT x", "x-other": "y"}
    assert request.body == event["body"].encode()


def test_a_base64_body_is_decoded(event: dict[str, Any]) -> None:
    event |= {"body": base64.b64encode(b"\x00\xff").decode(), "isBase64Encoded": True}
    assert read_event(event).body == b"\x00\xff"


def test_a_request_without_body_query_and_headers_is_read(event: dict[str, Any]) -> None:
    for name in ("body", "rawQueryString", "headers"):
        del event[name]
    request = read_event(event)
    assert (request.body, request.query, request.headers) == (b"", "", {})


def test_the_base_url_is_what_the_caller_reached_us_by(event: dict[str, Any]) -> None:
    event["requestContext"] |= {"domainName": "api.example.com", "stage": "$default"}
    assert read_event(event).base_url == "https://api.example.com"


def test_a_stage_is_part_of_the_base_url_and_not_of_the_path(event: dict[str, Any]) -> None:
    event["requestContext"] |= {"domainName": "api.example.com", "stage": "prod"}
    event["rawPath"] = "/prod/webhooks/issue_created"
    request = read_event(event)
    assert request.base_url == "https://api.example.com/prod"
    assert request.path == "/webhooks/issue_created"


def test_a_path_that_merely_begins_like_the_stage_is_left_alone(event: dict[str, Any]) -> None:
    event["requestContext"]["stage"] = "web"
    assert read_event(event).path == "/webhooks/issue_created"


def test_a_configured_base_url_counts_alone_and_its_path_is_no_part_of_the_path(
    event: dict[str, Any],
) -> None:
    event["requestContext"]["domainName"] = "api.example.com"
    event["rawPath"] = "/jira/webhooks/issue_created"
    request = read_event(event, base_url="https://apps.example.com/jira")
    assert request.base_url == "https://apps.example.com/jira"
    assert request.path == "/webhooks/issue_created"


OLD, OLD_BELOW, NEW = (
    "https://old.example.com",
    "https://old.example.com/apps/one",
    "https://new.example.com/jira",
)


@pytest.mark.parametrize(
    ("host", "path", "used", "below"),
    [
        ("new.example.com", "/jira/webhooks/w", NEW, "/webhooks/w"),
        ("new.example.com", "/webhooks/w", NEW, "/webhooks/w"),
        ("old.example.com", "/webhooks/w", OLD, "/webhooks/w"),
        ("OLD.example.com", "/webhooks/w", OLD, "/webhooks/w"),
        ("old.example.com", "/apps/one/webhooks/w", OLD_BELOW, "/webhooks/w"),
        ("old.example.com", "/apps/one-more/w", OLD, "/apps/one-more/w"),
        ("old.example.com", "/jira/webhooks/w", OLD, "/jira/webhooks/w"),
        ("old.example.com.evil.example", "/webhooks/w", OLD, "/webhooks/w"),
        ("behind-a-proxy.example.com", "/jira/webhooks/w", NEW, "/webhooks/w"),
        ("behind-a-proxy.example.com", "/apps/one/w", OLD_BELOW, "/w"),
    ],
)
def test_a_request_may_come_by_any_of_the_base_urls_and_its_path_is_below_the_one_it_came_by(
    event: dict[str, Any], host: str, path: str, used: str, below: str
) -> None:
    event["requestContext"]["domainName"] = host
    event["rawPath"] = path
    request = read_event(event, base_url=NEW, further_base_urls=(OLD, OLD_BELOW))
    assert (request.base_url, request.path) == (used, below)


def test_without_a_configured_base_url_the_callers_counts_beside_the_further_ones(
    event: dict[str, Any],
) -> None:
    event["requestContext"] |= {"domainName": "api.example.com", "stage": "prod"}
    event["rawPath"] = "/prod/webhooks/w"
    request = read_event(event, further_base_urls=(OLD_BELOW,))
    assert (request.base_url, request.path) == ("https://api.example.com/prod", "/webhooks/w")


def test_neither_query_nor_headers_nor_body_show_in_a_representation(event: dict[str, Any]) -> None:
    event["rawQueryString"] = "jwt=secret-token"
    shown = repr(read_event(event))
    assert "secret-token" not in shown
    assert "JWT" not in shown
    assert "DEMO-42" not in shown
