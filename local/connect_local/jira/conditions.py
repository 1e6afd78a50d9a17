"""The conditions on which Jira shows a module, as far as this Jira knows them.

https://developer.atlassian.com/cloud/jira/platform/connect-conditions/
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from connect_local.jira.entities import Installation, Json, User
from connect_local.jira.page_context import PageContext
from connect_local.jira.rendering import Renderer
from connect_local.jira.rest.fields import named
from connect_local.jira.rest.permissions import may

type Condition = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Everything that conditions may ask about."""

    person: User
    app: Installation
    context: PageContext


def is_shown(conditions: Sequence[Condition], viewer: Viewer) -> bool:
    """Return whether all conditions hold; one that this Jira does not know is taken to hold."""
    return all(_holds(condition, viewer) for condition in conditions)


def unknown_conditions(conditions: Sequence[Condition]) -> list[str]:
    """The names of those that this Jira does not know."""
    names = []
    for condition in conditions:
        if "condition" in condition and condition["condition"] not in _KNOWN:
            names.append(str(condition["condition"]))
        for together in ("and", "or", "conditions"):
            names += unknown_conditions(condition.get(together, []))
    return list(dict.fromkeys(names))


def _holds(condition: Condition, viewer: Viewer) -> bool:
    if "or" in condition:
        return any(_holds(each, viewer) for each in condition["or"])
    if "and" in condition:
        return is_shown(condition["and"], viewer)
    if "conditions" in condition:
        several = [_holds(each, viewer) for each in condition["conditions"]]
        return any(several) if str(condition.get("type", "and")).lower() == "or" else all(several)
    check = _KNOWN.get(str(condition.get("condition")))
    if check is None:
        return True
    return check(viewer, condition.get("params", {})) is not condition.get("invert", False)


def _field(viewer: Viewer, name: str) -> Json:
    issue = viewer.context.issue
    return Renderer(viewer.context.site.base_url).fields(issue)[name] if issue else None


def _is_user(viewer: Viewer, name: str) -> bool:
    return named(_field(viewer, name), "accountId") == viewer.person.account_id


def _permitted(viewer: Viewer, params: Mapping[str, Json]) -> bool:
    project = viewer.context.project
    if project and project.restricted and not viewer.person.is_admin:
        return False
    return may(viewer.person, str(params.get("permission", "")).upper())


def _property(viewer: Viewer, params: Mapping[str, Json]) -> Json:
    """The value of the property that a condition names, or of a member of it; None if there is none."""
    key, site = params.get("propertyKey"), viewer.context.site
    match params.get("entity"):
        case "addon":
            value = site.app_properties(viewer.app.descriptor.key).get(str(key))
        case "issue":
            value = viewer.context.issue.properties.get(str(key)) if viewer.context.issue else None
        case _:
            return None
    for name in filter(None, str(params.get("objectName", "")).split(".")):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _equals(viewer: Viewer, params: Mapping[str, Json]) -> bool:
    value = _property(viewer, params)
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return value is not None and shown == str(params.get("value"))


_KNOWN: Mapping[str, Callable[[Viewer, Mapping[str, Json]], bool]] = {
    "addon_is_licensed": lambda viewer, _: viewer.app.descriptor.is_licensed,
    "entity_property_equal_to": _equals,
    "entity_property_exists": lambda viewer, params: _property(viewer, params) is not None,
    "has_global_permission": _permitted,
    "has_issue_permission": _permitted,
    "has_project_permission": _permitted,
    "has_selected_project": lambda viewer, _: viewer.context.project is not None,
    "is_issue_assigned_to_current_user": lambda viewer, _: _is_user(viewer, "assignee"),
    "is_issue_editable": lambda viewer, _: _permitted(viewer, {"permission": "EDIT_ISSUES"}),
    "is_issue_reported_by_current_user": lambda viewer, _: _is_user(viewer, "reporter"),
    "is_issue_unresolved": lambda viewer, _: _field(viewer, "resolution") is None,
    "user_is_admin": lambda viewer, _: viewer.person.is_admin,
    "user_is_logged_in": lambda viewer, _: viewer.person.active,
    "user_is_project_admin": lambda viewer, _: viewer.person.is_admin,
    "user_is_sysadmin": lambda viewer, _: viewer.person.is_admin,
}
