"""Pages of apps, in their iframes, with the stand-in for all.js."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Error, Frame, expect

from connect_jwt.errors import Reason, TokenRefused
from connect_jwt.identity import SharedSecret
from connect_jwt.tokens import parse_token
from connect_jwt.verifying import VerifiedToken, verify_context_token
from connect_local.jira import LaptopJira
from connect_local.jira.site import ADMIN, MEMBER
from tests.browser.clicks.conftest import Clicks
from tests.browser.paged_app import ADMIN as SETTINGS
from tests.browser.paged_app import GENERAL, PagedApp
from tests.interop.peers import SCRIPT, NodePeer
from tests.node import node_process

GET_TOKEN = "AP.context.getToken()"


@pytest.fixture(scope="session")
def npm_peer() -> Iterator[NodePeer]:
    with node_process(SCRIPT) as node:
        yield NodePeer(node)


@pytest.fixture
def page(clicks: Clicks, installed: PagedApp) -> Frame:
    """The app's page, open."""
    assert installed.loaded == []
    clicks.go_to(GENERAL)
    return clicks.app()


def verified(app: PagedApp, token: str) -> VerifiedToken:
    secret = SharedSecret(app.installed["sharedSecret"])
    return verify_context_token(parse_token(token), secrets=[secret], now=time.time())


def test_a_page_is_opened_by_its_link_with_a_token_that_atlassians_own_package_verifies(
    clicks: Clicks, installed: PagedApp, page: Frame, jira: LaptopJira, npm_peer: NodePeer
) -> None:
    expect(page.get_by_role("heading")).to_have_text("Hello from the app")
    query = dict(parse_qsl(urlsplit(installed.loaded[0]).query))
    claims = npm_peer.verified_claims(query["jwt"], installed.installed["sharedSecret"])
    assert claims["qsh"] == npm_peer.qsh("GET", installed.loaded[0])
    assert claims["iss"] == installed.installed["clientKey"]
    assert claims["sub"] == ADMIN.account_id
    assert query["view"] == "a b"
    assert query["xdm_e"] == jira.base_url
    assert "allow-same-origin" in str(clicks.page.locator("iframe").get_attribute("sandbox"))


def test_the_page_is_as_high_as_what_is_in_it(clicks: Clicks, page: Frame) -> None:
    for height in ("740px", "210px"):
        page.locator(".ac-content").evaluate(
            "(content, height) => { content.style.height = height; }", height
        )
        expect(clicks.page.locator("iframe")).to_have_css("height", height)


def test_a_page_that_wants_to_has_its_size_by_itself(clicks: Clicks, installed: PagedApp) -> None:
    installed.options = "resize:false"
    clicks.go_to(GENERAL)
    page, frame = clicks.app(), clicks.page.locator("iframe")
    expect(frame).to_have_css("height", "150px")
    page.evaluate("AP.resize('50%', 300)")
    expect(frame).to_have_css("height", "300px")
    with pytest.raises(Error, match=r"AP\.resize takes numbers of pixels and lengths"):
        page.evaluate("AP.resize('50%', 'high')")


def test_a_page_that_asks_for_it_fills_what_is_there(clicks: Clicks, installed: PagedApp) -> None:
    installed.options = "sizeToParent:true;margin:false"
    clicks.go_to(GENERAL)
    clicks.app()
    expect(clicks.page.locator("#stage")).to_have_class("stage fills")


@pytest.mark.parametrize(
    "ask",
    [GET_TOKEN, "new Promise((resolve) => { AP.context.getToken(resolve) })"],
    ids=["promise", "callback"],
)
def test_the_script_in_the_page_gets_a_token_for_whoever_looks(
    clicks: Clicks, installed: PagedApp, ask: str
) -> None:
    clicks.be("Mia Member")
    clicks.go_to(GENERAL)
    token = verified(installed, clicks.app().evaluate(ask))
    assert token.account_id == MEMBER.account_id
    assert token.client_key == installed.installed["clientKey"]
    user: Any = clicks.app().evaluate("AP.user.getCurrentUser()")
    assert user == {"atlassianAccountId": MEMBER.account_id}


def test_a_token_can_be_made_to_have_expired_while_the_page_stays_open(
    clicks: Clicks, installed: PagedApp, page: Frame
) -> None:
    loaded = list(installed.loaded)
    clicks.click("Hand it an expired token next")
    expect(clicks.page.get_by_text("has expired already")).to_be_visible()
    with pytest.raises(TokenRefused) as refused:
        verified(installed, page.evaluate(GET_TOKEN))
    assert refused.value.reason == Reason.EXPIRED
    verified(installed, page.evaluate(GET_TOKEN))
    assert installed.loaded == loaded


