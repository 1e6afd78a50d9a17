"""Modules in the JSON text of a descriptor, taken away with the commas around them."""

from collections.abc import Iterator

import yaml

from connect_tools.init.scalars import Path, root_of


def modules(descriptor: str) -> Iterator[tuple[Path, str]]:
    """Yield the path and the URL of each module in a list."""
    kinds = dict(_members(dict(_members(root_of(descriptor))).get("modules")))
    for kind, listed in kinds.items():
        if isinstance(listed, yaml.SequenceNode):
            for number, module in enumerate(listed.value):
                url = dict(_members(module)).get("url")
                yield ("modules", kind, number), getattr(url, "value", "")


def without(text: str, path: Path) -> str:
    """Return the text without the member or item at a path; nor a list that becomes empty by that."""
    node, inner = _at(root_of(text), path[:-1]), path[-1]
    number = inner if isinstance(inner, int) else [name for name, _ in _members(node)].index(inner)
    spans = [_span(child) for child in node.value]
    if len(spans) == 1 and isinstance(inner, int):
        return without(text, path[:-1])
    if len(spans) == 1:
        start, end = node.start_mark.index + 1, node.end_mark.index - 1
    elif number + 1 < len(spans):
        start, end = spans[number][0], spans[number + 1][0]
    else:
        start, end = spans[number - 1][1], spans[number][1]
    return text[:start] + text[end:]


def _at(node: yaml.Node | None, path: Path) -> yaml.CollectionNode:
    for step in path:
        node = node.value[step] if isinstance(node, yaml.SequenceNode) else dict(_members(node))[str(step)]
    if isinstance(node, yaml.CollectionNode):
        return node
    raise KeyError(path)


def _members(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    return [(name.value, value) for name, value in node.value] if isinstance(node, yaml.MappingNode) else []


def _span(child: yaml.Node | tuple[yaml.Node, yaml.Node]) -> tuple[int, int]:
    first, last = child if isinstance(child, tuple) else (child, child)
    return first.start_mark.index, last.end_mark.index
