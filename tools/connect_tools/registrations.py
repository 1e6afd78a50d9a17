"""Functions that an app's owner has registered, read from the source without running it."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from connect_tools.project import PROJECT

OWN_FOLDERS = tuple(PROJECT / folder for folder in ("functions/jira_calls", "functions/pages", "layers/app"))
"""The folders with the owner's code."""

_JOBS = {"every", "after_update"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedWork:
    """A call of `enqueue` that names its function by a text.

    Attributes:
        file: of the call
        line: of the call
        name: of the function
    """

    file: Path
    line: int
    name: str


def registered_jobs(folders: Iterable[Path]) -> set[str]:
    """Return the names of the functions that are registered as jobs.

    Args:
        folders: with the owner's code
    """
    jobs: set[str] = set()
    for _, node in _nodes(folders):
        match node:
            case ast.FunctionDef(name=name, decorator_list=decorators) if any(map(_is_job, decorators)):
                jobs.add(name)
            case ast.Call(func=decorator, args=[ast.Name(id=name)]) if _is_job(decorator):
                jobs.add(name)
    return jobs


def enqueued_by_name(folders: Iterable[Path]) -> list[NamedWork]:
    """Return the calls of `enqueue` that name their function by a literal text.

    Args:
        folders: with the owner's code
    """
    return [
        NamedWork(file=file, line=node.lineno, name=name)
        for file, node in _nodes(folders)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "enqueue"
        and (name := _text(node))
    ]


def _nodes(folders: Iterable[Path]) -> Iterator[tuple[Path, ast.AST]]:
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), filename=str(file))):
                yield file, node


def _is_job(decorator: ast.AST) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in _JOBS


def _text(call: ast.Call) -> str | None:
    given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "function")]
    match given:
        case [ast.Constant(value=str(name)), *_]:
            return name
    return None
