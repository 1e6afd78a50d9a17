"""Changelog of an edit, in the form of Jira's.

The shape is that of the changelogs in https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

import json
from collections.abc import Mapping

from connect_local.jira.documents import text_of
from connect_local.jira.entities import Json


def changelog_items(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[Json]:
    """One item for each field that differs.

    Args:
        before: an issue's rendered fields, of which those that nobody can set are no concern
        after: the same fields, later
    """
    return [_item(name, before.get(name), after[name]) for name in after if before.get(name) != after[name]]


def _item(name: str, old: Json, new: Json) -> Json:
    is_date = name == "duedate"
    return {
        "field": name,
        "fieldtype": "custom" if name.startswith("customfield_") else "jira",
        "fieldId": name,
        "from": old if is_date else _id(old),
        "fromString": _midnight(old) if is_date else field_text(old),
        "to": new if is_date else _id(new),
        "toString": _midnight(new) if is_date else field_text(new),
        **({"tmpFromAccountId": _id(old), "tmpToAccountId": _id(new)} if _is_user(old, new) else {}),
    }


def _is_user(*values: Json) -> bool:
    return any(isinstance(value, dict) and "accountId" in value for value in values)


def _midnight(date: Json) -> str | None:
    """A date as changelogs spell it, such as 2026-12-24 00:00:00.0."""
    return None if date is None else f"{date} 00:00:00.0"


def _id(value: Json) -> str | None:
    """Return the id of a user, an issue type or the like; empty for labels, None for everything else."""
    if isinstance(value, list):
        return ""
    return value.get("accountId") or value.get("id") if isinstance(value, dict) else None


def field_text(value: Json) -> str | None:
    """A field's value as people read it, None when it is not set."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return " ".join(field_text(member) or "" for member in value)
    if not isinstance(value, dict):
        return json.dumps(value)
    if value.get("type") == "doc":
        return text_of(value)
    named = (value[name] for name in ("displayName", "name", "value") if isinstance(value.get(name), str))
    return next(named, json.dumps(value))
