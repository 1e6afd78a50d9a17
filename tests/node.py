"""Atlassian's JavaScript in a Node process: a line of JSON for each question, and one for each answer."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

_PACKAGE = Path(__file__).parent / "node_modules" / "@atlassian" / "atlassian-jwt"


class NodeFailed(Exception):
    """The script threw an error."""


@dataclass(frozen=True, slots=True)
class NodeProcess:
    """A script that is running."""

    questions: IO[str]
    answers: IO[str]

    def ask(self, operation: str, **question: object) -> Any:
        self.questions.write(json.dumps({"operation": operation, **question}) + "\n")
        self.questions.flush()
        return self.hear()

    def hear(self) -> Any:
        """The next thing that the script says."""
        answer = json.loads(self.answers.readline())
        if "error" in answer:
            raise NodeFailed(answer["error"])
        return answer["value"]


@contextmanager
def node_process(script: Path) -> Iterator[NodeProcess]:
    """Run a script; where Node or Atlassian's package is missing the test is skipped, but never in CI."""
    if shutil.which("node") is None or not _PACKAGE.is_dir():
        reason = f"Node or {_PACKAGE.name} is missing: `npm ci` in tests/"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with subprocess.Popen(
        ["node", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a pipe was asked for")
        yield NodeProcess(process.stdin, process.stdout)
