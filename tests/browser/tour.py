"""Takes the pictures of the README: `.venv/bin/python -m tests.browser.tour`."""

from pathlib import Path

from playwright.sync_api import FloatRect, Page, expect

from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.browser.chromium import started_browser
from tests.descriptors import own_descriptor

_TOP: FloatRect = {"x": 0, "y": 0, "width": 1200, "height": 1180}
IMAGES = Path(__file__).parents[2] / "docs" / "images"


def main() -> None:
    """Install the app, make it work, and look at its pages."""
    with LaptopStack(StackOptions()) as stack, started_browser() as browser:
        assert stack.jira is not None
        page = browser.new_page(viewport={"width": 1200, "height": 760}, color_scheme="light")
        page.goto(stack.jira.base_url)
        page.get_by_role("button", name="Install", exact=True).click()
        page.goto(f"{stack.jira.base_url}/issues/new")
        page.get_by_label("Summary").fill("The printer on the third floor speaks")
        page.get_by_role("main").get_by_role("button", name="Create").click()
        expect(page.get_by_role("main")).to_contain_text("connect-lambda", timeout=20_000)
        _open(page, "Greeting", "#projects a")
        page.screenshot(path=IMAGES / "greeting.png")
        page.get_by_role("button", name="Theme", exact=True).click()
        page.get_by_role("button", name="Dark", exact=True).click()
        _open(
            page, own_descriptor()["modules"]["adminPages"][0]["name"]["value"], "#scopes :not([aria-busy])"
        )
        page.frame_locator("iframe").get_by_role("button", name="Test now").click()
        expect(page.frame_locator("iframe").locator("#outcome")).to_contain_text("Jira has accepted")
        page.screenshot(path=IMAGES / "connection.png", full_page=True)
        _ask_the_doctor(page, stack.jira.base_url)


def _ask_the_doctor(page: Page, jira: str) -> None:
    page.goto(f"{jira}/_local/doctor/#example=iss-is-client-key")
    expect(page.locator("#answer h2")).to_be_visible()
    page.screenshot(path=IMAGES / "doctor.png", full_page=True, clip=_TOP)


def _open(page: Page, name: str, shown: str) -> None:
    page.get_by_role("navigation", name="Site").get_by_role("link", name=name, exact=True).click()
    expect(page.frame_locator("iframe").locator(shown).first).to_be_visible()
    page.wait_for_timeout(2000)  # what the page fetches last has no sign of its own


if __name__ == "__main__":
    main()
