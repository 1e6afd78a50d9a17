"""`connect doctor` as somebody at a terminal meets it, in this process; and requests to ask it about."""

import io
import json
import re
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import atlassian_jwt
import jwt

from connect_cli.command import main
from tests.descriptors import own_descriptor

APP_KEY: str = own_descriptor("dev")["key"]
CLIENT_KEY = "9c5b3c0e-2f7d-3a1b-8e7c-1d2f4a6b8c90"
SECRET = "an-example-of-a-shared-secret-that-no-site-has-ever-used"
SITE = "https://example.atlassian.net"
MYSELF = f"{SITE}/rest/api/3/myself"
FORUM_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiJiM2UwZjY1MC1hODZjLTNmN2UtYjFkYi00MzY0NTJmODVkZjciLCJpYXQiOjE2Mzg0NjAwODgsImV4cCI6MTYzODQ2MzY4"
    "OCwicXNoIjoiNDk1MzM3NmE0YTYyMGEzMzdmYWI1OTU0MDlkZWY0ZjY5NTI3MDc3N2E5NTM2ZmRlZDk4YTQ3OTBiMWFkMzgzMiIsInN1"
    "YiI6IjYwZjAwYWQ4Zjc0OWM0MDA2ODBkYWY0NyJ9.kIehfv_fCdgu-ztmtf0t0tjW2jaS1xqu71a7wxb_pBQ"
)
FORUM_URL = "https://site.atlassian.net/rest/api/3/project/recent"

_SIGNATURE = re.compile(r"eyJ[\w-]+\.[\w-]+\.([\w-]{20,})")


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


def run_doctor(
    *arguments: str, stdin: str | bytes = "", tty: bool = False, encoding: str = "utf-8"
) -> Outcome:
    """Run the command; whatever it prints must hold neither a secret nor a token's signature."""
    outcome = run_connect("doctor", *arguments, stdin=stdin, tty=tty, encoding=encoding)
    assert SECRET not in outcome.everything
    assert "eyJ" not in outcome.everything, "a token"
    for signature in _SIGNATURE.findall(" ".join((*arguments, str(stdin)))):
        assert signature not in outcome.everything
    return outcome


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
    ):
        try:
            main()
        except SystemExit as done:
            code = done.code
    return Outcome(code, stdout.written(), stderr.written())


def token_for(
    method: str, url: str, *, secret: str = SECRET, now: int | None = None, **claims: object
) -> str:
    """A right token, signed by others' hands; a claim that is None is left out."""
    issued_at = int(time.time()) if now is None else now
    path = url.removeprefix(SITE)
    signed: str = atlassian_jwt.encode_token(method, path, APP_KEY, secret)
    right = jwt.decode(signed, options={"verify_signature": False})
    times = {"iss": APP_KEY, "iat": issued_at, "exp": issued_at + 180}
    given = {"qsh": right["qsh"], **times, **claims}
    return jwt.encode({name: value for name, value in given.items() if value is not None}, secret)


def known(**others: str) -> list[str]:
    """Options that leave nothing to settle."""
    options = {
        "--app-key": APP_KEY,
        "--client-key": CLIENT_KEY,
        "--secret": SECRET,
        "--base-url": SITE,
        **others,
    }
    return [word for option in options.items() for word in option]
