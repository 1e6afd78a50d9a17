"""`connect doctor` in this process, and requests to ask it about."""

import re
import time

import atlassian_jwt
import jwt

from tests.descriptors import own_descriptor
from tests.laptop.command import Outcome, run_connect

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
