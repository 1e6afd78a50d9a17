"""docs/runbook.md, carried out: the commands of a section are run as they stand there."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Self

from connect_tools.project import PROJECT

PAGE = PROJECT / "docs" / "runbook.md"
STACK = "connect-lambda-prod"
"""The stack that the page writes of."""

_FENCE = "```"
_PROGRAMS = {
    "aws": [sys.executable, "-m", "tests.rehearsal.aws_command"],
    "connect": [str(PROJECT / ".venv" / "bin" / "connect")],
}


def sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the heading of each section, with its blocks of commands."""
    heading, found, block = "", list[str](), list[str]()
    inside = False
    for line in text.splitlines():
        if line.strip().startswith(_FENCE):
            if inside:
                found.append(dedent("\n".join(block)) + "\n")
            inside, block = not inside, []
        elif inside:
            block.append(line)
        elif line.startswith("#"):
            yield heading, found
            heading, found = line.lstrip("# "), []
    yield heading, found


def commands_of(heading: str) -> list[str]:
    """The blocks of commands of a section."""
    return dict(sections(PAGE.read_text(encoding="utf-8")))[heading]


class Terminal:
    """A shell that keeps its variables from one block of commands to the next; a context manager.

    Args:
        environment: of its commands
        folder: an empty one
        stack: its name is typed where the page has another
    """

    def __init__(self, environment: Mapping[str, str], folder: Path, stack: str) -> None:
        self._folder, self._stack = folder, stack
        for name, program in _PROGRAMS.items():
            (folder / name).write_text(f'#!/bin/sh\nexec {" ".join(program)} "$@"\n', encoding="utf-8")
            (folder / name).chmod(0o755)
        path = os.pathsep.join([str(folder), os.environ["PATH"]])
        self._environment = {**environment, "PATH": path, "PYTHONPATH": str(PROJECT)}

    def __enter__(self) -> Self:
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=PROJECT,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._bash.communicate()

    def type(self, block: str) -> str:
        """Run a block of commands, and return what it printed.

        Raises:
            AssertionError: one of them failed
        """
        script = self._folder / "block.sh"
        script.write_text(block.replace(STACK, self._stack), encoding="utf-8")
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.write(
            f"failed=; trap 'failed=1' ERR; . {script}; trap - ERR; echo \"\x04$failed\"\n"
        )
        self._bash.stdin.flush()
        printed = ""
        for line in self._bash.stdout:
            if line.startswith("\x04"):
                assert line == "\x04\n", f"{block}\n{printed}"
                return printed
            printed += line
        raise AssertionError(f"the shell has ended: {printed}")
