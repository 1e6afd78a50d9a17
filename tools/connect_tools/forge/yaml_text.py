"""A YAML text that is changed where it is to be changed, and stays as it is to the byte everywhere else.

No library does that: those that keep comments move them when something is added above them, and lay the rest
out anew. PyYAML says where each value stands; what is between the values is never looked at.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

import yaml

from connect_cli.errors import CommandError
from connect_tools.forge.yaml_values import ALIAS, ONE_LINE, ManifestDumper, members, on_one_line

_COMMENT = re.compile(r"(?:^|\s)#", re.MULTILINE)
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # as PyYAML counts lines


class InBrackets(Exception):
    """There is something to change in a collection that is written in brackets, or in one within it.

    Attributes:
        node: the collection
    """

    def __init__(self, node: yaml.CollectionNode) -> None:
        super().__init__()
        self.node = node


class YamlText:
    """A text with a mapping in it, and the changes that are to be made.

    Attributes:
        root: the mapping, or whatever else is there; None when there is nothing but comments

    Raises:
        CommandError: it is no YAML
    """

    def __init__(self, text: str) -> None:
        self._text = text if text.endswith("\n") or not text else f"{text}\n"
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(self._text))]
        self._changes: list[tuple[int, int, str]] = []
        try:
            self.root: yaml.Node | None = _Composer(self._text).get_single_node()
        except yaml.MarkedYAMLError as malformed:
            line = malformed.problem_mark.line + 1 if malformed.problem_mark else 1
            raise CommandError(f"it is no YAML in line {line}") from malformed
        except (yaml.YAMLError, RecursionError) as malformed:
            raise CommandError("it is no YAML") from malformed

    def changed(self) -> str:
        """The text with the changes."""
        text, end = "", 0
        for start, until, instead in sorted(self._changes, key=lambda change: change[:2]):
            text += self._text[end:start] + instead
            end = until
        return text + self._text[end:]

    def line_of(self, node: yaml.Node) -> str:
        """The line on which a value begins."""
        line = node.start_mark.line
        return self._text[self._starts[line] : self._starts[line + 1]].rstrip()

    def append_to_line_of(self, node: yaml.Node, comment: str) -> None:
        """Write something at the end of the line on which a value begins."""
        end = self._starts[node.start_mark.line] + len(self.line_of(node))
        self._changes.append((end, end, comment))

    def add_members(self, node: yaml.MappingNode, lines: Sequence[str]) -> None:
        """Write further members of a mapping below those that it has.

        Raises:
            InBrackets: it is written in brackets
        """
        if lines:
            _check_in_lines(node)
            self._insert_below(node, _indented(lines, node.value[0][0].start_mark.column))

    def add_items(self, node: yaml.SequenceNode, lines: Sequence[str]) -> None:
        """Likewise, further items of a sequence."""
        if lines:
            _check_in_lines(node)
            column = self._dash(node.value[0]) - self._starts[self._line_at(self._dash(node.value[0]))]
            self._insert_below(node, _indented(lines, column))

    def remove_item(self, node: yaml.SequenceNode, item: yaml.Node) -> None:
        """Take the lines of an item of a sequence away.

        Raises:
            InBrackets: it is written in brackets
        """
        _check_in_lines(node)
        self._remove_lines(self._line_at(self._dash(item)), self._last_line(item))

    def remove_member(self, node: yaml.MappingNode, name: str) -> None:
        """Take the lines of a member of a mapping away; but not if it begins an item of a sequence.

        Raises:
            InBrackets: it is written in brackets
        """
        _check_in_lines(node)
        member, value = members(node)[name]
        line = member.start_mark.line
        if not self._text[self._starts[line] : member.start_mark.index].strip():
            self._remove_lines(line, self._last_line(value))

    def remove_key(self, key: yaml.Node) -> None:
        """Take the line of a member's name away, but for a comment on it."""
        end = self._starts[key.start_mark.line + 1]
        comment = self._text.find("#", key.end_mark.index, end)
        if comment < 0:
            self._remove_lines(key.start_mark.line, key.start_mark.line)
        else:
            self._changes.append((key.start_mark.index, comment, ""))

    def set_value(self, node: yaml.MappingNode, name: str, value: object, lines: Sequence[str]) -> None:
        """Give a member of a mapping another value.

        Args:
            node: the mapping
            name: of the member
            value: the other one
            lines: that one in lines; none when it fits beside the name

        Raises:
            InBrackets: it is written in brackets
        """
        _check_in_lines(node)
        member, there = members(node)[name]
        below = _indented(lines, member.start_mark.column + 2)
        beside = "" if lines else f" {on_one_line(value)}"
        if _is_in_lines(there):
            colon = self._text.index(":", member.end_mark.index) + 1
            self._changes.append((colon, colon, beside))
            self._insert_below(member, below)
            self._remove_lines(member.end_mark.line + 1, self._last_line(there))
        else:
            start = self._without_spaces(there.start_mark.index)
            self._changes.append((start, there.end_mark.index, beside))
            self._insert_below(there, below)

    def opened(self, brackets: InBrackets) -> str:
        """The text with the outermost of some brackets written in lines.

        Raises:
            CommandError: something in them would be lost by that
        """
        key, node = next(_around(self.root, brackets.node))
        start, end = node.start_mark.index, node.end_mark.index
        if _COMMENT.search(self._text[start:end]) or any(each.tag == ALIAS for each in _nodes(node)):
            raise CommandError(
                f"there are comments or aliases within the brackets of line {node.start_mark.line + 1}: "
                "write what is in them in lines"
            )
        node.flow_style = False
        lines = yaml.serialize(node, Dumper=ManifestDumper, width=ONE_LINE, allow_unicode=True).splitlines()
        if key is None:
            block = f"\n{' ' * node.start_mark.column}".join(lines)
        else:
            block = "\n" + "".join(_indented(lines, key.start_mark.column + 2)).rstrip("\n")
            start = self._without_spaces(start)
        return self._text[:start] + block + self._text[end:]

    def _insert_below(self, node: yaml.Node, lines: Iterable[str]) -> None:
        below = self._starts[self._last_line(node) + 1]
        self._changes.append((below, below, "".join(lines)))

    def _remove_lines(self, first: int, last: int) -> None:
        self._changes.append((self._starts[first], self._starts[last + 1], ""))

    def _last_line(self, node: yaml.Node) -> int:
        if isinstance(node, yaml.CollectionNode) and _is_in_lines(node):
            last = node.value[-1]
            return self._last_line(last[1] if isinstance(last, tuple) else last)
        line: int = node.end_mark.line
        if getattr(node, "style", None) in {"|", ">"}:  # ends where the next value begins
            line -= 1
            header = self._text[node.start_mark.index : self._starts[node.start_mark.line + 1]]
            while "+" not in header and not self._text[self._starts[line] : self._starts[line + 1]].strip():
                line -= 1
        return line

    def _dash(self, item: yaml.Node) -> int:
        line = item.start_mark.line
        before = self._text[self._starts[line] : item.start_mark.index]
        while "-" not in before.partition("#")[0]:
            line -= 1
            before = self._text[self._starts[line] : self._starts[line + 1]]
        return self._starts[line] + before.partition("#")[0].rindex("-")

    def _line_at(self, index: int) -> int:
        return bisect_right(self._starts, index) - 1

    def _without_spaces(self, index: int) -> int:
        return len(self._text[:index].rstrip(" "))


