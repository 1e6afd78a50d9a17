"""Panels on issues, pages of projects, dialogs, and all that all.js lets their scripts do."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from playwright.sync_api import Error, Frame, expect

from connect_local.jira import LaptopJira
from connect_local.jira.site import MEMBER
from tests.browser.clicks.conftest import Clicks
from tests.browser.paged_app import PagedApp

ICON = {"url": "/icon.svg"}
ISSUE_PATH = "?issue={issue.key}&project={project.id}&type={issuetype.id}&none={no.such}"
RIGHT = "atl.jira.view.issue.right.context"


def named(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "name": {"value": key.title()}, **more}


@pytest.fixture
def panelled(app: PagedApp, jira: LaptopJira) -> PagedApp:
    """An app with one of nearly everything, on a site with DEMO-1."""
    app.descriptor["scopes"] = ["READ"]
    app.descriptor["modules"] = {
        "webPanels": [
            named("panel", url=f"/panel{ISSUE_PATH}", location=RIGHT),
            named(
                "hidden",
                url="/context?hidden",
                location=RIGHT,
                conditions=[{"condition": "user_is_admin", "invert": True}],
            ),
            named("elsewhere", url="/panel?elsewhere", location="jira.agile.board.configuration"),
        ],
        "jiraIssueContexts": [
            named(
                "context",
                icon=ICON,
                content={"type": "label", "label": {"value": "A label"}},
                target={"type": "web_panel", "url": "/context?issue={issue.id}"},
                conditions=[{"condition": "feature_flag"}],
            )
        ],
        "jiraProjectPages": [named("project", url="/project?of={project.key}&filter={ac.filter}")],
        "generalPages": [
            named("main", url="/main?filter={ac.filter}", location="system.top.navigation.bar"),
            named("quiet", url="/main?quiet", location="none"),
        ],
        "dialogs": [{"key": "ask", "url": "/dialog?issue={issue.key}"}],
        "jiraReports": [named("report", description={"value": "R"}, url="/report")],
    }
    jira.site.ensure_issue("DEMO-1", {"summary": "One"})
    assert jira.lifecycle.install(app.descriptor_url).installed
    return app


def frame_at(clicks: Clicks, path: str) -> Frame:
    """The frame at a path of the app, once its script speaks with Jira."""
    locator = clicks.page.locator(f'iframe[src*="{path}"]')
    element = locator.element_handle()
    frame = element.content_frame()
    assert frame
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark:dark light:light spacing:spacing")
    return frame


@pytest.fixture
def panel(clicks: Clicks, panelled: PagedApp) -> Frame:
    assert panelled.loaded == []
    clicks.open("/browse/DEMO-1")
    return frame_at(clicks, "/panel")


def claims(app: PagedApp, token: str) -> dict[str, Any]:
    decoded: dict[str, Any] = jwt.decode(token, app.installed["sharedSecret"], algorithms=["HS256"])
    return decoded


def test_a_panel_knows_its_issue_by_its_url_its_tokens_and_its_context(
    panelled: PagedApp, panel: Frame, jira: LaptopJira
) -> None:
    issue = jira.site.issues()[0]
    query = dict(parse_qsl(urlsplit(panelled.loaded[0]).query, keep_blank_values=True))
    shown = {name: query[name] for name in ("issue", "project", "type", "none")}
    assert shown == {"issue": "DEMO-1", "project": issue.project.id, "type": "10001", "none": ""}
    objects = {
        "issue": {"id": issue.id, "key": "DEMO-1", "issuetype": {"id": "10001"}},
        "project": {"id": issue.project.id, "key": "DEMO"},
    }
    assert claims(panelled, query["jwt"])["context"]["jira"] == objects
    assert claims(panelled, panel.evaluate("AP.context.getToken()"))["context"]["jira"] == objects
    assert panel.evaluate("AP.context.getContext()")["jira"] == objects


@pytest.mark.usefixtures("panel")
def test_conditions_hide_a_panel_and_an_unknown_one_is_said(clicks: Clicks) -> None:
    expect(clicks.page.locator('iframe[src*="hidden"]')).to_have_count(0)
    clicks.page.get_by_text("A label").click()
    expect(clicks.page.get_by_role("main")).to_contain_text("does not know the condition feature_flag")
    frame_at(clicks, "/context")
    clicks.be(MEMBER.display_name)
    expect(clicks.page.locator('iframe[src*="hidden"]')).to_have_count(1)
    assert clicks.violations() == []


@pytest.mark.usefixtures("panelled")
def test_what_is_not_shown_is_named_among_the_apps(clicks: Clicks) -> None:
    clicks.open("/apps")
    facts = clicks.page.locator(".app .facts")
    expect(facts).to_contain_text("jiraReports report")
    expect(facts).to_contain_text("webPanels elsewhere")
    expect(
        clicks.page.get_by_role("navigation", name="Site").get_by_role("link", name="Quiet")
    ).to_have_count(0)


def test_a_project_has_its_pages(clicks: Clicks, panelled: PagedApp) -> None:
    clicks.open("/browse/DEMO")
    clicks.click("Project", role="link")
    frame_at(clicks, "/project")
    assert dict(parse_qsl(urlsplit(panelled.loaded[-1]).query))["of"] == "DEMO"


def test_a_dialog_is_opened_with_data_and_closed_with_an_answer(
    clicks: Clicks, panelled: PagedApp, panel: Frame
) -> None:
    panel.evaluate(
        "AP.dialog.create({ key: 'ask', size: 'small', customData: { a: 1 } })"
        ".on('close', (data) => { window.answer = data; });"
        "AP.events.on('dialog.close', (data) => { window.told = data; }); undefined"
    )
    dialog = frame_at(clicks, "/dialog")
    assert dict(parse_qsl(urlsplit(panelled.loaded[-1]).query))["issue"] == "DEMO-1"
    assert dialog.evaluate("AP.dialog.getCustomData()") == {"a": 1}
    assert (
        claims(panelled, dialog.evaluate("AP.context.getToken()"))["context"]["jira"]["issue"]["key"]
        == "DEMO-1"
    )
    assert clicks.violations() == []
    dialog.evaluate("AP.dialog.close({ b: 2 })")
    expect(clicks.page.locator("dialog")).to_have_count(0)
    panel.wait_for_function("window.answer && window.told")
    assert panel.evaluate("[window.answer, window.told]") == [{"b": 2}, {"b": 2}]


def test_a_dialog_with_chrome_has_buttons_that_tell_the_page(clicks: Clicks, panel: Frame) -> None:
    panel.evaluate(
        "void AP.dialog.create({ key: 'ask', chrome: true, header: 'Really?', submitText: 'Do it' })"
    )
    dialog = frame_at(clicks, "/dialog")
    expect(clicks.page.get_by_role("heading", name="Really?")).to_be_visible()
    dialog.evaluate(
        "AP.dialog.getButton('submit').bind(() => { window.pressed = true; });"
        "AP.dialog.getButton('cancel').disable()"
    )
    expect(clicks.page.get_by_role("button", name="Close")).to_be_disabled()
    clicks.click("Do it")
    dialog.wait_for_function("window.pressed")
    clicks.page.keyboard.press("Escape")
    expect(clicks.page.locator("dialog")).to_have_count(0)


def test_a_dialog_that_the_app_does_not_have_fails_loudly(clicks: Clicks, panel: Frame) -> None:
    with pytest.raises(Error, match="takes an object with the key"):
        panel.evaluate("AP.dialog.create({})")
    panel.evaluate("void AP.dialog.create({ key: 'nothing' })")
    expect(clicks.page.locator("dialog")).to_have_count(0)
    clicks.page.wait_for_timeout(200)
    assert any("no module with the key nothing" in complaint for complaint in clicks.complaints)
    clicks.complaints.clear()


def test_a_call_is_made_as_the_user_within_the_apps_scopes(
    clicks: Clicks, panelled: PagedApp, jira: LaptopJira
) -> None:
    clicks.be(MEMBER.display_name)
    clicks.open("/browse/DEMO-1")
    panel = frame_at(clicks, "/panel")
    me = panel.evaluate("AP.request('/rest/api/3/myself').then(({ body }) => JSON.parse(body))")
    assert me["accountId"] == MEMBER.account_id
    assert (
        panel.evaluate(
            "new Promise((resolve) => AP.request({ url: '/rest/api/3/issue/DEMO-1?fields=summary',"
            " success: (text) => resolve(JSON.parse(text).fields.summary) }))"
        )
        == "One"
    )
    edit = (
        "AP.request({ url: '/rest/api/3/issue/DEMO-1', type: 'PUT', contentType: 'application/json',"
        " data: JSON.stringify({ fields: { duedate: '2026-12-24' } }) })"
    )
    with pytest.raises(Error, match="was answered with 403"):
        panel.evaluate(edit)
    panelled.descriptor["scopes"] = ["READ", "WRITE"]
    jira.lifecycle.reinstall(panelled.descriptor_url)
    clicks.open("/browse/DEMO-1")
    panel = frame_at(clicks, "/panel")
    assert panel.evaluate(f"{edit}.then(({{ xhr }}) => xhr.status)") == 204
    assert jira.site.issues()[0].fields["duedate"] == "2026-12-24"
    expect(clicks.page.locator("#fields")).to_contain_text("2026-12-24")
    last = jira.journal.requests()[-1]
    assert (last.method, last.path, last.status) == ("PUT", "/rest/api/3/issue/DEMO-1", 204)


def test_pages_of_one_app_speak_with_each_other(clicks: Clicks, panel: Frame) -> None:
    clicks.page.get_by_text("A label").click()
    context = frame_at(clicks, "/context")
    context.evaluate("AP.events.on('due', (...args) => { window.heard = args; }); undefined")
    panel.evaluate("AP.events.emit('due', { day: 1 }, 'two')")
    context.wait_for_function("window.heard")
    assert context.evaluate("window.heard") == [{"day": 1}, "two"]


def test_a_flag_has_actions_that_tell_the_page(clicks: Clicks, panel: Frame) -> None:
    panel.evaluate(
        "window.said = [];"
        "AP.events.on('flag.action', ({ actionIdentifier }) => window.said.push(actionIdentifier));"
        "AP.events.on('flag.close', () => window.said.push('closed'));"
        "AP.flag.create({ title: 'Due', actions: { show: 'Show it' } }); undefined"
    )
    clicks.click("Show it")
    clicks.click("Dismiss")
    panel.wait_for_function("window.said.length === 2")
    assert panel.evaluate("window.said") == ["show", "closed"]


def test_a_page_leads_to_others_of_jira_and_of_the_app(
    clicks: Clicks, panelled: PagedApp, panel: Frame
) -> None:
    location = panel.evaluate("AP.navigator.getLocation()")
    assert (location["target"], location["context"]["issueKey"]) == ("issueview", "DEMO-1")
    with pytest.raises(Error, match="nowhere to go"):
        panel.evaluate("AP.navigator.go('moon', {})")
    panel.evaluate(
        "void AP.navigator.go('addonmodule', { moduleKey: 'main', customData: { filter: 'a b' } })"
    )
    main = frame_at(clicks, "/main")
    assert dict(parse_qsl(urlsplit(panelled.loaded[-1]).query))["filter"] == "a b"
    main.evaluate("AP.history.pushState('second')")
    expect(clicks.page).to_have_url(f"{clicks.page.url.partition('#')[0]}#!second")
    assert main.evaluate("AP.history.getState()") == "second"
    main.evaluate("AP.history.popState((event) => { window.popped = event.hash; }); AP.history.back()")
    main.wait_for_function("window.popped !== undefined")
    assert main.evaluate("AP.user.getTimeZone()") == "Etc/UTC"
    main.evaluate("void AP.navigator.go('issue', { issueKey: 'DEMO-1' })")
    clicks.page.wait_for_url("**/browse/DEMO-1")


@pytest.mark.usefixtures("panel")
@pytest.mark.parametrize("width", [320, 1280])
def test_an_issue_with_panels_is_not_wider_than_the_window(clicks: Clicks, width: int) -> None:
    clicks.page.set_viewport_size({"width": width, "height": 800})
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert clicks.page.evaluate(wide) is False
    for theme in ("Light", "Dark"):
        clicks.look(theme)
        assert clicks.violations() == []
