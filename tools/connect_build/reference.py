"""docs/reference.md: every name that an app's owner may use, from docstrings, signatures and tested examples.

`python -m connect_build.reference` writes it anew; a test holds that it is up to date.
"""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import griffe

from connect_tools.project import PROJECT

REFERENCE = PROJECT / "docs" / "reference.md"
EXAMPLES = PROJECT / "tests" / "reference" / "examples.py"

_INTRODUCTION = """# Reference

Every name that your app may use: what you register, what your functions get, and what your tests use.
`make reference` makes this page from the code, and a test runs every example. [Reactions](reactions.md),
[pages](pages.md), [data](site-data.md) and [tests](testing.md) show how they work together.
"""

_APP, _DATA, _AUTH, _JIRA = (f"connect_jira.{room}" for room in ("app", "data", "auth", "jira"))
_KIT = "connect_local.testing"

CHAPTERS: dict[str, dict[str, str]] = {
    "What you register": {
        f"{_APP}.reactions.Reactions": "on work every after_update installed upgraded leaving uninstalled",
        f"{_APP}.pages.Pages": "page call",
    },
    "What your functions get": {
        f"{_APP}.event.Event": "",
        f"{_APP}.site.Site": "jira data secrets enqueue",
        f"{_APP}.pages.ApiRequest": "issue project permissions installation",
        f"{_APP}.pages.Refused": "",
        f"{_AUTH}.page_context.PageContext": "",
        f"{_AUTH}.page_context.PageIssue": "",
        f"{_AUTH}.page_context.PageProject": "",
        f"{_AUTH}.user_permissions.UserPermissions": "is_granted issues projects",
        f"{_AUTH}.page_requests.SiteInstallation": "activity",
    },
    "Who may": {
        f"{_APP}.permissions.everybody": "",
        f"{_APP}.permissions.browses_issue": "",
        f"{_APP}.permissions.edits_issue": "",
        f"{_APP}.permissions.browses_project": "",
        f"{_APP}.permissions.administers_project": "",
        f"{_APP}.permissions.administers_jira": "",
        f"{_APP}.permissions.issue_permission": "",
        f"{_APP}.permissions.project_permission": "",
        f"{_APP}.permissions.global_permission": "",
        f"{_APP}.permissions.Permission": "of of_page",
    },
    "Data and secrets of a site": {
        f"{_DATA}.site_data.SiteData": "get put delete list",
        f"{_DATA}.site_data.Entry": "",
        f"{_DATA}.site_data.EntryPage": "",
        f"{_DATA}.site_secrets.SiteSecrets": "get put delete names",
        f"{_DATA}.site_secrets.SecretNames": "",
        f"{_DATA}.entries.ABSENT": "",
        f"{_DATA}.errors.DataChanged": "",
        f"{_DATA}.errors.ValueTooLarge": "",
    },
    "Calls to Jira": {
        f"{_JIRA}.client.JiraClient": (
            "get put post delete request items search wait_for_task app_properties as_user"
        ),
        f"{_JIRA}.response.JiraResponse": "is_success text object",
        f"{_JIRA}.app_properties.AppProperties": "keys get put delete",
        f"{_JIRA}.errors.JiraError": "",
    },
    "Tests": {
        f"{_KIT}.app.App": "deliver page call site",
        f"{_KIT}.answers.PageAnswer": "json",
        f"{_KIT}.jira.Jira": "issue user edit fail requests",
        f"{_KIT}.jira.Issue": "id fields properties comments comment set delete",
        f"{_KIT}.clock.Clock": "now move move_to",
        f"{_KIT}.internet.Internet": "system",
        f"{_KIT}.payloads.issue_created": "",
        f"{_KIT}.payloads.issue_updated": "",
        f"{_KIT}.payloads.issue_deleted": "",
        f"{_KIT}.payloads.comment_created": "",
        f"{_KIT}.payloads.comment_updated": "",
        f"{_KIT}.payloads.comment_deleted": "",
        f"{_KIT}.payloads.event": "",
    },
}
"""The names by chapter, each with those of its members that are an owner's."""

_WIDTH = 100

_STARS = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}

_ERRORS = f"{_JIRA}.errors"


def page() -> str:
    """Return the page.

    Raises:
        LookupError: a name has no docstring or no example, or an example is of no name
    """
    return _Page().text()


