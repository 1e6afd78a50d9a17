"""Rules for every page."""

import pytest
from playwright.sync_api import Browser, expect

from connect_local.jira import LaptopJira
from tests.browser.clicks.conftest import Clicks
from tests.browser.paged_app import PagedApp
from tests.laptop.fake_app import KEY, SignedCalls

PAGES = [
    *("/", "/sites", "/apps", "/calls", "/calls?of=all", "/faults", "/issues/new", "/nothing"),
    *("/browse/DEMO", "/browse/DEMO-1", "/browse/DEMO-1/edit", f"/plugins/servlet/ac/{KEY}/main"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_barrier(
    clicks: Clicks, installed: PagedApp, jira: LaptopJira, rest: SignedCalls, theme: str
) -> None:
    jira.site.ensure_issue("DEMO-1", {"summary": "One"})
    rest("PUT", "/issue/DEMO-1/properties/seen", {"by": "the app"})
    rest.http.send("GET", "/rest/api/3/myself", headers=installed.sign("GET", "/rest/api/3/other"))
    clicks.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of its words
    for path in PAGES:
        clicks.open(path)
        assert clicks.violations() == [], path
    assert len(clicks.complaints) == 1  # the browser says that /nothing was 404
    clicks.complaints.clear()


@pytest.mark.parametrize("width", [360, 700, 1280])
def test_no_page_is_wider_than_the_window(
    clicks: Clicks, installed: PagedApp, jira: LaptopJira, width: int
) -> None:
    assert installed.installed
    jira.site.ensure_issue("DEMO-1", {"summary": "Long" * 60})
    clicks.page.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        clicks.open(path)
        assert clicks.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    clicks.complaints.clear()


def test_the_menus_open_and_close_with_the_keyboard(clicks: Clicks) -> None:
    clicks.page.get_by_role("button", name="You are").focus()
    clicks.page.keyboard.press("Enter")
    expect(clicks.page.locator("#people-menu")).to_be_visible()
    assert clicks.violations() == []
    clicks.page.keyboard.press("Escape")
    expect(clicks.page.locator("#people-menu")).to_be_hidden()
    expect(clicks.page.get_by_role("button", name="You are")).to_be_focused()


def test_without_scripts_the_main_things_work(browser: Browser, jira: LaptopJira, app: PagedApp) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{jira.base_url}/")
    page.get_by_role("button", name="Install").click()
    expect(page.get_by_role("status")).to_contain_text("Fake App is installed.")
    page.get_by_role("link", name="Create an issue").click()
    page.get_by_label("Summary").fill("Without a script")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Without a script")
    app.wait_for(1, "issue_created")
    context.close()
