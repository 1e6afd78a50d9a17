"""A manifest as it is written: its file, its variables, and what is missing in it.

https://developer.atlassian.com/platform/forge/manifest-reference/variables/
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from connect_jira.descriptor import fill_in
from connect_local.jira.entities import Json
from connect_local.jira.errors import NotCarriedOut

_VARIABLE = re.compile(r"\$\{\w+\}")
_KINDS: dict[type, str] = {str: "a text", list: "a list", dict: "an object"}


def manifest_source(given: Json) -> dict[str, Any]:
    """The manifest, with its variables filled in from the environment or their defaults.

    Args:
        given: the manifest as an object, or the path of its file

    Raises:
        NotCarriedOut: there is none
    """
    source = _file(given) if isinstance(given, str) else given
    if not isinstance(source, dict):
        raise NotCarriedOut("manifest must be a Forge manifest: the path of its file, or an object.")
    try:
        filled: dict[str, Any] = fill_in(source, dict(_values(source)))
    except RecursionError as nested:
        raise NotCarriedOut("The manifest is nested too deeply.") from nested
    return filled


def member[T](holder: object, path: str, kind: type[T], advice: str, *, below: str = "") -> T:
    """Return the value at a path of a manifest, or of a module in it.

    Args:
        holder: the manifest or the module
        path: names with dots between them
        kind: the expected type
        advice: for a missing value
        below: path of the holder in the manifest

    Raises:
        NotCarriedOut: it is not there, is empty or of another kind, or has a variable without a value
    """
    value = holder
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if value is None:
        raise NotCarriedOut(f"The manifest has no {below}{path}: {advice}.")
    if not isinstance(value, kind) or not value:
        raise NotCarriedOut(f"The manifest's {below}{path} must be {_KINDS[kind]}: {advice}.")
    if isinstance(value, str) and (variable := _VARIABLE.search(value)):
        raise NotCarriedOut(
            f"The variable {variable[0]} in the manifest's {below}{path} has no value: declare it below "
            "environment.variables, and export it or give it a default."
        )
    return value


def _file(path: str) -> object:
    try:
        return yaml.safe_load(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as failure:
        raise NotCarriedOut(f"The manifest {path} cannot be read: {failure.strerror}.") from failure
    except (ValueError, yaml.YAMLError, RecursionError) as malformed:
        raise NotCarriedOut(f"The manifest {path} is no YAML that can be read.") from malformed


def _values(source: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The declared variables that have a value, as they are written where they are used."""
    environment = source.get("environment")
    declared = environment.get("variables") if isinstance(environment, dict) else None
    for variable in declared if isinstance(declared, list) else []:
        name, default = variable, None
        if isinstance(variable, dict):
            name, default = variable.get("key"), variable.get("default")
        value = os.environ.get(name, default) if isinstance(name, str) else None
        if value is not None:
            yield f"${{{name}}}", str(value)
