"""Node processes that are told what to do, a line of JSON at a time."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

PEERS = Path(__file__).with_name("peers")


class Node:
    """A script that is running; a context manager.

    Args:
        script: its path
        variables: added to its environment
    """

    def __init__(self, script: Path, variables: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - a fixed command
            ["node", script.name],  # noqa: S607 - as on the PATH
            cwd=script.parent,
            env={**os.environ, "NODE_ENV": "production", **(variables or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def ask(self, **question: object) -> Any:  # noqa: ANN401 - any JSON value
        """Send a question, and return the response."""
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self.hear()

    def hear(self) -> Any:  # noqa: ANN401 - any JSON value
        """The next thing that it says.

        Raises:
            RuntimeError: it has ended; on standard error it has said why
        """
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the script has ended; npm --prefix bench ci installs what it may miss")
        return json.loads(line)["value"]
