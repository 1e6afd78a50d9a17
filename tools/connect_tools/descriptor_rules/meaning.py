"""The rules of Jira for a descriptor that no schema has.

Sources: for what is refused at all, atlassian-connect's server code (`WebHookScopeValidator`,
`JwtRequiresInstalledCallbackValidator`, `ConditionLoadingValidator`, `WebFragmentLocationBlacklist`); for the
names, `connect_tools.descriptor_rules.names`.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from connect_cli.descriptor_placeholders import described, first_placeholder
from connect_jwt.scopes import SCOPES, is_granted
from connect_tools.descriptor_rules.fault import Fault
from connect_tools.descriptor_rules.names import CONDITIONS, LOCATIONS, WEBHOOK_EVENTS

_ABSOLUTE = re.compile(r"//|[a-zA-Z][a-zA-Z0-9+.-]*:")
_LEAVES = re.compile(r"(^|/)\.\.(/|$)")
_REMOTE = ("/", "http://", "https://")
_ALIKE = 0.75
_LINKS = {"webItems", "jiraDevelopmentTool", "serviceDeskOrganizationActions"}
"""Kinds of module whose `url` may lead anywhere."""
_PLACED = {"webItems", "webPanels", "webSections", "generalPages", "adminPages"}


@lru_cache
def meant(name: str, known: frozenset[str]) -> str:
    """The end of a sentence that says which known name looks most like this one; empty if none does."""
    without_prefix = {each.removeprefix("jira:"): each for each in sorted(known)}
    alike = get_close_matches(name.removeprefix("jira:"), without_prefix, n=1, cutoff=_ALIKE)
    return f' Did you mean "{without_prefix[alike[0]]}"?' if alike else ""


def faults_in_meaning(source: Mapping[str, Any]) -> Iterator[Fault]:
    """The faults of a descriptor beside those that its schema finds."""
    yield from _of_base_url(source.get("baseUrl"))
    yield from _of_authentication(source)
    for event, url in _members(source.get("lifecycle")).items():
        yield from _of_own_url(url, f"lifecycle.{event}")
    modules = list(_modules(source.get("modules")))
    yield from _of_keys(modules)
    sections = [module.get("key") for kind, _, module in modules if kind == "webSections"]
    for kind, path, module in modules:
        yield from _of_module(kind, path, module, sections)
    if any(kind == "webhooks" for kind, _, _ in modules) and not _may_read(source.get("scopes")):
        yield Fault("scopes", "an app with webhooks needs the READ scope.")


def faults_of_placeholders(value: object, path: str = "") -> Iterator[Fault]:
    """Placeholders that the app's framework should have filled in, in a descriptor or a member of one."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from faults_of_placeholders(member, f"{path}.{name}".removeprefix("."))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from faults_of_placeholders(item, f"{path}[{index}]")
    elif isinstance(value, str) and (placeholder := _unfilled(value)):
        reason = f"it has {described(placeholder)}, where it must be as the running app serves it."
        yield Fault(path, reason)


def _unfilled(value: str) -> str | None:
    placeholder = first_placeholder(value)
    # ${issue.key} within a URL was how Jira's own variables were once written
    is_variable = placeholder and placeholder.startswith("${") and not value.startswith(placeholder)
    return None if is_variable else placeholder


def _of_base_url(base_url: object) -> Iterator[Fault]:
    if not isinstance(base_url, str) or first_placeholder(base_url):
        return
    try:
        parts = parse_url(base_url)
    except LocationParseError:
        yield Fault("baseUrl", "it is not a URL.")
        return
    if parts.scheme not in {"http", "https"} or not parts.host or parts.query or parts.fragment:
        yield Fault("baseUrl", "it must be an http or https URL without a query.")


def _of_authentication(source: Mapping[str, Any]) -> Iterator[Fault]:
    authentication = source.get("authentication")
    if isinstance(authentication, dict) and str(authentication.get("type")).lower() != "jwt":
        yield Fault(
            "authentication.type",
            'this project wants "jwt" here: without it nobody can tell who sent a request.',
        )
    lifecycle = source.get("lifecycle", {})
    if isinstance(lifecycle, dict) and not lifecycle.get("installed"):
        yield Fault(
            "lifecycle.installed",
            "an app with JWT authentication must have the URL that is given its secret.",
        )


def _of_keys(modules: list[tuple[str, str, Mapping[str, Any]]]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for kind, path, module in modules:
        key = module.get("key")
        if not isinstance(key, str) or kind == "webhooks":
            continue
        if key in first:
            yield Fault(f"{path}.key", f'"{key}" is the key of {first[key]}, too: each module needs its own.')
        first.setdefault(key, path)


def _of_module(kind: str, path: str, module: Mapping[str, Any], sections: list[object]) -> Iterator[Fault]:
    if kind == "webhooks":
        yield from _of_event(module.get("event"), f"{path}.event")
    if kind in _PLACED:
        yield from _of_location(module.get("location"), f"{path}.location", sections)
    if kind not in _LINKS and not kind.endswith("Actions"):
        yield from _of_own_url(module.get("url"), f"{path}.url")
        yield from _of_own_url(_members(module.get("target")).get("url"), f"{path}.target.url")
    for name in ("conditions", "contentPresentConditions"):
        yield from _of_conditions(module.get(name), f"{path}.{name}")


def _of_event(event: object, path: str) -> Iterator[Fault]:
    if isinstance(event, str) and event not in WEBHOOK_EVENTS:
        yield Fault(path, f'Jira has no event "{event}".{meant(event, WEBHOOK_EVENTS)}')


def _of_location(location: object, path: str, sections: list[object]) -> Iterator[Fault]:
    if not isinstance(location, str) or location in sections:
        return
    place, _, section = location.partition("/")
    if place not in LOCATIONS and section not in sections:
        yield Fault(path, f'Jira has no place "{location}" for it.{meant(place, LOCATIONS)}')


def _of_conditions(conditions: object, path: str) -> Iterator[Fault]:
    for index, condition in enumerate(conditions if isinstance(conditions, list) else []):
        members, here = _members(condition), f"{path}[{index}]"
        name = members.get("condition")
        nested = [members[each] for each in ("conditions", "and", "or") if each in members]
        if isinstance(name, str):
            if name not in CONDITIONS and not name.startswith(_REMOTE):
                yield Fault(f"{here}.condition", f'Jira has no condition "{name}".{meant(name, CONDITIONS)}')
        elif name is None and not nested:
            yield Fault(here, "it names no condition.")
        for each in ("conditions", "and", "or"):
            yield from _of_conditions(members.get(each), f"{here}.{each}")


def _of_own_url(url: object, path: str) -> Iterator[Fault]:
    if isinstance(url, str) and not first_placeholder(url):
        if not url or _ABSOLUTE.match(url):
            yield Fault(path, "it must be a path relative to baseUrl, such as /pages/main.")
        elif _LEAVES.search(url.partition("?")[0]):
            yield Fault(path, "it leaves baseUrl by its `..`.")


def _may_read(scopes: object) -> bool:
    names = {str(scope).upper() for scope in scopes} if isinstance(scopes, list) else set()
    return is_granted("READ", frozenset(names) & SCOPES)


def _modules(modules: object) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Each module with its kind and its path."""
    for kind, found in _members(modules).items():
        if isinstance(found, dict):
            yield kind, f"modules.{kind}", found
        for index, module in enumerate(found if isinstance(found, list) else []):
            yield kind, f"modules.{kind}[{index}]", _members(module)


def _members(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
