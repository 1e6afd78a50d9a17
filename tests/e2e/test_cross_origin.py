"""Calls that the page of Jira makes for a page, from the site's origin: what a browser asks, and is told."""

from http import HTTPStatus

import pytest
import urllib3

from connect_local.laptop.stack import LaptopStack
from tests.e2e.visitor import Visitor

SITE = "https://example.atlassian.net"
ALLOWED = {"access-control-allow-origin": "*"}
ELSEWHERE = [
    *("/pages/hello-world", "/static/app.css", "/webhooks/issue_created", "/lifecycle/installed"),
    *("/forge/events", "/atlassian-connect.json", "/api", "/apis", "/"),
]


def asked(visitor: Visitor, path: str, method: str = "GET") -> urllib3.BaseHTTPResponse:
    return visitor.request(
        "OPTIONS",
        path,
        origin=SITE,
        access_control_request_method=method,
        access_control_request_headers="authorization, content-type",
    )


def cors(response: urllib3.BaseHTTPResponse) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/greeting"), ("POST", "/api/connection-test"), ("GET", "/api/nothing")]
)
def test_a_browser_that_asks_is_told_the_methods_and_headers_of_calls(
    admin: Visitor, method: str, path: str
) -> None:
    response = asked(admin, path, method)
    assert (response.status, response.data) == (HTTPStatus.NO_CONTENT, b"")
    assert cors(response) == ALLOWED | {
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": "7200",
    }
    assert {"no-cache", "no-store"} <= set(response.headers["Cache-Control"].split(", "))


def test_every_answer_to_a_call_may_be_read_a_refusal_too(
    admin: Visitor, member: Visitor, stack: LaptopStack
) -> None:
    responses = {
        200: admin.call("/api/greeting"),
        401: admin.request("GET", "/api/greeting", origin=SITE),
        403: member.call("/api/connection"),
        404: admin.call("/api/nothing"),
    }
    stack.cloud.fail("dynamodb", seconds=3)
    responses[503] = admin.call("/api/health", token=admin.token(secret="s" * 40, qsh="context-qsh"))
    assert {status: response.status for status, response in responses.items()} == {
        status: status for status in responses
    }
    for response in responses.values():
        assert cors(response) == ALLOWED


@pytest.mark.parametrize("path", ELSEWHERE)
def test_nothing_else_is_for_other_origins(admin: Visitor, path: str) -> None:
    for response in (asked(admin, path), admin.get(path), admin.request("POST", path, origin=SITE)):
        assert cors(response) == {}
    assert asked(admin, path).status == HTTPStatus.NOT_FOUND
