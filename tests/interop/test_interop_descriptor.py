"""Descriptors before Atlassian's own schema of Connect's modules, in its npm `@forge/manifest`.

Of each kind of module: one with what it must have, one with everything that it may have, and from the second
one a thing at a time spoilt. Both must say the same of each.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from connect_tools.descriptor_rules.faults import faults_of
from connect_tools.descriptor_rules.modules import EITHER, KINDS, SINGLE
from tests.descriptors import descriptor

type Where = tuple[str | int, ...]

PREFIX = "connect-jira:"
SCHEMA = Path(__file__).parents[1] / "node_modules/@forge/manifest/out/schema/manifest-schema.json"
NO_MODULES = {"lifecycle", "translations", "cloudAppMigration"}
"""Beside the modules in a descriptor, and among them in a manifest."""

MEANT = {
    "condition": "user_is_admin",
    "event": "comment_created",
    "location": "jira.issue.tools",
    "url": "/page",
}
"""Members whose names the schema does not know, and we do."""

_FORGIVEN = "spoilt, it is one of several conditions of which there is none, and Atlassian's schema takes it"
EXPLAINED = {
    ("*", "conditions"): _FORGIVEN,
    ("*", "contentPresentConditions"): _FORGIVEN,
    ("webhooks", "key"): "a manifest's webhook has a key, a descriptor's has none",
    ("webItems", "target.options"): "its three forms overlap, so that nearly everything is one of them",
    ("serviceDeskOrganizationActions", "target.options"): "likewise",
    ("jiraJqlFunctions", "types"): "fifty kinds of value, which this project does not know",
    ("jiraDeploymentGating", "callback"): "no app of this project is asked by it",
    ("automationActions", "webhook"): "Atlassian's allows no further members, which no slip needs",
    ("automationActions", "configForm"): "likewise",
}


@cache
def atlassians() -> dict[str, Any]:
    if not SCHEMA.is_file():
        pytest.skip("@forge/manifest is missing: `npm ci` in tests/")
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema


def kinds() -> dict[str, Any]:
    modules = atlassians()["definitions"]["ModuleSchema"]["properties"]
    names = {name.removeprefix(PREFIX) for name in modules if name.startswith(PREFIX)}
    return {name: modules[f"{PREFIX}{name}"]["items"] for name in names - NO_MODULES}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if (reference := schema.get("$ref")) is not None:
        return resolved(atlassians()["definitions"][reference.rpartition("/")[2]])
    if "anyOf" in schema:
        return resolved(
            next((one for one in schema["anyOf"] if "required" in resolved(one)), schema["anyOf"][0])
        )
    return schema


def sample(schema: dict[str, Any], name: str, *, whole: bool) -> Any:
    """Something that the schema allows, with all that it may have or only what it must."""
    schema = resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type", "object"):
        case "string":
            return MEANT.get(name, "abc")
        case "integer":
            return 1
        case "boolean":
            return True
        case "array":
            return [sample(schema["items"], name, whole=whole)]
    members = schema.get("properties", {})
    names = members if whole else schema.get("required", [])
    return {each: sample(members[each], each, whole=whole) for each in names}


def spoilt(value: Any, schema: dict[str, Any], path: Where = ()) -> Iterator[tuple[Where, Any]]:
    """Each path, with what to put there; None to take it away."""
    schema = resolved(schema)
    if path:
        wrongs: tuple[Any, ...] = ([], {}, "", "no!", 1.5, True, "x" * 2000, None)
        yield from ((path, wrong) for wrong in wrongs)
    if isinstance(value, dict):
        for name, member in value.items():
            if name in schema.get("properties", {}):
                yield from spoilt(member, schema["properties"][name], (*path, name))
    elif isinstance(value, list) and value:
        yield from spoilt(value[0], schema["items"], (*path, 0))


def changed(module: dict[str, Any], path: Where, wrong: Any) -> dict[str, Any]:
    copy = deepcopy(module)
    parent: Any = copy
    for part in path[:-1]:
        parent = parent[part]
    if wrong is None:
        del parent[path[-1]]
    else:
        parent[path[-1]] = wrong
    return copy


def atlassian_takes(kind: str, module: Any) -> bool:
    return bool(validator(kind).is_valid([module]))


@cache
def validator(kind: str) -> Draft7Validator:
    return Draft7Validator(
        {
            "$ref": f"#/definitions/ModuleSchema/properties/{PREFIX}{kind}",
            "definitions": atlassians()["definitions"],
        }
    )


def this_takes(kind: str, module: Any) -> bool:
    value = module if kind in SINGLE else [module]
    faults = faults_of(descriptor(modules={kind: value}))
    # a name that there is not: what only we look at
    return not [
        fault for fault in faults if "Jira has no" not in fault.reason and "baseUrl" not in fault.reason
    ]


def test_the_kinds_of_module_are_the_same() -> None:
    assert set(kinds()) == set(KINDS)


@pytest.mark.parametrize("whole", [False, True], ids=["what it must have", "everything"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_module_that_atlassian_takes_is_taken(kind: str, *, whole: bool) -> None:
    module = sample(kinds()[kind], "", whole=whole)
    assert atlassian_takes(kind, module)
    value = module if kind in SINGLE else [module]
    assert faults_of(descriptor(modules={kind: value})) == []
    if kind in EITHER:
        assert faults_of(descriptor(modules={kind: module})) == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_module_with_one_thing_spoilt_gets_atlassians_verdict(kind: str) -> None:
    module = sample(kinds()[kind], "", whole=True)
    explained = [path for of, path in EXPLAINED if of in {"*", kind}]
    differences, refused = [], 0
    for path, wrong in spoilt(module, kinds()[kind]):
        dotted = ".".join(str(part) for part in path)
        if any(dotted == one or dotted.startswith(f"{one}.") for one in explained):
            continue
        bad = changed(module, path, wrong)
        verdict = atlassian_takes(kind, bad)
        refused += not verdict
        if verdict != this_takes(kind, bad):
            differences.append((dotted, "away" if wrong is None else str(wrong)[:10], verdict))
    assert differences == []
    assert refused > 0