class _Composer(yaml.SafeLoader):
    """Leaves an alias where it is, instead of putting there what it stands for."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            return yaml.ScalarNode(ALIAS, event.anchor, event.start_mark, event.end_mark)
        return super().compose_node(parent, index)


def _is_in_lines(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _check_in_lines(node: yaml.CollectionNode) -> None:
    if not _is_in_lines(node):
        raise InBrackets(node)


def _around(
    node: yaml.Node | None, inner: yaml.Node, key: yaml.Node | None = None
) -> Iterator[tuple[yaml.Node | None, yaml.CollectionNode]]:
    """Yield brackets that contain a value, the outermost first, each with its key."""
    if not isinstance(node, yaml.CollectionNode):
        return
    if node.flow_style and node.start_mark.index <= inner.start_mark.index < node.end_mark.index:
        yield key, node
    for each in node.value:
        yield from _around(each[1], inner, each[0]) if isinstance(each, tuple) else _around(each, inner)


def _indented(lines: Sequence[str], columns: int) -> list[str]:
    return [f"{' ' * columns}{line}\n" for line in lines]


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    """A value and all that is in it."""
    yield node
    for each in node.value if isinstance(node, yaml.CollectionNode) else ():
        for inner in each if isinstance(each, tuple) else (each,):
            yield from _nodes(inner)