class _Page:
    def __init__(self) -> None:
        folders = [PROJECT / folder for folder in ("layers/jira", "local")]
        loader = griffe.GriffeLoader(search_paths=folders, docstring_parser="google", allow_inspection=False)
        self._packages = {package: loader.load(package) for package in ("connect_jira", "connect_local")}
        self._examples = examples()

    def text(self) -> str:
        lines = [_INTRODUCTION]
        for chapter, names in CHAPTERS.items():
            lines.append(f"## {chapter}\n")
            for path, members in names.items():
                lines.extend(self._entry(path, members.split()))
        if self._examples:
            raise LookupError(f"{EXAMPLES.name}: {', '.join(self._examples)}: examples of no name")
        return "\n".join(lines).rstrip() + "\n"

    def _entry(self, path: str, members: list[str]) -> Iterator[str]:
        found = self._find(path)
        yield f"### `{found.name}`\n"
        yield f"`from {path.rpartition('.')[0]} import {found.name}`\n"
        yield from self._body(found, found.name)
        if found.name == "JiraError":
            yield from self._family()
        for name in members:
            member = found.members[name]
            assert isinstance(member, griffe.Object)  # noqa: S101 - no alias is an owner's name
            yield f"#### `{found.name}.{name}`\n"
            yield from self._body(member, f"{found.name}.{name}")

    def _body(self, thing: griffe.Object, name: str) -> Iterator[str]:
        if thing.docstring is None:
            raise LookupError(f"{name} has no docstring")
        signature = _signature(thing)
        if signature:
            yield f"```python\n{signature}\n```\n"
        for section in thing.docstring.parsed:
            yield from _section(section)
        example = self._examples.pop(_key(name), None)
        if example is None:
            raise LookupError(f"{name} has no example: write a function {_key(name)} in {EXAMPLES.name}")
        yield f"```python\n{example}\n```\n"

    def _family(self) -> Iterator[str]:
        yield "| error | when |\n|---|---|"
        for error in self._find(_ERRORS).classes.values():
            if error.docstring and any(str(base) == "JiraError" for base in error.bases):
                yield f"| `{error.name}` | {_line(error.docstring.value.partition('\n\n')[0])} |"
        yield ""

    def _find(self, path: str) -> griffe.Object:
        package, _, inside = path.partition(".")
        found = self._packages[package][inside]
        assert isinstance(found, griffe.Object)  # noqa: S101 - likewise
        return found


def examples() -> dict[str, str]:
    """Return the statements of each example, by the name of its function."""
    source = EXAMPLES.read_text(encoding="utf-8")
    lines = source.splitlines()
    return {
        node.name: textwrap.dedent("\n".join(lines[_first_line(node) - 1 : node.end_lineno]))
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
    }


def _first_line(function: ast.FunctionDef) -> int:
    first = function.body[0]
    decorators = first.decorator_list if isinstance(first, ast.FunctionDef | ast.ClassDef) else []
    return min([first.lineno, *(one.lineno for one in decorators)])


def _key(name: str) -> str:
    """Return the name of an example's function: `SiteData.put` has `show_SiteData__put`."""
    return f"show_{name.replace('.', '__')}"


def _signature(thing: griffe.Object) -> str:
    if not isinstance(thing, griffe.Function):
        return ""
    shown = [one for one in thing.parameters if one.name != "self"]
    parts, keyword_only = [], False
    for one in shown:
        if one.kind is griffe.ParameterKind.keyword_only and not keyword_only:
            parts.append("*")
            keyword_only = True
        name = f"{_STARS.get(one.kind, '')}{one.name}"
        typed = f"{name}: {one.annotation}" if one.annotation else name
        parts.append(typed if one.default is None or one.kind in _STARS else f"{typed} = {one.default}")
    returns = f" -> {thing.returns}" if thing.returns else ""
    line = f"{thing.name}({', '.join(parts)}){returns}"
    if len(line) <= _WIDTH:
        return line
    return f"{thing.name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){returns}"


def _section(section: griffe.DocstringSection) -> Iterator[str]:
    match section:
        case griffe.DocstringSectionText():
            yield _with_links(section.value) + "\n"
        case griffe.DocstringSectionParameters() | griffe.DocstringSectionAttributes():
            what = "argument" if isinstance(section, griffe.DocstringSectionParameters) else "attribute"
            yield f"| {what} | type | |\n|---|---|---|"
            for one in section.value:
                kind = f"`{_line(str(one.annotation))}`" if one.annotation else ""
                yield f"| `{one.name}` | {kind} | {_line(one.description)} |"
            yield ""
        case griffe.DocstringSectionRaises():
            for error in section.value:
                yield f"- raises `{error.annotation}`: {_line(error.description)}"
            yield ""
        case _:
            raise LookupError(f"a section of the kind {section.kind} is not shown yet")


def _with_links(text: str) -> str:
    return re.sub(r"(?<![\w(<])(https://\S+[^\s.,:;])", r"<\1>", text)


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


def main() -> None:
    """Write the page."""
    Path(REFERENCE).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