def test_a_page_of_an_app_that_was_disabled_meanwhile_gets_no_token(
    clicks: Clicks, installed: PagedApp, page: Frame, jira: LaptopJira
) -> None:
    jira.lifecycle.disable(installed.descriptor_url)
    with pytest.raises(Error, match="The app is not installed and enabled any more"):
        page.evaluate(GET_TOKEN)
    assert len(clicks.complaints) == 1  # the browser says that the answer was 404
    clicks.complaints.clear()


def test_the_page_follows_the_theme_that_was_chosen(clicks: Clicks, page: Frame) -> None:
    expect(page.locator("html")).to_have_attribute("data-color-mode", "light")
    clicks.page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-color-mode", "dark")
    clicks.look("Light")
    expect(clicks.app().locator("html")).to_have_attribute("data-color-mode", "light")
    clicks.look("Dark")
    expect(clicks.app().locator("html")).to_have_attribute("data-color-mode", "dark")
    expect(clicks.page.locator("html")).to_have_css("color-scheme", "dark")


def test_a_flag_is_shown_by_jira_and_taken_back(clicks: Clicks, page: Frame) -> None:
    page.evaluate("globalThis.flag = AP.flag.create({ title: '<b>Saved</b>', body: 'All is well.' }); 0")
    flags = clicks.page.get_by_role("region", name="Flags")
    expect(flags).to_contain_text("<b>Saved</b>")
    assert clicks.violations() == []
    page.evaluate("flag.close()")
    expect(flags).not_to_contain_text("Saved")


@pytest.mark.parametrize("method", ["cookie.save", "inlineDialog.hide", "jira.openDatePicker", "require"])
def test_what_the_stand_in_lacks_fails_loudly(page: Frame, method: str) -> None:
    with pytest.raises(Error, match=rf"has no AP\.{method}: on a real Jira it is there"):
        page.evaluate(f"AP.{method}()")


def test_the_frame_cannot_be_led_to_another_origin(clicks: Clicks, page: Frame, app: PagedApp) -> None:
    elsewhere = app.base_url.replace("127.0.0.1", "localhost")
    with clicks.page.expect_event("framenavigated"):
        page.evaluate(f"location.href = '{elsewhere}/main'")
    (complaint,) = clicks.complaints
    assert f'"frame-src {app.base_url}"' in complaint
    clicks.complaints.clear()


@pytest.mark.usefixtures("page")
def test_jira_listens_to_the_framed_app_only(clicks: Clicks, app: PagedApp) -> None:
    send = (
        "([source, origin]) => dispatchEvent(new MessageEvent('message', {"
        " source: source === 'frame' ? document.querySelector('iframe').contentWindow : window,"
        " origin, data: { ask: 'sizeToParent', number: 99 } }))"
    )
    stage = clicks.page.locator("#stage")
    clicks.page.evaluate(send, ["frame", "http://elsewhere.example"])
    clicks.page.evaluate(send, ["self", app.base_url])
    expect(stage).to_have_class("stage")
    clicks.page.evaluate(send, ["frame", app.base_url])
    expect(stage).to_have_class("stage fills")


def test_the_stand_in_listens_to_its_own_jira_only(clicks: Clicks, page: Frame) -> None:
    page.evaluate(
        "dispatchEvent(new MessageEvent('message', { source: parent, origin: 'http://elsewhere.example',"
        " data: { theme: { colorMode: 'forged' } } }))"
    )
    page.evaluate("postMessage({ theme: { colorMode: 'forged' } }, '*')")
    page.evaluate(GET_TOKEN)  # comes after both
    expect(page.locator("html")).to_have_attribute("data-color-mode", "light")
    assert clicks.complaints == []


def test_a_page_outside_of_jira_is_told_so(clicks: Clicks, installed: PagedApp) -> None:
    clicks.page.goto(f"{installed.base_url}/main")
    with pytest.raises(Error, match="not framed by the laptop's Jira"):
        clicks.page.evaluate(GET_TOKEN)
    clicks.complaints.clear()  # that theming was refused, too


def test_a_member_may_open_what_is_for_administrators_and_see_the_app_decide(
    clicks: Clicks, installed: PagedApp, npm_peer: NodePeer
) -> None:
    clicks.be("Mia Member")
    clicks.go_to("Installed apps")
    clicks.page.get_by_role("main").get_by_role("link", name=SETTINGS).click()
    clicks.says("Mia Member, who is no administrator")
    clicks.app()
    query = dict(parse_qsl(urlsplit(installed.loaded[0]).query))
    claims = npm_peer.verified_claims(query["jwt"], installed.installed["sharedSecret"])
    assert claims["sub"] == MEMBER.account_id
