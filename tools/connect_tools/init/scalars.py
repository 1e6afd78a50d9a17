"""Values in a JSON or YAML text, each replaced where it stands. The rest stays as it is, to the byte."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import yaml

from connect_cli.errors import CommandError

_TEXT = "tag:yaml.org,2002:str"
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")

type Path = tuple[str | int, ...]
"""The names of members and the numbers of items that lead to a value."""


@cache
def root_of(text: str) -> yaml.Node | None:
    """Return the document of a text, whose nodes know where they stand.

    Raises:
        CommandError: it is neither YAML nor JSON
    """
    try:
        # JSON may be indented with tabs, YAML may not; in a value there are none, and a space is as long.
        root: yaml.Node | None = yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as malformed:
        line = malformed.problem_mark.line + 1 if malformed.problem_mark else 1
        raise CommandError(f"is malformed in line {line}") from malformed
    except (yaml.YAMLError, RecursionError) as malformed:
        raise CommandError("is malformed") from malformed
    return root


def scalars(text: str) -> Mapping[Path, yaml.ScalarNode]:
    """Return the values of a document, by their paths.

    Raises:
        CommandError: it is neither YAML nor JSON
    """
    return dict(_scalars(root_of(text), ()))


def value_at(nodes: Mapping[Path, yaml.ScalarNode], path: Path) -> str:
    """Return the value at a path.

    Raises:
        CommandError: there is none
    """
    if path not in nodes:
        raise CommandError(f"has no {'.'.join(map(str, path))}")
    value: str = nodes[path].value
    return value


def replaced(text: str, values: Mapping[Path, str]) -> str:
    """Return the text with other values in place of those at the paths.

    Raises:
        CommandError: it is malformed, or has nothing at one of the paths
    """
    nodes = scalars(text)
    for path in values:
        value_at(nodes, path)
    changes = sorted((nodes[path].start_mark.index, nodes[path], value) for path, value in values.items())
    return "".join(_pieces(text, changes))


def _pieces(text: str, changes: Iterable[tuple[int, yaml.ScalarNode, str]]) -> Iterator[str]:
    end = 0
    for start, node, value in changes:
        yield text[end:start]
        if node.value == value:
            yield text[start : node.end_mark.index]
        else:
            yield json.dumps(value, ensure_ascii=False) if node.style else _plain(value)
        end = node.end_mark.index
    yield text[end:]


def _plain(value: str) -> str:
    """The value as YAML, in quotes only if it would be something else without them."""
    quoted = json.dumps(value, ensure_ascii=False)
    if not _WORD.fullmatch(value):
        return quoted
    found = yaml.compose(value, Loader=yaml.SafeLoader)
    return value if found and found.tag == _TEXT else quoted


def _scalars(node: yaml.Node | None, path: Path) -> Iterator[tuple[Path, yaml.ScalarNode]]:
    match node:
        case yaml.ScalarNode():
            yield path, node
        case yaml.MappingNode():
            for name, member in node.value:
                yield from _scalars(member, (*path, name.value))
        case yaml.SequenceNode():
            yield from _items(node.value, path)


def _items(nodes: Sequence[yaml.Node], path: Path) -> Iterator[tuple[Path, yaml.ScalarNode]]:
    for number, item in enumerate(nodes):
        yield from _scalars(item, (*path, number))
