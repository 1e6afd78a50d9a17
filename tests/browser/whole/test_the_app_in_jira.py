"""The app as it is deployed, on the laptop's Jira, by clicks alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Request, expect

from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.browser.axe import violations
from tests.browser.clicks.conftest import Clicks
from tests.descriptors import own_descriptor

APP = own_descriptor("dev")
ADMINS_PAGE: str = APP["modules"]["adminPages"][0]["name"]["value"]

PROJECTS = {"Demonstration", "Operations", "Website"}


@pytest.fixture(scope="module")
def stack() -> Iterator[LaptopStack]:
    with LaptopStack(StackOptions(port=0, jira_port=0)) as stack:
        yield stack


@pytest.fixture
def clicks(browser: Browser, stack: LaptopStack) -> Iterator[Clicks]:
    assert stack.jira is not None
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{stack.jira.base_url}/")
    if page.get_by_role("button", name="Install", exact=True).count():
        page.get_by_role("button", name="Install", exact=True).click()
        expect(page.locator(".notice").first).to_contain_text("is installed")
    yield Clicks(page, stack.jira.base_url, complaints)
    context.close()
    assert complaints == [], "a console message, or something that the content security policy forbids"


def greeting(clicks: Clicks) -> None:
    clicks.go_to("Greeting")
    expect(clicks.page.frame_locator("iframe").locator("h1")).to_contain_text("Hello, ")


def test_the_page_greets_and_shows_the_projects_of_the_site(clicks: Clicks) -> None:
    greeting(clicks)
    app = clicks.page.frame_locator("iframe")
    expect(app.locator("h1")).to_have_text("Hello, Ada Admin")
    expect(app.locator("#projects a")).to_have_count(len(PROJECTS))
    assert set(app.locator("#projects .name").all_inner_texts()) == PROJECTS


def test_somebody_else_is_greeted_by_name_and_sees_what_is_theirs(clicks: Clicks) -> None:
    clicks.be("Mia Member")
    greeting(clicks)
    app = clicks.page.frame_locator("iframe")
    expect(app.locator("h1")).to_have_text("Hello, Mia Member")
    expect(app.locator("#projects .name")).to_have_text(["Demonstration", "Website"])


def test_a_new_issue_has_the_apps_note_before_long(clicks: Clicks) -> None:
    clicks.go_to("Create an issue")
    clicks.page.get_by_label("Summary").fill("The printer on the third floor speaks")
    clicks.page.get_by_role("main").get_by_role("button", name="Create").click()
    expect(clicks.page.get_by_role("main")).to_contain_text("connect-lambda", timeout=20_000)
    expect(clicks.page.get_by_role("main")).to_contain_text("jira:issue_created")
    greeting(clicks)
    expect(clicks.page.frame_locator("iframe").locator("#webhook")).to_contain_text("jira:issue_created")


def test_a_token_that_expires_while_the_page_is_open_is_replaced_without_a_word(clicks: Clicks) -> None:
    greeting(clicks)
    refused: list[int] = []
    clicks.page.on("response", lambda answer: refused.append(answer.status) if answer.status == 401 else None)
    clicks.page.get_by_role("button", name="Hand it an expired token next").click()
    expect(clicks.page.locator("#expiring")).to_contain_text("expired already")
    frame = clicks.page.locator("iframe").element_handle().content_frame()
    assert frame
    status = frame.evaluate(
        "import(document.querySelector('script[type=module]').src.replace(/[^/]*$/, "
        "[...performance.getEntriesByType('resource')].map(e => e.name.split('/').pop())"
        ".find(name => name.startsWith('jira'))))"
        ".then(jira => jira.call('greeting')).then(answer => answer.displayName)"
    )
    assert status == "Ada Admin"
    assert refused == [401]
    clicks.complaints.clear()  # the browser itself tells of the 401


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_page_follows_jiras_theme_and_axe_finds_nothing(clicks: Clicks, theme: str) -> None:
    clicks.look(theme)
    greeting(clicks)
    expect(clicks.page.frame_locator("iframe").locator("html")).to_have_attribute(
        "data-color-mode", theme.lower()
    )
    frame = clicks.page.locator("iframe").element_handle().content_frame()
    assert frame
    assert violations(frame) == []


def test_an_administrator_tests_the_connection(clicks: Clicks) -> None:
    clicks.go_to(ADMINS_PAGE)
    app = clicks.page.frame_locator("iframe")
    app.get_by_role("button", name="Test now").click()
    expect(app.locator("#outcome")).to_contain_text("Jira has accepted the request")
    expect(app.locator("#outcome")).to_contain_text("GET /rest/api/3/myself")


def test_anybody_else_is_refused_by_the_app_and_not_only_not_shown_the_link(clicks: Clicks) -> None:
    clicks.be("Mia Member")
    navigation = clicks.page.get_by_role("navigation", name="Site")
    expect(navigation).to_contain_text("Greeting")
    expect(navigation).not_to_contain_text(ADMINS_PAGE)
    clicks.open(f"/plugins/servlet/ac/{APP['key']}/connection")
    app = clicks.page.frame_locator("iframe")
    expect(app.locator("main")).to_contain_text("administrator")
    expect(app.get_by_role("button", name="Test now")).to_have_count(0)
    clicks.complaints.clear()  # the browser itself tells of the 403


def test_no_token_leaves_in_a_referrer(clicks: Clicks) -> None:
    referrers: list[str] = []

    def note(request: Request) -> None:
        referrers.append(request.headers.get("referer", ""))

    clicks.page.on("request", note)
    greeting(clicks)
    assert len(referrers) > 3
    assert not [referrer for referrer in referrers if "jwt=" in referrer]
