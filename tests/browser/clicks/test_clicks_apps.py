"""Apps, managed by clicking."""

import pytest
from playwright.sync_api import expect

from connect_local.jira import LaptopJira
from tests.browser.clicks.conftest import Clicks
from tests.browser.paged_app import ADMIN, GENERAL, PagedApp


def test_the_app_beside_this_jira_is_installed_with_one_click(
    clicks: Clicks, app: PagedApp, jira: LaptopJira
) -> None:
    clicks.click("Install")
    clicks.says(
        "Fake App is installed. To “installed” the app answered 204. To “enabled” the app answered 204."
    )
    assert app.events() == ["installed", "enabled"]
    assert [each.enabled for each in jira.site.apps()] == [True]


def test_an_app_that_refuses_is_not_installed_and_it_is_said_why(clicks: Clicks, app: PagedApp) -> None:
    app.answers["installed"] = [401]
    clicks.click("Install")
    clicks.says("only 200 and 204 count. To “installed” the app answered 401. It is not installed.")
    expect(clicks.page.get_by_role("alert")).to_be_visible()


def test_what_is_no_app_is_said_in_a_sentence(clicks: Clicks, app: PagedApp) -> None:
    clicks.page.get_by_label("Install the app").fill(f"{app.base_url}/elsewhere")
    clicks.click("Install")
    clicks.says("The descriptor's URL returned HTTP response code 404.")


def test_an_app_is_reinstalled_disabled_enabled_and_uninstalled(
    clicks: Clicks, installed: PagedApp, jira: LaptopJira
) -> None:
    first_secret = installed.installed["sharedSecret"]
    clicks.click("Reinstall Fake App")
    clicks.says("is installed again, with a new secret")
    assert installed.installed["sharedSecret"] != first_secret
    clicks.click("Disable Fake App")
    clicks.says("is disabled: its calls are refused")
    expect(clicks.page.get_by_role("link", name=GENERAL)).to_have_count(0)
    clicks.click("Enable Fake App")
    clicks.says("is enabled")
    clicks.click("Uninstall Fake App")
    clicks.says("is uninstalled")
    assert not jira.site.enabled_apps()
    assert installed.events()[4:6] == ["disabled", "enabled"]
    assert set(installed.events()[6:]) == {"disabled", "uninstalled"}


def test_members_see_no_way_to_manage_apps_nor_to_pages_for_administrators(
    clicks: Clicks, installed: PagedApp
) -> None:
    navigation = clicks.page.get_by_role("navigation", name="Site")
    expect(navigation.get_by_role("link", name=ADMIN)).to_be_visible()
    clicks.be("Mia Member")
    expect(navigation.get_by_role("link", name=GENERAL)).to_be_visible()
    expect(navigation.get_by_role("link", name=ADMIN)).to_have_count(0)
    expect(clicks.page.get_by_role("button", name="Uninstall")).to_have_count(0)
    expect(clicks.page.get_by_text("see whether the app refuses you")).to_be_visible()
    assert installed.events() == ["installed", "enabled"]


def test_another_site_has_people_secrets_and_apps_of_its_own(
    clicks: Clicks, installed: PagedApp, jira: LaptopJira
) -> None:
    first = installed.installed
    clicks.go_to("Sites")
    clicks.page.get_by_label("Name").fill("acme")
    clicks.click("Make it")
    assert clicks.page.url == f"{jira.base_url}/sites/acme/"
    clicks.click("Install")
    clicks.says("is installed")
    second = installed.wait_for(2, "installed")[1].body
    for name in ("clientKey", "sharedSecret", "baseUrl"):
        assert second[name] != first[name]


def test_a_site_with_an_impossible_name_is_refused_beside_its_field(clicks: Clicks) -> None:
    clicks.open("/sites")
    clicks.complaints.clear()
    clicks.page.get_by_label("Name").fill("Not A Name")
    clicks.click("Make it")
    field = clicks.page.get_by_label("Name")
    assert clicks.violations() == []
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "The name must be a name of up to 40 lower-case letters, digits and hyphens."
    )
    clicks.complaints.clear()  # the browser says that the answer was 400


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_everything_can_be_done_with_the_keyboard(clicks: Clicks, app: PagedApp, key: str) -> None:
    keyboard = clicks.page.keyboard
    keyboard.press("Tab")
    expect(clicks.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Tab")  # Create an issue
    keyboard.press("Tab")  # the descriptor's URL
    keyboard.press("Tab")
    expect(clicks.page.get_by_role("button", name="Install")).to_be_focused()
    keyboard.press(key)
    clicks.says("is installed")
    assert app.events() == ["installed", "enabled"]
