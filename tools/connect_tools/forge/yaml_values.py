"""YAML values: of ours as text, and what a text of somebody else's says."""

import json
import re

import yaml

from connect_cli.errors import CommandError

ALIAS = "alias"
"""The tag of what stands for a value elsewhere; it is not followed."""

ONE_LINE = 10**6
"""A width that no line has."""

_TEXT = "tag:yaml.org,2002:str"
_NOTHING = "tag:yaml.org,2002:null"
_VARIABLE = re.compile(r"\$\{[a-zA-Z_]\w*\}")


class ManifestDumper(yaml.SafeDumper):
    """Lists are set off from what holds them, and nothing is written as a reference to something above."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - PyYAML's own signature
        """Indent the items of a list, too."""
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - likewise
        """Write a value again where it is used again."""
        return True


def in_lines(value: object) -> list[str]:
    """A value as YAML."""
    text: str = yaml.dump(
        value, Dumper=ManifestDumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=110
    )
    return text.splitlines()


def on_one_line(value: object) -> str:
    """A value that fits beside its key, as YAML."""
    style = '"' if isinstance(value, str) and "\n" in value else None
    text: str = yaml.safe_dump([value], default_style=style, width=ONE_LINE, allow_unicode=True)
    return text.removeprefix("- ").rstrip("\n")


def members(node: yaml.MappingNode) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """The members of a mapping by name: key and value.

    Raises:
        CommandError: one is there twice
    """
    found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in found:
            raise CommandError(f"it has {name} twice, in line {key.start_mark.line + 1}")
        found[name] = (key, value)
    return found


def at(node: yaml.Node | None, *path: str) -> yaml.Node | None:
    """Return the value at a path, if there is one."""
    for name in path:
        _, node = (
            members(node).get(name, (None, None)) if isinstance(node, yaml.MappingNode) else (None, None)
        )
    return node


def is_empty(node: yaml.Node) -> bool:
    """Return whether there is no value, or nothing in it."""
    return not node.value if isinstance(node, yaml.CollectionNode) else node.tag == _NOTHING


def says(node: yaml.Node, value: object) -> bool:
    """Return whether a text says all that a value says; a variable may stand for anything."""
    if isinstance(value, dict):
        there = members(node) if isinstance(node, yaml.MappingNode) else {}
        return all(name in there and says(there[name][1], each) for name, each in value.items())
    if isinstance(value, list):
        is_sequence = isinstance(node, yaml.SequenceNode) and len(node.value) == len(value)
        return is_sequence and all(map(says, node.value, value))
    if not isinstance(node, yaml.ScalarNode) or node.tag == ALIAS:
        return False
    if isinstance(value, str):
        return bool(_VARIABLE.search(node.value)) or (node.tag == _TEXT and node.value == value)
    return node.tag != _TEXT and node.value == json.dumps(value)
