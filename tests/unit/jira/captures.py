"""Answers of Atlassian's as they were captured."""

import json
from pathlib import Path
from typing import Any

import pytest

CAPTURES = Path(__file__).parents[4] / "shared" / "captures"


def capture(name: str) -> Any:
    """One of them; the test is skipped where the folder is missing."""
    file = CAPTURES / f"{name}.json"
    if not file.exists():
        pytest.skip("the captures are not here")
    return json.loads(file.read_text(encoding="utf-8"))


def shape_of(value: Any) -> Any:
    """The names, the nesting and the kinds of what is in a JSON value; of a list, its first member's."""
    if isinstance(value, dict):
        return {name: shape_of(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape_of(member) for member in value[:1]]
    return type(value).__name__


def at(value: Any, path: str) -> Any:
    """Return the value at a path such as `app.installation.contexts.0.name`."""
    for name in path.split("."):
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value
