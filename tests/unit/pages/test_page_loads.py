"""Loads of pages: who may see them, by the issue or project that Jira shows them for."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.app.pages import Pages
from connect_jira.app.permissions import administers_jira, browses_issue, browses_project, everybody
from connect_jira.page_urls import page_urls, page_variables
from connect_jwt.errors import TokenRefused
from tests.unit.pages.site import ISSUE, OTHER, PROJECT_EX, USER, Browser

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

VARIABLES = {
    "/pages/issue": {"issue": "issue.key", "shown": "ac.shown"},
    "/pages/issue-id": {"id": "issue.id"},
    "/pages/project": {"project": "project.key"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("open", "issue", "issue-id", "project", "site"):
        (tmp_path / "templates").mkdir(exist_ok=True)
        (tmp_path / "templates" / f"{name}.html").write_text(f"<h1>{name}</h1>", encoding="utf-8")
    (tmp_path / "templates" / "notice.html").write_text("<h1>{{title}}</h1><p>{{text}}</p>", encoding="utf-8")
    (tmp_path / "static").mkdir()
    return tmp_path


@pytest.fixture
def browser(backend: "Backend", folder: Path) -> Browser:
    pages = Pages()
    pages.page("open", template="open.html", allowed=everybody)
    pages.page("issue", template="issue.html", allowed=browses_issue)
    pages.page("issue-id", template="issue-id.html", allowed=browses_issue)
    pages.page("project", template="project.html", allowed=browses_project)
    pages.page("site", template="site.html", allowed=administers_jira)
    pages.page("gone", template="gone.html", allowed=everybody)
    backend.app = replace(backend.app, page_variables=VARIABLES)
    return Browser(backend, pages, folder=folder)


def shown(response: dict[str, Any]) -> tuple[int, str]:
    return response["statusCode"], response.get("body", "")


def test_a_page_is_the_same_for_everybody(browser: Browser) -> None:
    assert shown(browser.load("/pages/open")) == (200, "<h1>open</h1>")
    assert shown(browser.load("/pages/open", sub=None)) == (200, "<h1>open</h1>")
    assert browser.jira.asked == []


@pytest.mark.parametrize(
    ("path", "query", "asked"),
    [
        ("/pages/issue", "issue=EX-1", "issue/EX-1"),
        ("/pages/issue-id", "id=10002", "issue/10002"),
        ("/pages/project", "project=EX", "project/EX"),
    ],
)
def test_the_issue_that_jira_fills_into_the_signed_url_is_asked_for(
    browser: Browser, path: str, query: str, asked: str
) -> None:
    assert shown(browser.load(path, query))[0] == 403
    browser.jira.may = {("BROWSE_PROJECTS", 10001), ("BROWSE_PROJECTS", 10002), ("BROWSE_PROJECTS", 10000)}
    assert shown(browser.load(path, query)) == (200, f"<h1>{path.rpartition('/')[2]}</h1>")
    assert [path for _, path, _ in browser.jira.asked] == [asked, "permissions/check"] * 2


def test_the_issue_in_the_tokens_context_is_asked_for_first(browser: Browser) -> None:
    browser.jira.may = {("BROWSE_PROJECTS", 10002)}
    context = {"jira": {"issue": ISSUE, "project": PROJECT_EX}}
    assert shown(browser.load("/pages/issue", "issue=EX-2", context=context))[0] == 403
    assert shown(browser.load("/pages/issue", "issue=EX-1", context={"jira": {"issue": OTHER}}))[0] == 200


@pytest.mark.parametrize(
    "query",
    ["", "issue=", "issue=EX-1&issue=EX-2", "shown=EX-1", "key=EX-1", "issue=EX-1%2F..%2FEX-2", "Issue=EX-1"],
)
def test_a_page_that_is_shown_for_no_issue_is_shown_to_nobody(browser: Browser, query: str) -> None:
    browser.jira.may = {("BROWSE_PROJECTS", 10001), ("BROWSE_PROJECTS", 10002)}
    status, body = shown(browser.load("/pages/issue", query))
    assert (status, body) == (
        403,
        "<h1>This page is for those who can see the issue</h1><p>Jira says that you are not one of them.</p>",
    )
    assert browser.jira.checks == []


def test_a_url_that_jira_has_not_signed_loads_nothing(browser: Browser) -> None:
    token = browser.page_token("/pages/issue", "issue=EX-1")
    for path, query in (("/pages/issue", "issue=EX-2"), ("/pages/open", "issue=EX-1"), ("/pages/issue", "")):
        with pytest.raises(TokenRefused, match="qsh-mismatch"):
            browser.load(path, query, token=token)


def test_administrators_are_told_from_others(browser: Browser) -> None:
    status, body = shown(browser.load("/pages/site"))
    assert (status, "This page is for Jira administrators" in body) == (403, True)
    assert shown(browser.load("/pages/site", sub=None))[0] == 403
    browser.jira.may = {("ADMINISTER", None)}
    assert shown(browser.load("/pages/site"))[0] == 200
    browser.jira.fails = 500
    status, body = shown(browser.load("/pages/site"))
    assert (status, "Jira does not answer just now" in body) == (503, True)


def test_nothing_of_who_asks_is_in_a_notice(browser: Browser) -> None:
    body = shown(browser.load("/pages/site"))[1]
    assert USER not in body
    assert "site.atlassian.net" not in body


def test_a_notice_that_is_not_there_is_a_status(browser: Browser, folder: Path) -> None:
    (folder / "templates" / "notice.html").unlink()
    assert shown(browser.load("/pages/site")) == (403, "")


def test_a_template_that_is_not_there_is_a_page_that_is_not_there(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    assert shown(browser.load("/pages/gone")) == (404, "")
    assert "functions/pages/templates/gone.html" in caplog.text


@pytest.mark.parametrize(
    "path",
    [
        "/pages/",
        "/pages/Open",
        "/pages/open/",
        "/pages//open",
        "/pages/open/x",
        "/pages/../pages/open",
        "/pages",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_what_is_not_registered_is_not_there(browser: Browser, path: str, method: str) -> None:
    assert shown(browser.answer(method, path)) == (404, "")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "get"])
def test_a_page_is_only_loaded(browser: Browser, method: str) -> None:
    token = browser.page_token("/pages/open", method=method)
    assert shown(browser.answer(method, "/pages/open", query=f"jwt={token}")) == (404, "")


def test_a_page_that_nobody_serves_is_logged_once_with_the_line_that_would(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        browser.answer("GET", "/pages/due")
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert 'pages.page("due", template="due.html", allowed=everybody)' in record.getMessage()


def test_pages_are_found_in_a_descriptor_wherever_a_module_names_one() -> None:
    descriptor = {
        "baseUrl": "/pages/no",
        "modules": {
            "generalPages": [{"url": "/pages/a?issue=${issue.key}&x=1", "icon": {"url": "/static/i.svg"}}],
            "configurePage": {"url": "pages/b"},
            "jiraIssueContexts": [
                {"target": {"type": "web_panel", "url": "/pages/a?issue={issue.key}&b={ac.b}"}}
            ],
            "webPanels": [{"url": "/pages/c?id={issue.id}"}, {"url": "/pages/c?id={ac.id}"}],
            "webItems": [{"url": "https://example.com/pages/d"}],
        },
    }
    assert [url.partition("?")[0] for url in page_urls(descriptor)] == [
        *("/pages/a", "/pages/b", "/pages/a", "/pages/c", "/pages/c"),
    ]
    assert page_variables(descriptor) == {
        "/pages/a": {"issue": "issue.key", "x": "", "b": "ac.b"},
        "/pages/c": {},
    }
