"""A page for each code: what it is, why, how to mend it, and its example in the doctor."""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from connect_build.site.fixes import fixes_of
from connect_cli.doctor.explain import PAGE, sections
from connect_doctor.examples import CODES
from connect_jwt.diagnosis.at_the_app import CURES
from connect_jwt.diagnosis.catalogue import CATALOGUE

_CHAPTER = re.compile(r"^# (?P<title>.+)$", re.MULTILINE)
_SECTION = re.compile(r"^## `(?P<code>[a-z0-9-]+)`$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_NOT_IN_THE_NAVIGATION = "---\norphan: true\n---"
_LANGUAGES = (("python", "Python"), ("javascript", "JavaScript"))


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of docs/why-is-it-401.md.

    Attributes:
        title: its heading
        introduction: the text before its first code
        codes: its codes, in their order
    """

    title: str
    introduction: str
    codes: tuple[str, ...]


def chapters(page: Path = PAGE) -> list[Chapter]:
    """The chapters of the page that explains every code; the first is its introduction."""
    text = page.read_text(encoding="utf-8")
    without_code = _FENCE.sub(lambda fence: re.sub(r"^#", " ", fence[0], flags=re.MULTILINE), text)
    starts = [*_CHAPTER.finditer(without_code)]
    ends = [*(start.start() for start in starts[1:]), len(text)]
    found = []
    for start, end in zip(starts, ends, strict=True):
        body = text[start.end() : end]
        first = _SECTION.search(body)
        introduction = body[: first.start()] if first else body
        codes = tuple(section["code"] for section in _SECTION.finditer(body))
        found.append(Chapter(start["title"], introduction.strip(), codes))
    return found


def overview() -> str:
    """The page `why-is-it-401`: every code by chapter, with its cause in a sentence."""
    introduction, *rest = chapters()
    button = _to_doctor("../", "Ask the doctor, here in your browser")
    parts = [f"# {introduction.title}", button, introduction.introduction]
    for chapter in rest:
        rows = [f"- [`{code}`](why-is-it-401/{code}.md): {_cause(code)}" for code in chapter.codes]
        parts += [f"## {chapter.title}", chapter.introduction, "\n".join(rows)]
    return "\n\n".join(part for part in parts if part) + "\n"


def code_pages() -> dict[str, str]:
    """The page of each code, by the code."""
    return {code: _page(code, text) for code, text in sections().items()}


def _to_doctor(root: str, words: str, fragment: str = "") -> str:
    """A link to the doctor that looks like a button; `root` leads from the page to the site's root."""
    return f'<a class="to-doctor" href="{root}doctor/{fragment}">{words}</a>'


def _page(code: str, text: str) -> str:
    _, _, story = text.partition("\n")
    parts = [_NOT_IN_THE_NAVIGATION, f"# `{code}`", "A reason in [Why is it 401?](why-is-it-401.md)"]
    if code in CATALOGUE:
        why, fix = CATALOGUE[code]
        parts.append(f"**Why:** {escape(why, quote=False)}\n\n**Fix:** {escape(fix, quote=False)}")
        if code in CURES:
            parts.append(f"**At the app, when Jira calls it:** {escape(CURES[code], quote=False)}")
    if code in CODES:
        parts.append(_to_doctor("../../", "See it in the doctor", f"#example={code}"))
    parts.append(story.strip())
    for mended in fixes_of(code):
        parts.append(f"## {mended.title}")
        for language, name in _LANGUAGES:
            parts.append(f"In {name}:\n\n```{language}\n{mended.source(language)}\n```")
    return "\n\n".join(parts) + "\n"


def _cause(code: str) -> str:
    if code in CATALOGUE:
        return escape(CATALOGUE[code][0], quote=False)
    return _first_sentence(sections()[code])


def _first_sentence(section: str) -> str:
    _, _, story = section.partition("\n")
    prose = " ".join(story.strip().partition("\n\n")[0].split())
    return re.split(r"(?<=\.) (?=[A-Z])", prose)[0]
