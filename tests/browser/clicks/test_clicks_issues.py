"""Issues, made and seen by clicking, and what apps do with them."""

from playwright.sync_api import expect

from connect_local.jira import LaptopJira
from tests.browser.clicks.conftest import Clicks
from tests.browser.paged_app import PagedApp
from tests.laptop.fake_app import SignedCalls


def create(clicks: Clicks, summary: str) -> None:
    clicks.open("/issues/new")
    clicks.page.get_by_label("Project").select_option("OPS")
    clicks.page.get_by_label("Summary").fill(summary)
    clicks.click("Create")


def test_an_app_is_told_of_a_new_issue_and_what_it_keeps_with_it_appears_by_itself(
    clicks: Clicks, installed: PagedApp, rest: SignedCalls
) -> None:
    create(clicks, "The kettle is broken")
    clicks.says("OPS-1 is created.")
    (told,) = installed.wait_for(1, "issue_created")
    assert told.body["issue"]["fields"]["summary"] == "The kettle is broken"
    expect(clicks.page.locator("#properties")).to_have_text("None yet.")
    assert rest("PUT", "/issue/OPS-1/properties/seen", {"by": "the app"}).status == 201
    expect(clicks.page.locator("#properties")).to_contain_text('"by": "the app"')
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "I saw it."}]}
    comment = {"body": {"type": "doc", "version": 1, "content": [paragraph]}}
    assert rest("POST", "/issue/OPS-1/comment", comment).status == 201
    expect(clicks.page.locator("#comments")).to_contain_text("I saw it.")
    assert clicks.violations() == []


def test_an_issue_is_edited_by_whoever_looks(clicks: Clicks, jira: LaptopJira) -> None:
    create(clicks, "Old")
    clicks.be("Mia Member")
    clicks.click("Edit", "link")
    clicks.page.get_by_label("Summary").fill("New")
    clicks.page.get_by_label("Assignee").select_option("Ada Admin")
    clicks.click("Save")
    clicks.says("OPS-1 is changed.")
    expect(clicks.page.get_by_role("heading", level=1)).to_have_text("New")
    expect(clicks.page.locator(".facts")).to_contain_text("Ada Admin")
    (issue,) = jira.site.issues()
    assert issue.fields["summary"] == "New"


def test_somebody_comments_and_moves_an_issue_and_sees_where_an_app_moves_it(
    clicks: Clicks, installed: PagedApp, rest: SignedCalls
) -> None:
    assert installed.installed
    create(clicks, "Old")
    clicks.page.get_by_label("Add a comment").fill("/due 2026-12-24")
    clicks.page.keyboard.press("Tab")
    clicks.page.keyboard.press("Enter")
    clicks.says("Your comment is on OPS-1.")
    expect(clicks.page.locator("#comments")).to_contain_text("/due 2026-12-24")
    clicks.click("Move to In Progress")
    clicks.says("OPS-1 is In Progress now.")
    expect(clicks.page.locator("#fields")).to_contain_text("In Progress")
    assert rest("POST", "/issue/OPS-1/transitions", {"transition": {"id": "31"}}).status == 204
    expect(clicks.page.locator("#fields")).to_contain_text("Done")
    expect(clicks.page.get_by_role("button", name="Move to Done")).to_have_count(0)
    assert clicks.violations() == []


def test_new_issues_appear_on_the_start_page_and_what_was_there_stays_in_focus(
    clicks: Clicks, jira: LaptopJira
) -> None:
    create(clicks, "First")
    clicks.open("/")
    first = clicks.page.get_by_role("link", name="OPS-1")
    first.focus()
    jira.site.ensure_issue("OPS-2", {"summary": "Second"})
    expect(clicks.page.locator("#issues tr")).to_have_count(2)
    assert clicks.page.locator("#issues tr").first.inner_text().startswith("OPS-2")
    expect(first).to_be_focused()
