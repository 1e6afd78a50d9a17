"""Documents of pages: what is written into them, and the sites that may frame them."""

from pathlib import Path
from typing import Any

import pytest

from connect_jira.web.assets import Assets
from connect_jira.web.page_documents import PageDocuments
from tests.unit.jira.conftest import PROJECT

FOLDER = PROJECT / "functions" / "pages"
ALL_JS = "https://cdn.example.com/all.js?a=1&b=2"


def documents(folder: Path = FOLDER / "templates") -> PageDocuments:
    return PageDocuments(folder, Assets(FOLDER / "static"), all_js_url=ALL_JS)


def policy_for(base_url: str, display_url: str | None = None) -> dict[str, str]:
    headers = page(base_url, display_url)["headers"]
    return dict(directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; "))


def page(base_url: str = "https://site.atlassian.net", display_url: str | None = None) -> dict[str, Any]:
    return documents().answer("hello-world.html", framed_by=(base_url, display_url))


def test_the_site_and_what_people_know_it_by_may_frame_a_page() -> None:
    policy = policy_for("https://site.atlassian.net", "https://jira.example.com/path")
    assert policy["frame-ancestors"] == "https://site.atlassian.net https://jira.example.com"


def test_the_path_of_a_site_is_no_part_of_its_origin() -> None:
    assert policy_for("http://localhost:2990/jira")["frame-ancestors"] == "http://localhost:2990"


@pytest.mark.parametrize(
    "display_url",
    [
        "https://evil.example; script-src *",
        "https://*",
        "http://plain.example.com",
        "javascript:alert(1)",
        "https://user@evil.example",
        "https://a.example, https://b.example",
        "nothing",
        "",
    ],
)
def test_a_display_url_that_is_no_plain_https_origin_frames_nothing(display_url: str) -> None:
    policy = policy_for("https://site.atlassian.net", display_url)
    assert policy["frame-ancestors"] == "https://site.atlassian.net"
    assert policy["script-src"] == "'self' https://cdn.example.com"


def test_scripts_and_styles_are_the_apps_own_and_atlassians() -> None:
    policy = policy_for("https://site.atlassian.net")
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'self' https://cdn.example.com"
    assert policy["connect-src"] == "'self'"
    assert policy["base-uri"] == "'none'"


def test_nothing_of_who_asks_is_written_into_a_page() -> None:
    html = page("https://site.atlassian.net/\"'><script>", "https://jira.example.com")["body"]
    assert "atlassian.net" not in html
    assert html == page()["body"]


def test_files_are_named_as_they_are_served_and_what_is_not_served_as_it_was(tmp_path: Path) -> None:
    text = '<script src="./all.js"></script><img src="./nothing.svg"><link href="./app.css"> ./app.css'
    (tmp_path / "x.html").write_text(text, encoding="utf-8")
    style = Assets(FOLDER / "static").name("app.css")
    assert documents(tmp_path).answer("x.html", framed_by=())["body"] == (
        '<script src="https://cdn.example.com/all.js?a=1&amp;b=2"></script><img src="./nothing.svg">'
        f'<link href="../static/{style}"> ./app.css'
    )


def test_a_text_in_a_notice_is_text() -> None:
    body = documents().answer("notice.html", framed_by=(), title="<b>&", text='"x"')["body"]
    assert "<title>&lt;b&gt;&amp;</title>" in body
    assert "<p>&quot;x&quot;</p>" in body


def test_a_page_says_its_language_and_its_title() -> None:
    html = page()["body"]
    assert html.startswith('<!doctype html>\n<html lang="en">')
    assert "<title>Greeting</title>" in html
    assert '<script src="https://cdn.example.com/all.js' in html
