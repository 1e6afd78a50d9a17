"""Docstrings begin with a noun or a verb, and so do their explanations of arguments and attributes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]

OPENING = re.compile(r"(?:what|who|whose|whom|which|where|when|how|why|whether)(?:ever)?\b", re.IGNORECASE)
"""A question word used as a noun: "What it gives up: …" in place of "Trade-off: …"."""

ENTRY = re.compile(r"^\s+[\w*]+(?:, \w+)*: (.*)")


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield every string that stands alone, with its line."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(ast.Constant(str(text))):
                yield node.lineno, text


def openings(text: str) -> Iterator[str]:
    """Yield the beginning of a docstring and of each of its entries; a real question may begin like one."""
    summary, *lines = text.strip().splitlines()
    if "?" not in summary:
        yield summary
    for line in lines:
        if entry := ENTRY.match(line):
            yield entry[1]


def faults(source: str) -> list[str]:
    return [
        f"{line}: {opening}"
        for line, text in docstrings(source)
        for opening in openings(text)
        if OPENING.match(opening)
    ]


@pytest.mark.parametrize("folder", ["layers", "functions", "tools", "local", "bench", "tests"])
def test_no_docstring_begins_with_a_question_word(folder: str) -> None:
    found = {
        str(file.relative_to(PROJECT)): wrong
        for file in sorted((PROJECT / folder).rglob("*.py"))
        if "node_modules" not in file.parts and (wrong := faults(file.read_text()))
    }
    assert not found


@pytest.mark.parametrize(
    "docstring",
    [
        "What it gives up: a request.",
        "Whether a token is good.",
        "A token.\n\n    Args:\n        url: where it goes",
        "A token.\n\n    Attributes:\n        at: when, in Unix seconds",
    ],
)
def test_a_question_word_at_the_beginning_is_found(docstring: str) -> None:
    assert faults(f'class A:\n    """{docstring}\n    """\n')


@pytest.mark.parametrize(
    "docstring", ["Why is it 401? Paste what you have.", "Trade-off: a request, when it fails."]
)
def test_other_beginnings_are_left_alone(docstring: str) -> None:
    assert not faults(f'"""{docstring}"""\n')
