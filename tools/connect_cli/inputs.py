"""Inputs of a command: files, standard input, URLs. Unreadable input is reported in one sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getpass
from pathlib import Path

import click
import urllib3

from connect_doctor.redaction import without_tokens
from connect_doctor.unusable import BadInput

MAX_BYTES = 64 * 1024 * 1024
"""Exports of a browser are large; whatever is larger than this is none."""

STDIN = "-"

_URL_SECONDS = 10
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NAME_LENGTH = 100


@contextmanager
def as_usage_error() -> Iterator[None]:
    """Have click say what is wrong with an input, as it does of an option."""
    try:
        yield
    except BadInput as unusable:
        raise click.UsageError(str(unusable)) from unusable


class Inputs:
    """Reads what options name; standard input can be read for one of them only."""

    def __init__(self) -> None:
        self._stdin_is_for: str | None = None

    def text(self, source: str, option: str) -> str:
        """The text of a file, or of standard input when `source` is `-`.

        Args:
            source: a file's name or `-`
            option: its name, for the error message
        """
        return _decoded(self._stdin(option), option) if source == STDIN else file_text(source, option)

    def secret(self, given: str) -> str:
        """A secret as it was given, or a line of standard input, which a terminal does not show."""
        if given == STDIN:
            self._claim_stdin("--secret")
            is_typed = sys.stdin.isatty()
            given = getpass("Secret: ") if is_typed else _first_line(sys.stdin.buffer.read(MAX_BYTES))
        if not given:
            raise BadInput("the secret is empty")
        return given

    def _stdin(self, option: str) -> bytes:
        self._claim_stdin(option)
        if sys.stdin.isatty():
            click.echo("Paste it here, then press Enter and Ctrl-D (on Windows Ctrl-Z, Enter).", err=True)
        return sys.stdin.buffer.read(MAX_BYTES + 1)

    def _claim_stdin(self, option: str) -> None:
        if self._stdin_is_for:
            raise click.UsageError(f"only one of {self._stdin_is_for} and {option} can be - (standard input)")
        self._stdin_is_for = option


def file_text(name: str, option: str) -> str:
    """The text of a file; `option` is what names it."""
    return _decoded(_read_file(name), option)


def fetched(url: str) -> str:
    """Fetch a URL's content."""
    shown = without_tokens(url.partition("?")[0])
    try:
        with urllib3.PoolManager(timeout=_URL_SECONDS, retries=urllib3.Retry(0, redirect=3)) as http:
            answer = http.request("GET", url, preload_content=False)
            data = answer.read(MAX_BYTES + 1)
    except (urllib3.exceptions.HTTPError, ValueError) as failure:
        raise BadInput(f"{shown} cannot be read: {type(failure).__name__}") from failure
    if answer.status != 200:  # noqa: PLR2004 - HTTP's OK
        raise BadInput(f"{shown} cannot be read: it answers {answer.status}")
    return _decoded(data, shown)


def _first_line(data: bytes) -> str:
    return _decoded(data, "--secret").splitlines()[0] if data.strip() else ""


def _read_file(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as failure:
        shown = without_tokens(name)
        shown = shown if len(shown) <= _NAME_LENGTH and shown.isprintable() else "the file"
        raise BadInput(
            f"{shown} cannot be read: {getattr(failure, 'strerror', None) or 'no such file'}"
        ) from failure


def _decoded(data: bytes, option: str) -> str:
    if len(data) > MAX_BYTES:
        raise BadInput(f"{option}: that is more than {MAX_BYTES // 1024 // 1024} MB")
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")  # PowerShell writes UTF-16
    except UnicodeDecodeError as binary:
        raise BadInput(f"{option}: that is not text") from binary
    if "\0" in text:
        raise BadInput(f"{option}: that is not text")
    if not text.strip():
        raise BadInput(f"{option}: there is nothing in it")
    return text
