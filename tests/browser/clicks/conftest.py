"""The laptop's Jira in a browser, with an app to install on it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Frame, Page, expect

from connect_local.jira import LaptopJira
from connect_local.laptop.ports import listen
from connect_local.laptop.servers import ThreadedServer
from tests.browser.axe import violations
from tests.browser.paged_app import PagedApp
from tests.laptop.fake_app import SignedCalls
from tests.laptop.jira_server import JiraServer
from tests.laptop.verbatim_http import VerbatimHttp


@dataclass(frozen=True, slots=True)
class Clicks:
    """Somebody at the browser."""

    page: Page
    base_url: str
    complaints: list[str]

    def open(self, path: str) -> None:
        self.page.goto(f"{self.base_url}{path}")

    def click(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]  # one of many words

    def go_to(self, name: str) -> None:
        """Take an entry of the navigation."""
        self.page.get_by_role("navigation", name="Site").get_by_role("link", name=name, exact=True).click()

    def says(self, text: str) -> None:
        """The notice at the top of the page."""
        expect(self.page.locator(".notice").first).to_contain_text(text)

    def be(self, person: str) -> None:
        self.page.get_by_role("button", name="You are").click()
        self.page.locator("#people-menu").get_by_role("button", name=person).click()

    def look(self, theme: str) -> None:
        self.click("Theme")
        self.click(theme)

    def app(self) -> Frame:
        """Return the frame's content, once it is loaded and at the app's address."""
        frame = self.page.locator("iframe").element_handle().content_frame()
        assert frame
        expect(frame.locator("html")).to_have_attribute("data-theme", "dark:dark light:light spacing:spacing")
        return frame

    def violations(self) -> list[str]:
        return violations(self.page)


@pytest.fixture(scope="session")
def jira_server() -> Iterator[JiraServer]:
    listener = listen(0, "")
    jira_server = JiraServer(port=listener.getsockname()[1])
    server = ThreadedServer(jira_server, listener, http=LaptopJira.protocol)
    server.start()
    yield jira_server
    server.stop()


@pytest.fixture
def app() -> Iterator[PagedApp]:
    with PagedApp() as app:
        yield app


@pytest.fixture
def jira(jira_server: JiraServer, app: PagedApp) -> Iterator[LaptopJira]:
    jira = LaptopJira(
        base_url=f"http://localhost:{jira_server.port}",
        descriptor_url=app.descriptor_url,
        retry_delays=[0.01] * 5,
    )
    app.all_js_url = jira.all_js_url
    jira_server.site = jira.app
    yield jira
    jira.close()


@pytest.fixture
def rest(jira: LaptopJira, app: PagedApp) -> SignedCalls:
    return SignedCalls(app, VerbatimHttp(int(jira.base_url.rpartition(":")[2])))


@pytest.fixture
def clicks(browser: Browser, jira: LaptopJira) -> Iterator[Clicks]:
    """Fail the test on browser errors that it has not looked at."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.extend(_complaints(said)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{jira.base_url}/")
    yield Clicks(page, jira.base_url, complaints)
    context.close()
    assert complaints == []


def _complaints(said: ConsoleMessage) -> list[str]:
    return [said.text] if said.type in {"error", "warning"} else []


@pytest.fixture
def installed(clicks: Clicks, app: PagedApp) -> PagedApp:
    clicks.click("Install")
    clicks.says("is installed")
    return app
