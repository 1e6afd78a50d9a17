"""The page for administrators, as one of them sees it."""

import pytest
from playwright.sync_api import expect

from connect_local.laptop.stack import LaptopStack
from tests.browser.pages.conftest import Open
from tests.e2e.visitor import Visitor

PAGE = "/pages/connection"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_shows_the_installation_its_scopes_and_what_was_refused(
    open_page: Open, admin: Visitor, theme: str
) -> None:
    forged = admin.token(secret="somebody else's idea of the secret", qsh="x")
    assert admin.request("POST", "/lifecycle/enabled", authorization=f"JWT {forged}").status == 401
    page = open_page(PAGE, theme=theme)
    page.settle()
    assert admin.installation.client_key in page.text("#installation")
    assert page.text("#scopes").split() == ["READ", "WRITE"]
    assert "secret-mismatch" in page.text("#refusals")
    assert page.complaints == []
    assert page.violations() == []


def test_the_connection_is_tested_with_the_keyboard_and_what_comes_of_it_is_explained(
    open_page: Open, stack: LaptopStack
) -> None:
    assert stack.jira is not None
    page = open_page(PAGE)
    page.settle()
    page.app.locator("body").press("Tab")
    expect(page.app.locator("#test")).to_be_focused()
    page.app.locator(":focus").press("Enter")
    expect(page.app.locator("#outcome")).to_contain_text("Jira has accepted the request")
    expect(page.app.locator("#test")).to_be_focused()
    assert stack.jira.journal.requests()[-1].path == "/rest/api/3/myself"
    assert page.violations() == []


def test_a_connection_that_does_not_work_is_explained(open_page: Open, stack: LaptopStack) -> None:
    assert stack.jira is not None
    page = open_page(PAGE)
    page.settle()
    # The first call asks whether the user is an administrator; the test comes after it.
    stack.jira.faults.order({"delay": 0.01, "count": 1})
    stack.jira.faults.order({"status": 403, "count": 1})
    page.app.locator("#test").click()
    outcome = page.app.locator("#outcome")
    expect(outcome).to_contain_text("refused")
    expect(outcome).to_contain_text("answered 403")
    stack.jira.faults.clear()
    assert page.violations() == []


def test_who_is_no_administrator_is_told_so_plainly(open_page: Open, member: Visitor) -> None:
    page = open_page(PAGE, member, theme="dark")
    assert page.text("h1") == "This page is for Jira administrators"
    expect(page.app.locator("html")).to_have_attribute("data-color-mode", "dark")
    assert page.violations() == []


def test_who_is_an_administrator_no_longer_is_told_so_while_the_page_is_open(
    open_page: Open, admin: Visitor, member: Visitor
) -> None:
    page = open_page(PAGE, admin, issue=member.context_token)
    page.settle()
    assert "Jira says that you are none" in page.text("#scopes [role=alert]")
    assert admin.installation.client_key not in page.text("body")
