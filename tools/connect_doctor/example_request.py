"""A request that is right but for what an example changes of it."""

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connect_jwt.canonical import hash_of

APP_KEY = "com.example.app"
CLIENT_KEY = "9c5b3c0e-2f7d-3a1b-8e7c-1d2f4a6b8c90"
SECRET = "an-example-of-a-shared-secret-that-no-site-has-ever-used"  # noqa: S105 - as it says
SITE, APP = "https://example.atlassian.net", "https://app.example.com"
AT = 1795443600
MYSELF = "/rest/api/3/myself"

Signer = Callable[[bytes, bytes], str]
"""Makes the third part of a token from the key and the first two parts."""


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def hs256(key: bytes, text: bytes) -> str:
    """The signature that belongs there."""
    return _base64url(hmac.digest(key, text, "sha256"))


def hs512(key: bytes, text: bytes) -> str:
    """HMAC with another hash."""
    return _base64url(hmac.digest(key, text, "sha512"))


def in_hex(key: bytes, text: bytes) -> str:
    """The right signature, written in hex digits."""
    return hmac.digest(key, text, "sha256").hex()


def unsigned(_key: bytes, _text: bytes) -> str:
    """No signature."""
    return ""


def by_atlassian(_key: bytes, _text: bytes) -> str:
    """A signature of RS256's length; only Atlassian's key could make a right one."""
    return _base64url(bytes(256))


def _encoded(members: Mapping[str, Any]) -> str:
    return _base64url(json.dumps({name: it for name, it in members.items() if it is not None}).encode())


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request that is right, but for what is given.

    Attributes:
        hashed: the canonical request whose hash the token has
        claims: changes of the claims; None takes one out
        header: likewise, of the token's header
        key: that signs
        sign: the way it signs
        authorization: with `{token}` in the place of the token; None for no such header
        url: with `{token}` where the token is in it
        answer: the response, as `curl -i` prints it
        more: other fields of the form
    """

    method: str = "GET"
    url: str = f"{SITE}{MYSELF}"
    hashed: str = f"GET&{MYSELF}&"
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    key: bytes = SECRET.encode()
    sign: Signer = hs256
    authorization: str | None = "JWT {token}"
    headers: tuple[str, ...] = ()
    body: str = ""
    answer: str = ""
    issuer: str = APP_KEY
    base_url: str = SITE
    more: Mapping[str, str] = field(default_factory=dict)

    def token(self) -> str:
        """The token."""
        header = {"typ": "JWT", "alg": "HS256"} | self.header
        claims = {"iss": self.issuer, "iat": AT, "exp": AT + 180, "qsh": hash_of(self.hashed)} | self.claims
        text = f"{_encoded(header)}.{_encoded(claims)}"
        return f"{text}.{self.sign(self.key, text.encode())}"

    def fields(self) -> dict[str, str]:
        """The fields of the form that ask about this request."""
        token = self.token()
        lines = [f"{self.method} {self.url.replace('{token}', token)}"]
        if self.authorization is not None:
            lines.append(f"Authorization: {self.authorization.replace('{token}', token)}")
        lines += [line.replace("{token}", token) for line in self.headers]
        request = "\n".join(lines) + (f"\n\n{self.body}" if self.body else "")
        given = {
            "request": request,
            "app-key": APP_KEY,
            "client-key": CLIENT_KEY,
            "base-url": self.base_url,
            "secret": SECRET,
            "at": str(AT),
            "response": self.answer,
        }
        return {name: text for name, text in {**given, **self.more}.items() if text}
