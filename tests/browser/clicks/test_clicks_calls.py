"""The list of calls, and the faults they meet, by clicking."""

import pytest
from playwright.sync_api import expect

from connect_local.jira import LaptopJira
from tests.browser.clicks.conftest import Clicks
from tests.browser.paged_app import PagedApp
from tests.laptop.fake_app import SignedCalls


def test_a_call_appears_with_its_status_and_a_refused_one_with_why_and_what_to_do(
    clicks: Clicks, installed: PagedApp, rest: SignedCalls
) -> None:
    clicks.open("/calls")
    calls = clicks.page.locator("#calls > li")
    expect(calls).to_have_text(["No app has called yet."])
    assert rest("GET", "/myself").status == 200
    expect(calls).to_have_count(1)
    expect(calls.first).to_contain_text("200")
    expect(calls.first).to_contain_text("GET /rest/api/3/myself")
    target = "/rest/api/3/serverInfo"
    wrong = installed.sign("GET", target, iss=installed.installed["clientKey"])
    assert rest.http.send("GET", target, headers=wrong).status == 401
    expect(calls).to_have_count(2)
    expect(calls.first).to_contain_text("iss-is-client-key")
    expect(calls.first.locator(".finding")).to_contain_text("Sign with iss = your descriptor's key.")
    assert clicks.violations() == []


def test_a_refused_call_is_taken_to_the_doctor_without_its_secret_and_signature(
    clicks: Clicks, installed: PagedApp, rest: SignedCalls, jira: LaptopJira
) -> None:
    target = "/rest/api/3/serverInfo?a=1"
    wrong = installed.sign("GET", target, iss=installed.installed["clientKey"])
    assert rest.http.send("GET", target, headers=wrong).status == 401
    clicks.open("/calls")
    clicks.click("Ask the doctor", "link")
    page = clicks.page
    expect(page.locator("#answer h2")).to_have_text("Refused: iss-is-client-key")
    expect(page.locator(".unsettled")).to_contain_text("it was cut off before the token was handed on")
    expect(page.locator("#promise")).to_contain_text("leaves this machine")
    assert wrong["Authorization"].rpartition(".")[2] not in page.url
    assert installed.installed["sharedSecret"] not in page.url
    page.locator("#signature-cut-off").uncheck()
    page.locator("#request").fill(f"GET {jira.base_url}{target}\nAuthorization: {wrong['Authorization']}")
    page.locator("#secret").fill(installed.installed["sharedSecret"])
    clicks.click("Explain")
    expect(page.locator(".unsettled")).to_have_count(0)
    assert clicks.violations() == []
    clicks.click("Calls from apps", "link")
    expect(page.get_by_role("heading", name="Calls from apps")).to_be_visible()


def test_calls_to_other_sites_are_listed_with_all(
    clicks: Clicks, installed: PagedApp, jira: LaptopJira, rest: SignedCalls
) -> None:
    jira.tenants.ensure("acme").lifecycle.install(installed.descriptor_url)
    target = "/rest/api/3/myself"
    assert rest.http.send("GET", f"/sites/acme{target}", headers=installed.sign("GET", target)).status == 200
    clicks.open("/calls")
    expect(clicks.page.locator("#calls > li")).to_have_text(["No app has called yet."])
    clicks.click("To all sites", "link")
    expect(clicks.page.locator("#calls > li")).to_contain_text(["acme"])


@pytest.mark.parametrize(
    ("switch", "status", "words"),
    [
        ("429 jira-burst-based", 429, "429 Too Many Requests, jira-burst-based, Retry-After 7 s"),
        ("429 jira-per-issue-on-write", 429, "429 Too Many Requests, jira-per-issue-on-write"),
        ("429 jira-quota-tenant-based", 429, "429 Too Many Requests, jira-quota-tenant-based"),
        ("429 jira-quota-global-based", 429, "429 Too Many Requests, jira-quota-global-based"),
        ("503", 503, "status 503"),
        ("Delay", 200, "a delay of 0.01 s"),
        ("Rotate the secret", 401, "a secret that has just been rotated"),
    ],
)
@pytest.mark.usefixtures("installed")
def test_a_fault_on_order_is_met_by_the_next_call_and_shown(
    clicks: Clicks, rest: SignedCalls, switch: str, status: int, words: str
) -> None:
    clicks.open("/faults")
    clicks.page.get_by_label("Retry-After").fill("7")
    clicks.page.get_by_label("Delay, in seconds").fill("0.01")
    clicks.click(switch)
    clicks.says(f"The next call to this site will meet {words}")
    answer = rest("GET", "/myself")
    assert answer.status == status
    if status == 429:
        assert answer.headers["ratelimit-reason"] == switch.removeprefix("429 ")
        assert answer.headers["retry-after"] == "7"
    expect(clicks.page.locator("#on-order")).to_contain_text("every call is let through")
    clicks.open("/calls")
    expect(clicks.page.locator("#calls > li").first).to_contain_text(str(status))


@pytest.mark.usefixtures("installed")
def test_a_connection_that_is_to_break_breaks(clicks: Clicks, rest: SignedCalls) -> None:
    clicks.open("/faults")
    clicks.click("Drop before")
    with pytest.raises(ConnectionError):
        rest("GET", "/myself")
    clicks.open("/calls")
    expect(clicks.page.locator("#calls > li").first).to_contain_text("broken off")


def test_faults_for_any_site_can_be_ordered_and_all_be_taken_back(clicks: Clicks, jira: LaptopJira) -> None:
    clicks.open("/faults")
    clicks.page.get_by_label("any site").check()
    clicks.page.get_by_label("How many calls").fill("3")
    clicks.click("503")
    clicks.says("The next 3 calls to any site will meet status 503.")
    assert jira.faults.pending() == 3
    clicks.click("Let all calls through")
    clicks.says("All calls are let through again.")
    assert jira.faults.pending() == 0
