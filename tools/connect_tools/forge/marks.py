"""Marks in a manifest for the parts that `connect forge manifest` writes and renews."""

from typing import Any

from connect_tools.forge.yaml_values import in_lines

type Path = tuple[str, ...]

MARK = "# by connect forge manifest"

MARKED_MEMBERS = {("app", "connect"), ("app", "licensing")}
"""Members that carry a mark, besides the entries of lists."""

WRITTEN_ONCE = {("app", "runtime")}
"""Members written if missing, and left to the owner from then on."""


def marked_lines(value: Any, path: Path = ()) -> list[str]:  # noqa: ANN401 - any JSON value
    """A manifest, or what is at a path in it, as YAML with its marks."""
    if isinstance(value, list):
        return [line for item in value for line in _marked(in_lines([item]))]
    if path in MARKED_MEMBERS:
        return _marked(in_lines(value))
    if path in WRITTEN_ONCE:
        return in_lines(value)
    lines = []
    for name, each in value.items():
        if isinstance(each, dict | list) and each:
            lines += [f"{name}:", *(f"  {line}" for line in marked_lines(each, (*path, name)))]
        else:
            lines += in_lines({name: each})
    return lines


def _marked(lines: list[str]) -> list[str]:
    """Behind the first line: it is the entry's key, and fits on it."""
    return [f"{lines[0]} {MARK}", *lines[1:]]
