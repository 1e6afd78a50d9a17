"""Calls by Forge's `requestRemote`: Jira's page calls the app, from the site's origin."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from connect_local.jira.site import MEMBER
from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.e2e.forge import control, manifest

ORIGINS = ["https://example.atlassian.net", "https://jira.example.com"]
CALL = """async ({ url, method, token }) => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const response = await fetch(url, { method, headers });
    return { status: response.status, text: await response.text() };
}"""


@pytest.fixture(scope="module")
def stack() -> Iterator[LaptopStack]:
    with LaptopStack(StackOptions(port=0, jira_port=0)) as stack:
        installed = control(stack, "forge/install", manifest=manifest(stack, connect=False))
        assert [answer["status"] for answer in installed["answers"].values()] == [HTTPStatus.NO_CONTENT]
        yield stack


@pytest.fixture(params=ORIGINS)
def site(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of the site, which the browser gets in place of Jira's."""
    context = browser.new_context()
    page = context.new_page()
    page.route(
        f"{request.param}/**",
        lambda route: route.fulfill(body="<title>Jira</title>", content_type="text/html"),
    )
    page.goto(f"{request.param}/browse/DEMO-1")
    yield page
    context.close()


def call(site: Page, stack: LaptopStack, path: str, method: str = "GET", token: str | None = None) -> Any:
    assert stack.jira is not None
    (app,) = stack.jira.forge.apps()
    context = {
        "cloudId": app.tenant.site.cloud_id,
        "moduleKey": "m",
        "extension": {"type": "jira:globalPage"},
    }
    if token is None:
        token = stack.jira.forge.token_for(app, principal=MEMBER.account_id, context=context)
    return site.evaluate(CALL, {"url": f"{stack.base_url}{path}", "method": method, "token": token})


def test_the_browser_lets_it_call_and_read_what_is_answered(site: Page, stack: LaptopStack) -> None:
    asked: list[str] = []
    site.on("request", lambda request: asked.append(request.headers.get("origin", "")))
    assert call(site, stack, "/api/greeting") == {"status": 200, "text": '{"displayName":"Mia Member"}'}
    assert asked[-1] == site.evaluate("location.origin")


WITHOUT_USERS_TOKEN = '{"reason":"user-token-missing"}'


@pytest.mark.parametrize(
    ("path", "method", "token", "status", "text"),
    [
        ("/api/connection", "GET", None, 403, WITHOUT_USERS_TOKEN),
        ("/api/connection-test", "POST", None, 403, WITHOUT_USERS_TOKEN),
        ("/api/greeting", "GET", "no.good.token", 401, ""),
        ("/api/nothing", "GET", None, 404, ""),
    ],
)
def test_a_refusal_can_be_read_too(
    site: Page, stack: LaptopStack, path: str, method: str, token: str | None, status: int, text: str
) -> None:
    assert call(site, stack, path, method, token) == {"status": status, "text": text}


@pytest.mark.parametrize("path", ["/pages/hello-world", "/forge/events", "/atlassian-connect.json"])
def test_nothing_else_can_be_called(site: Page, stack: LaptopStack, path: str) -> None:
    with pytest.raises(Exception, match="Failed to fetch"):
        call(site, stack, path)
