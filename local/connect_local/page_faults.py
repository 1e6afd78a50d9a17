"""Faults of an app's pages: where descriptor, registrations, templates and scripts contradict each other."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from connect_jira.app.page_loads import NOTICE
from connect_jira.app.pages import Pages
from connect_jira.app.unserved import lines_for_call, lines_for_page
from connect_jira.page_urls import PAGES, page_urls
from connect_jira.web.assets import STATIC, Assets
from connect_jira.web.page_documents import files_named_in

_CALLED = re.compile(r"""\bcall\(\s*(["'`])((?:(?!\1)[^\\\n])+)\1(?=\s*[,)])""")
_METHOD = re.compile(r"""\bmethod:\s*(["'])([A-Z]+)\1""")
_METHOD_UNKNOWN = re.compile(r"""\bmethod\b(?!:\s*["'])""")
_INTERPOLATED = re.compile(r"\$\{[^}/]*\}")
_ALLOWED = {
    "adminPages": "administers_jira",
    "configurePage": "administers_jira",
    "jiraIssueContents": "browses_issue",
    "jiraIssueContexts": "browses_issue",
    "jiraIssueGlances": "browses_issue",
    "jiraIssueTabPanels": "browses_issue",
    "jiraProjectAdminTabPanels": "administers_project",
    "jiraProjectPages": "browses_project",
}
"""The declaration for the people to whom Jira shows a module of each kind; the others are for everybody."""
_PICTURES = {"icon", "iconUrl", "logoUrl", "thumbnailUrl"}
_SOME = "EX-1"
"""Stands for what a script puts into a path."""


def page_faults(descriptor: dict[str, Any], pages: Pages, folder: Path) -> Iterator[str]:
    """Return the faults, one line or a few each.

    Args:
        descriptor: the app's
        pages: the registered pages and calls
        folder: with `templates` and `static`
    """
    named = {url.partition("?")[0].removeprefix(PAGES) for url in page_urls(descriptor)}
    served = {page.name for page in pages.all_pages()}
    for name in sorted(named - served):
        line = lines_for_page(name, _allowed(descriptor, name))
        yield f"{PAGES}{name} is in the descriptor, and nobody serves it. In pages.py:\n{line}"
    for name in sorted(served - named):
        yield f"the page {name} is in no module of the descriptor, so Jira never shows it."
    files = Assets(folder / "static").files()
    for url in sorted(set(_pictures(descriptor.get("modules", {})))):
        if not url.startswith(STATIC) or url.removeprefix(STATIC) not in files:
            yield (
                f"{url} is a picture in the descriptor, and nobody serves it. "
                f"Put it into static, and name it {STATIC}{url.rpartition('/')[2]}."
            )
    templates = folder / "templates"
    for page in pages.all_pages():
        yield from _of_template(templates / page.template, files, f"the page {page.name}")
    if (templates / NOTICE).exists():
        yield from _of_template(templates / NOTICE, files, "the notice in place of a page")
    for script in sorted((folder / "static").glob("*.*js")):
        yield from _of_script(script, pages)


def _allowed(descriptor: dict[str, Any], name: str) -> str:
    for kind, modules in descriptor["modules"].items():
        urls = page_urls({"modules": {kind: modules}})
        if kind in _ALLOWED and any(url.partition("?")[0] == PAGES + name for url in urls):
            return _ALLOWED[kind]
    return "everybody"


def _pictures(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Return the paths of the app's own pictures: a URL in a descriptor is relative to the base URL."""
    if isinstance(value, list):
        for member in value:
            yield from _pictures(member)
    elif isinstance(value, dict):
        for name, member in value.items():
            url = member.get("url") if isinstance(member, dict) else member
            if name not in _PICTURES:
                yield from _pictures(member)
            elif isinstance(url, str) and not url.startswith(("http:", "https:", "data:")):
                yield "/" + url.partition("?")[0].removeprefix("/")


def _of_template(file: Path, files: Iterable[str], whose: str) -> Iterator[str]:
    if not file.is_file():
        yield f"templates/{file.name}, of {whose}, is not there."
        return
    for name in sorted(files_named_in(file.read_text(encoding="utf-8")) - set(files)):
        yield f"templates/{file.name} names ./{name}, which is not in static."


def _of_script(file: Path, pages: Pages) -> Iterator[str]:
    for method, path in sorted(set(_calls(file.read_text(encoding="utf-8")))):
        if not pages.find_call(method, path):
            lines = lines_for_call(method, path)
            yield f"static/{file.name} calls {method} {path}, and nobody answers. In pages.py:\n{lines}"


def _calls(script: str) -> Iterator[tuple[str, str]]:
    """Return method and path of each call, as far as the script says them."""
    for found in _CALLED.finditer(script):
        options = _rest_of_call(script, found.end())
        method, path = _METHOD.search(options), _path(found[2])
        if path and (method or not _METHOD_UNKNOWN.search(options)):
            yield method[2] if method else "GET", path


def _path(literal: str) -> str | None:
    first, *others = literal.split("/")
    path = "/".join([first, *(_SOME if _INTERPOLATED.fullmatch(other) else other for other in others)])
    return None if "${" in path else path


def _rest_of_call(script: str, start: int) -> str:
    depth = 1
    for place in range(start, len(script)):
        depth += (script[place] in "([{") - (script[place] in ")]}")
        if depth == 0:
            return script[start:place]
    return script[start:]
