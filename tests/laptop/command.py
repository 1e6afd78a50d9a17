"""`connect` as somebody at a terminal meets it, in this process."""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from connect_cli.command import main


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a run."""

    code: str | int | None
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    @property
    def codes(self) -> list[str]:
        return [finding["code"] for finding in self.json["findings"]]

    @property
    def everything(self) -> str:
        return self.stdout + self.stderr


class Stream(io.TextIOWrapper):
    """A file or a terminal."""

    def __init__(self, content: bytes = b"", *, tty: bool = False, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(content), encoding=encoding, newline="")
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty

    def written(self) -> str:
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode(self.encoding)


def run_connect(
    *arguments: str, stdin: str | bytes = "", tty: bool = False, encoding: str = "utf-8"
) -> Outcome:
    """Run `connect` with these arguments."""
    stdout, stderr = Stream(tty=tty, encoding=encoding), Stream()
    code: str | int | None = 0
    given = Stream(stdin if isinstance(stdin, bytes) else stdin.encode(), tty=tty)
    with (
        patch.object(sys, "argv", ["connect", *arguments]),
        patch.object(sys, "stdin", given),
        redirect_stdout(stdout),
        redirect_stderr(stderr),
        patch.dict(os.environ),  # some commands forget the user's own AWS
    ):
        try:
            main()
        except SystemExit as done:
            code = done.code
    return Outcome(code, stdout.written(), stderr.written())
