"""Links between the pages lead somewhere, and each decision is a page of four parts."""

import re
from functools import cache
from pathlib import Path

import pytest

from connect_tools.project import PROJECT

PAGES = [PROJECT / "README.md", PROJECT / "CHANGELOG.md", *sorted((PROJECT / "docs").rglob("*.md"))]
DECISIONS = PROJECT / "docs" / "decisions"
PARTS = ["What", "Why", "What it costs", "What would change our mind"]
A_SCREEN = 40


def name(page: Path) -> str:
    return str(page.relative_to(PROJECT))


@cache
def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The headings of a page, as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", prose(page)):
        path, _, anchor = link.partition("#")
        to = (page.parent / path).resolve() if path else page
        assert to.exists(), link
        assert not anchor or anchor in anchors(to), link


@pytest.mark.parametrize("page", sorted(DECISIONS.glob("[!R]*.md")), ids=name)
def test_a_decision_says_what_why_what_it_costs_and_what_would_change_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    _, *parts = re.split(r"^## ", text, flags=re.MULTILINE)

    assert [part.splitlines()[0] for part in parts] == PARTS
    assert all(part.partition("\n")[2].strip() for part in parts)
    assert len(text.splitlines()) <= A_SCREEN


def test_every_decision_is_in_the_index_and_the_index_is_found() -> None:
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([\w-]+\.md)\)", index)

    assert sorted(linked) == sorted(page.name for page in DECISIONS.glob("[!R]*.md"))
    assert "(docs/decisions/README.md)" in (PROJECT / "README.md").read_text(encoding="utf-8")
