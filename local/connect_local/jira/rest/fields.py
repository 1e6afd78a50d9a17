"""The fields of an issue that a call sets, checked as Jira checks them.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

from connect_local.jira.entities import Json, User
from connect_local.jira.rendering import ISSUE_TYPES, PRIORITIES, Renderer
from connect_local.jira.site import Site

_MAX_SUMMARY = 255
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NO_DOCUMENT = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
_NO_ACCOUNT = "Specify a valid account ID"
_ERRORS = {
    "assignee": _NO_ACCOUNT,
    "description": _NO_DOCUMENT,
    "duedate": "Error parsing date string; it must be of the form yyyy-MM-dd",
    "environment": _NO_DOCUMENT,
    "issuetype": "Specify a valid issue type",
    "priority": "Specify a valid priority",
    "labels": "The labels must be words without spaces",
    "reporter": _NO_ACCOUNT,
    "summary": f"You must specify a summary of the issue: one line of at most {_MAX_SUMMARY} characters",
}
_NOT_SETTABLE = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."


class Fields:
    """Reads the `fields` of calls to one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._renderer = Renderer(site.base_url)

    def errors(self, fields: Mapping[str, Json]) -> dict[str, str]:
        """The errors, by field name."""
        return {
            name: _ERRORS.get(name, _NOT_SETTABLE.format(name))
            for name, value in fields.items()
            if not self._is_good(name, value)
        }

    def resolved(self, fields: Mapping[str, Json]) -> dict[str, Json]:
        """Fields without errors as an issue keeps them: in full what was only named."""
        return {name: self._resolve(name, value) for name, value in fields.items()}

    def _is_good(self, name: str, value: Json) -> bool:
        if name in {"assignee", "reporter"}:
            return value is None or self._user(value) is not None
        check = _CHECKS.get(name)
        return check(value) if check else name.startswith("customfield_")

    def _resolve(self, name: str, value: Json) -> Json:
        if name == "issuetype" and (issue_type := _named_in(ISSUE_TYPES, value)):
            return self._renderer.issue_type(issue_type)
        if name == "priority" and (priority := _named_in(PRIORITIES, value)):
            return self._renderer.priority(priority)
        if name in {"assignee", "reporter"} and (user := self._user(value)):
            return self._renderer.user(user)
        return value

    def _user(self, value: Json) -> User | None:
        account_id = named(value, "accountId", "id")
        return self._site.user(account_id) if account_id else None


def is_document(value: Json) -> bool:
    """Return whether a value is an Atlassian Document, version 3's form of rich text.

    https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
    """
    return (
        isinstance(value, dict)
        and value.get("type") == "doc"
        and value.get("version") == 1
        and isinstance(value.get("content"), list)
    )


def named(value: Json, *names: str) -> str | None:
    """Return the entity that a value such as `{"key": "DEMO"}` names, by the first of these members."""
    if not isinstance(value, dict):
        return None
    return next((value[name] for name in names if isinstance(value.get(name), str)), None)


def _is_summary(value: Json) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= _MAX_SUMMARY and "\n" not in value


def _named_in(known: Mapping[str, str], value: Json) -> str | None:
    meant = named(value, "name", "id")
    return next((name for name, id_ in known.items() if meant in {name, id_}), None)


def _is_date(value: Json) -> bool:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _are_labels(value: Json) -> bool:
    return isinstance(value, list) and all(
        isinstance(label, str) and label.split() == [label] for label in value
    )


_CHECKS: Mapping[str, Callable[[Json], bool]] = {
    "description": lambda value: value is None or is_document(value),
    "duedate": lambda value: value is None or _is_date(value),
    "environment": lambda value: value is None or is_document(value),
    "issuetype": lambda value: _named_in(ISSUE_TYPES, value) is not None,
    "labels": _are_labels,
    "priority": lambda value: _named_in(PRIORITIES, value) is not None,
    "summary": _is_summary,
}
