"""The issue and the project that a page is shown for, as the token of a request names them.

A context token of Connect has them in `context.jira`, an invocation token of Forge in `context.extension`:
https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/ and
https://developer.atlassian.com/platform/forge/manifest-reference/modules/jira-issue-panel/#extension-data

Jira itself has written Connect's. Forge's has come by way of the user's browser, which may alter it:
https://developer.atlassian.com/platform/forge/app-context-security/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ID = re.compile(r"[0-9]{1,18}", re.ASCII)
_KEY = re.compile(r"[\w-]{1,255}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PageIssue:
    """An issue: its id, such as `10001`, and its key, such as `EX-1`."""

    id: str
    key: str


@dataclass(frozen=True, slots=True)
class PageProject:
    """A project: its id, such as `10000`, and its key, such as `EX`."""

    id: str
    key: str


@dataclass(frozen=True, slots=True)
class PageContext:
    """The issue and the project that a page is shown for; None where it is shown for none.

    Attributes:
        issue: the issue
        project: the project
        is_proved: False if the user's browser may have altered them, as under Forge
    """

    issue: PageIssue | None = None
    project: PageProject | None = None
    is_proved: bool = True


def connect_context(context: Mapping[str, Any]) -> PageContext:
    """Return what the `context` claim of a site's verified token names."""
    return _context(context.get("jira"), is_proved=True)


def forge_context(context: Mapping[str, Any]) -> PageContext:
    """Return what the context of a verified invocation names."""
    return _context(context.get("extension"), is_proved=False)


def id_and_key(value: object) -> tuple[str, str] | None:
    """Return the id and the key of an issue or project of Jira's; None if it has not both."""
    if not isinstance(value, Mapping):
        return None
    id_, key = str(value.get("id")), value.get("key")
    return (id_, key) if _ID.fullmatch(id_) and isinstance(key, str) and _KEY.fullmatch(key) else None


def is_id_or_key(text: str) -> bool:
    """Return whether a text may be the id or the key of an issue or project."""
    return _KEY.fullmatch(text) is not None


def _context(members: object, *, is_proved: bool) -> PageContext:
    if not isinstance(members, Mapping):
        return PageContext()
    issue, project = id_and_key(members.get("issue")), id_and_key(members.get("project"))
    return PageContext(
        issue=PageIssue(*issue) if issue else None,
        project=PageProject(*project) if project else None,
        is_proved=is_proved,
    )
