"""The site: whole, with no word to another host, and readable on a phone in the dark."""

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import expect

from connect_build.site.codes import chapters
from connect_cli.doctor.explain import sections
from connect_doctor.examples import CODES
from connect_jwt.diagnosis.catalogue import CATALOGUE
from connect_tools.project import PROJECT
from tests.browser.axe import violations
from tests.browser.site.conftest import Watched

pytestmark = [pytest.mark.xdist_group("the site"), pytest.mark.timeout(240)]

LOADING = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "srcset")}


class References(HTMLParser):
    """Everything that a page names: files that are loaded with it, its links, and the places in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.policy = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given["id"]} if "id" in given else set()
        self.loaded += [value for name, value in given.items() if (tag, name) in LOADING]
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, References]:
    return {page: References(page.read_text(encoding="utf-8")) for page in site.rglob("*.html")}


def test_every_page_of_the_documentation_is_there(site: Path) -> None:
    for file in (PROJECT / "docs").rglob("*.md"):
        name = file.relative_to(PROJECT / "docs").with_suffix("")
        assert (site / (name.parent if name.stem == "README" else name) / "index.html").is_file()
    assert (site / "index.html").is_file()


def test_nothing_is_loaded_from_another_host_and_each_page_s_policy_says_so(
    pages: dict[Path, References],
) -> None:
    for page, references in pages.items():
        assert [url for url in references.loaded if urlsplit(url).netloc] == [], page
        assert "default-src 'none'" in references.policy, page
        assert "connect-src 'self'" in references.policy, page
        assert "http" not in references.policy, page
        assert "unsafe-inline" not in re.findall(r"script-src [^;]*", references.policy)[0], page


def test_every_link_leads_somewhere(pages: dict[Path, References], site: Path) -> None:
    broken = [
        (str(page.relative_to(site)), url)
        for page, references in pages.items()
        for url in (*references.links, *references.loaded)
        if not urlsplit(url).scheme and not leads_somewhere(page, url, pages)
    ]
    assert broken == []


def leads_somewhere(page: Path, url: str, pages: dict[Path, References]) -> bool:
    parts = urlsplit(url)
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    target = target / "index.html" if target.is_dir() else target
    is_place = not parts.fragment or "=" in parts.fragment  # a question to the doctor is no place in a page
    return target.is_file() and (is_place or parts.fragment in pages[target].anchors)


def code_pages() -> Iterator[str]:
    for chapter in chapters():
        yield from chapter.codes


def test_each_code_has_a_page_with_its_cause_its_fix_and_its_example(
    pages: dict[Path, References], site: Path
) -> None:
    assert set(code_pages()) == set(sections()) >= set(CATALOGUE)
    for code in code_pages():
        page = site / "why-is-it-401" / code / "index.html"
        text = unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))
        for sentence in CATALOGUE.get(code, ()):
            assert sentence.replace("`", "") in text
        has_example = f"../../doctor/#example={code}" in pages[page].links
        assert has_example is (code in CODES)


def test_the_forum_s_reason_is_read_on_a_phone_and_opens_the_doctor_with_that_fault(watched: Watched) -> None:
    page = watched.page
    watched.open("why-is-it-401/")
    assert violations(page) == []
    page.get_by_role("link", name="iss-is-client-key").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("iss-is-client-key")
    expect(page.locator(".highlight-python")).to_contain_text('AppKey(installed["key"])')
    expect(page.locator(".highlight-javascript")).to_contain_text("iss: installed.key")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert violations(page) == []
    page.get_by_role("link", name="See it in the doctor").click()
    expect(page.locator("#answer h2")).to_have_text("Refused: iss-is-client-key", timeout=90_000)


def test_the_landing_page_draws_its_diagram_and_names_the_doctor(watched: Watched) -> None:
    watched.open("")
    expect(watched.page.locator(".highlight-mermaid svg")).to_be_visible(timeout=30_000)
    expect(watched.page.locator(".to-doctor").first).to_have_attribute("href", "doctor/")
    assert watched.page.evaluate("document.documentElement.scrollWidth") == 320
    assert violations(watched.page) == []


def test_the_search_finds_without_a_service(watched: Watched) -> None:
    watched.open("search/?q=kid-unsafe")
    found = watched.page.locator("#search-results li a").first
    expect(found).to_have_attribute("href", re.compile("kid-unsafe"), timeout=30_000)
