"""Content of a page, and the sites that may frame it."""

from dataclasses import replace
from typing import Any

import pytest

from connect_jira.auth.page_requests import PageRequest
from connect_jira.settings import AppSettings
from connect_jira.web.assets import Assets
from connect_jwt.clouds import CLOUDS
from connect_jwt.identity import AppKey, ClientKey
from functions.pages.pages import STATIC, Pages

ALL_JS = "https://cdn.example.com/all.js"
APP = AppSettings(
    app_key=AppKey("com.example.app"),
    name="R&D <b>",
    scopes=frozenset({"READ"}),
    base_url="",
    install_keys_urls=(),
    install_key_prefix="",
    site_domains=CLOUDS["commercial"].site_domains,
    extra_site_url="",
    user_tokens_url="",
    forge_app_id="",
    forge_keys_url="",
    forge_api_urls=(),
    forge_module_types=frozenset(),
    webhook_events={},
)
UNUSED: Any = None
REQUEST = PageRequest(
    client_key=ClientKey("c"),
    account_id="a",
    site_url="https://site.atlassian.net",
    display_url=None,
    state="enabled",
    installed_at=1,
    app=APP,
    jira=UNUSED,
    activity=UNUSED,
    data=UNUSED,
    secrets=UNUSED,
)


def policy_for(base_url: str, display_url: str | None = None) -> dict[str, str]:
    headers = page(base_url, display_url)["headers"]
    return dict(directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; "))


def page(base_url: str = "https://site.atlassian.net", display_url: str | None = None) -> dict[str, Any]:
    request = replace(REQUEST, site_url=base_url, display_url=display_url)
    return Pages(Assets(STATIC), all_js_url=ALL_JS).hello_world(request)


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


def test_all_text_is_escaped() -> None:
    html = page("https://site.atlassian.net/\"'><script>")["body"]
    assert "R&amp;D &lt;b&gt;" in html
    assert "\"'><script>" not in html
    assert "&quot;&#x27;&gt;&lt;script&gt;" in html


def test_a_page_says_its_language_and_its_title() -> None:
    html = page()["body"]
    assert html.startswith('<!doctype html>\n<html lang="en">')
    assert "<title>Greeting · " in html
    assert f'<script src="{ALL_JS}"' in html
