"""The page that greets, as somebody sees it who uses Jira."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from connect_local.laptop.stack import LaptopStack
from tests.browser.pages.conftest import Open
from tests.e2e.visitor import Visitor

PAGE = "/pages/hello-world"


@pytest.fixture
def faults(stack: LaptopStack) -> Iterator[Any]:
    assert stack.jira is not None
    yield stack.jira.faults
    stack.jira.faults.clear()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_greets_by_name_and_nothing_is_amiss(open_page: Open, member: Visitor, theme: str) -> None:
    page = open_page(PAGE, member, theme=theme)
    page.settle()
    assert page.text("h1") == "Hello, Mia Member"
    assert page.text("#installed").endswith("enabled")
    assert "200" in page.text("#call")
    assert page.complaints == []
    assert page.violations() == []


def test_it_has_a_title_and_a_language(open_page: Open) -> None:
    page = open_page(PAGE)
    assert page.app.title().startswith("Greeting")
    assert page.app.locator("html").get_attribute("lang") == "en"


def test_it_lists_the_projects_that_the_user_may_see_as_links_out_of_the_frame(
    open_page: Open, member: Visitor, stack: LaptopStack
) -> None:
    assert stack.jira is not None
    page = open_page(PAGE, member)
    page.settle()
    links = page.app.locator("#projects a")
    assert links.evaluate_all("links => links.map(link => [link.href, link.target])") == [
        [f"{stack.jira.base_url}/browse/{project.key}", "_top"]
        for project in stack.jira.site.projects()
        if not project.restricted
    ]


def test_it_follows_the_theme_of_jira_while_it_is_open(open_page: Open) -> None:
    page = open_page(PAGE, theme="light")
    page.settle()
    light = page.background()
    page.set_theme("dark")
    expect(page.app.locator("html")).to_have_attribute("data-color-mode", "dark")
    dark = page.background()
    assert dark != light
    page.set_theme("light")
    expect(page.app.locator("html")).to_have_attribute("data-color-mode", "light")
    assert page.background() == light


def test_without_a_theme_from_jira_it_follows_the_browser_and_with_one_it_does_not(open_page: Open) -> None:
    dark = open_page(PAGE, theme="dark", color_scheme="light").background()
    light = open_page(PAGE, theme="light", color_scheme="dark").background()
    assert light != dark
    assert open_page(PAGE, theme=None, color_scheme="dark").background() == dark
    assert open_page(PAGE, theme=None, color_scheme="light").background() == light


def test_nothing_jumps_when_the_answers_arrive(open_page: Open, faults: Any) -> None:
    faults.order({"delay": 1, "count": 3})
    page = open_page(PAGE)
    page.app.evaluate(
        "globalThis.shift = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "entry => { shift += entry.value; })).observe({ type: 'layout-shift', buffered: true })"
    )
    before = page.app.locator("section").evaluate_all("all => all.map(each => each.offsetTop)")
    page.settle()
    assert page.text("h1").startswith("Hello, ")
    assert page.app.locator("section").evaluate_all("all => all.map(each => each.offsetTop)") == before
    assert page.app.evaluate("shift") == 0


def test_a_token_that_has_expired_is_replaced_by_a_fresh_one_once(open_page: Open, admin: Visitor) -> None:
    issued: list[str] = []

    def issue() -> str:
        stale = {} if issued else {"iat": 1_700_000_000, "exp": 1_700_000_180}
        issued.append(admin.context_token(**stale))
        return issued[-1]

    page = open_page(PAGE, admin, issue=issue)
    page.settle()
    assert page.app.locator("#projects a").count() == 3
    assert len(page.tokens) == 4  # one for each of three calls, and one more


def test_when_no_fresh_token_is_to_be_had_it_says_so_and_does_not_go_on_asking(
    open_page: Open, admin: Visitor
) -> None:
    page = open_page(PAGE, admin, issue=lambda: admin.context_token(iat=1_700_000_000, exp=1_700_000_180))
    page.settle()
    assert "Your session with Jira has ended" in page.text("#projects [role=alert]")
    assert page.text("h1") == "Hello"
    assert len(page.tokens) == 6
    assert page.violations() == []


def test_who_sees_no_project_is_told_so(open_page: Open, nobody: Visitor) -> None:
    page = open_page(PAGE, nobody)
    page.settle()
    assert "No projects yet" in page.text("#projects")
    assert page.violations() == []


def test_what_failed_can_be_tried_again_with_the_keyboard(open_page: Open, faults: Any) -> None:
    faults.order({"status": 500, "count": 40})
    page = open_page(PAGE)
    page.settle()
    assert "Jira did not give the app an answer" in page.text("#projects [role=alert]")
    assert page.violations() == []
    faults.clear()
    page.app.locator("body").press("Tab")  # the link to the site
    page.app.locator(":focus").press("Tab")
    page.app.locator(":focus").press("Enter")
    expect(page.app.locator("#projects a").first).to_be_visible()


def test_it_fits_a_narrow_window(open_page: Open) -> None:
    page = open_page(PAGE, width=360)
    page.settle()
    assert page.app.evaluate("document.documentElement.scrollWidth") <= 360


def test_no_token_leaves_by_a_referrer_or_a_url_but_that_of_the_page(open_page: Open) -> None:
    page = open_page(PAGE)
    page.settle()
    assert len(page.requests) > 8
    assert [request["url"] for request in page.requests if "jwt=" in request["url"]] == [
        request["url"] for request in page.requests if PAGE in request["url"]
    ]
    assert not [request for request in page.requests if "jwt" in request.get("referer", "")]


def test_without_jira_around_it_says_that_it_cannot_be_reached(open_page: Open) -> None:
    page = open_page(PAGE, all_js="")
    page.settle()
    assert "The app cannot be reached" in page.text("#projects [role=alert]")
