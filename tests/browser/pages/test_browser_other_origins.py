"""Pages of other origins that try to call the app for somebody who uses it: no proof is in a cookie."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from connect_local.laptop.stack import LaptopStack
from tests.browser.pages.conftest import Open
from tests.e2e.visitor import Visitor

ELSEWHERE = "https://evil.example"
CALL = "/api/connection-test"
"""A call that does something: it makes a call to Jira."""

FETCH = """async ({ url, ...options }) => {
    const response = await fetch(url, options).catch(() => null);
    return response && { status: response.status, text: await response.text() };
}"""
FORM = """({ url, type, value }) => {
    const form = document.createElement("form");
    Object.assign(form, { action: url, method: "POST", enctype: type });
    form.append(Object.assign(document.createElement("input"), { name: value, value: "" }));
    document.body.append(form);
    form.submit();
}"""


@pytest.fixture
def elsewhere(open_page: Open, admin: Visitor) -> Iterator[Page]:
    """A page of another origin, in the browser of an administrator who has just used the app."""
    framed = open_page("/pages/connection", admin)
    framed.settle()
    context = framed.jira.context
    assert context.cookies() == []
    page = context.new_page()
    page.route(f"{ELSEWHERE}/**", lambda route: route.fulfill(body="<body>", content_type="text/html"))
    page.goto(f"{ELSEWHERE}/")
    yield page
    page.close()


def calls_made(stack: LaptopStack) -> int:
    assert stack.jira is not None
    return len(stack.jira.journal.requests())


REQUESTS: dict[str, dict[str, Any]] = {
    "as a form is sent": {"method": "POST", "headers": {"Content-Type": "text/plain"}, "body": "{}"},
    "as a script sends it": {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": "{}"},
    "with a token of its own": {"method": "POST", "headers": {"Authorization": "JWT a.b.c"}},
    "without anything": {"method": "POST"},
    "in another way": {"method": "PUT", "headers": {"Content-Type": "application/json"}, "body": "{}"},
}


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_script_of_another_origin_proves_nothing_and_nothing_is_done(
    elsewhere: Page, stack: LaptopStack, request_: dict[str, Any]
) -> None:
    before = calls_made(stack)
    options = {"url": f"{stack.base_url}{CALL}", **request_}
    answer = elsewhere.evaluate(FETCH, {**options, "credentials": "omit"})
    assert answer == {"status": 404 if request_["method"] == "PUT" else 401, "text": ""}
    with_what_the_browser_keeps = elsewhere.evaluate(FETCH, {**options, "credentials": "include"})
    assert with_what_the_browser_keeps is None  # the browser does not let it read that answer
    assert calls_made(stack) == before


@pytest.mark.parametrize("type_", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_of_another_origin_does_nothing(elsewhere: Page, stack: LaptopStack, type_: str) -> None:
    before = calls_made(stack)
    url = f"{stack.base_url}{CALL}"
    with elsewhere.expect_response(url) as sent:
        elsewhere.evaluate(FORM, {"url": url, "type": type_, "value": '{"a":"'})
    assert sent.value.status == 401
    assert calls_made(stack) == before


def test_another_origin_cannot_frame_a_page_even_by_a_url_that_jira_has_signed(
    elsewhere: Page, stack: LaptopStack, admin: Visitor
) -> None:
    url = f"{stack.base_url}/pages/connection?jwt={admin.page_token('/pages/connection', '')}"
    elsewhere.evaluate(
        "url => { const f = document.createElement('iframe'); f.src = url; document.body.append(f); }", url
    )
    elsewhere.wait_for_function("document.querySelector('iframe').contentWindow.length >= 0")
    elsewhere.wait_for_timeout(500)
    (frame,) = elsewhere.main_frame.child_frames
    assert frame.url.startswith("chrome-error://")
