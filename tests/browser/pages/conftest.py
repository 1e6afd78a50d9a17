"""The app's pages in a real browser, framed as Jira frames them.

The browser is the machine's own Chromium; nothing is downloaded. Jira's page around the iframe and
Atlassian's all.js are stand-ins that the browser gets in place of what it asks for; the app is the laptop's
stack.
"""

import html
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Frame, Page, Route, expect

from tests.browser.axe import violations
from tests.e2e.conftest import admin, logs, member, nobody, stack  # noqa: F401 - fixtures
from tests.e2e.visitor import Visitor

HERE = Path(__file__).parent
STAND_IN = (HERE / "all.js").read_text(encoding="utf-8")
SANDBOX = (
    "allow-downloads allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-same-origin "
    "allow-scripts allow-top-navigation-by-user-activation"
)


@dataclass
class Framed:
    """A page of the app, in an iframe."""

    jira: Page
    app: Frame
    complaints: list[str]
    requests: list[dict[str, Any]]
    tokens: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        return self.app.locator(selector).inner_text()

    def settle(self) -> None:
        """Wait until nothing is being fetched any more."""
        expect(self.app.locator("[aria-busy]")).to_have_count(0)

    def set_theme(self, mode: str) -> None:
        self.jira.evaluate("mode => app.setTheme({ colorMode: mode })", mode)

    def background(self) -> str:
        colour: str = self.app.evaluate("getComputedStyle(document.body).backgroundColor")
        return colour

    def violations(self) -> list[str]:
        """Return axe's violations."""
        return violations(self.app)


type Open = Callable[..., Framed]


@pytest.fixture
def open_page(browser: Browser, admin: Visitor, stack: Any) -> Iterator[Open]:  # noqa: F811 - a fixture
    contexts = []

    def open_page(
        path: str,
        visitor: Visitor = admin,
        *,
        theme: str | None = "light",
        issue: Callable[[], str] | None = None,
        width: int = 1000,
        all_js: str = STAND_IN,
        **options: Any,
    ) -> Framed:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        complaints: list[str] = []
        requests: list[dict[str, Any]] = []
        tokens: list[str] = []

        def issue_token() -> str:
            tokens.append(issue() if issue else visitor.context_token())
            return tokens[-1]

        jira = stack.jira.base_url
        query = f"xdm_e={html.escape(jira.replace(':', '%3A').replace('/', '%2F'))}&xdm_c=channel-1&cv=1&lic="
        source = f"{stack.base_url}{path}?{query}&jwt={visitor.page_token(path, query)}"
        page.on("console", lambda message: _complain(complaints, message))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append({"url": request.url, **request.headers}))
        page.expose_function("issueToken", issue_token)
        page.route(stack.jira.all_js_url, _serve("text/javascript", all_js))
        page.route(f"{jira}/framing", _serve("text/html", _host(source, theme)))
        page.goto(f"{jira}/framing")
        handle = page.locator("iframe").element_handle()
        frame = handle.content_frame()
        assert frame
        framed = Framed(page, frame, complaints, requests, tokens)
        frame.wait_for_load_state()
        return framed

    yield open_page
    for context in contexts:
        context.close()


def _complain(complaints: list[str], message: ConsoleMessage) -> None:
    if message.type in {"error", "warning"}:
        complaints.append(message.text)


def _serve(content_type: str, body: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=body, content_type=content_type)


def _host(source: str, theme: str | None) -> str:
    script = (HERE / "host.js").read_text(encoding="utf-8")
    settings = json.dumps({"colorMode": theme}) if theme else "new Promise(() => {})"
    return f"""<!doctype html><html lang="en"><title>Jira</title><link rel="icon" href="data:,">
<style>body {{ margin: 0 }} iframe {{ width: 100%; border: 0; display: block }}</style>
<iframe title="app" sandbox="{SANDBOX}" src="{html.escape(source)}"></iframe>
<script>{script}
const frame = document.querySelector("iframe");
const app = hostApp(frame, {{ issueToken: () => issueToken(), theme: {settings} }});
</script></html>"""
