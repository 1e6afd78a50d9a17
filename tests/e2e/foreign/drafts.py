"""Requests of Jira's as they are written: right as they come, and made wrong one thing at a time."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from tests.e2e.foreign.peer import ForeignJira

CANARY = "canary"
"""In every secret, body and query string that is sent, so that it tells when one of them is in a log."""

KID = "generic-keypair/cs-migrations/installation-key-pair--0123456789abcdef"

type Signer = Callable[[Mapping[str, object]], str]
"""Makes the token of some claims."""

type Carry = Callable[[str], tuple[str | list[str] | None, list[str]]]
"""Place of a token: the Authorization header (several for a list), and `jwt` parameters."""


def new_secret() -> str:
    return f"{CANARY}-secret-{uuid.uuid4()}"


@dataclass(slots=True)
class Site:
    """A Jira site; each test has one of its own."""

    client_key: str = field(default_factory=lambda: str(uuid.uuid4()))
    secret: str = field(default_factory=new_secret)

    @property
    def base_url(self) -> str:
        return f"https://{CANARY}-{self.client_key}.atlassian.net"


class Draft:
    """A request to the app that is not sent yet. Every method changes it, and returns it."""

    def __init__(
        self, jira: ForeignJira, base_url: str, path: str, *, site: Site, fields: Mapping[str, Any]
    ) -> None:
        self.jira, self.base_url, self.path, self.site = jira, base_url, path, site
        self.now = int(time.time())
        self.method, self.query = "POST", ""
        self.fields = dict(fields)
        self.headers = {"Content-Type": "application/json"}
        self.claims: dict[str, object] = {"iss": site.client_key, "iat": self.now, "exp": self.now + 180}
        self._body: bytes | None = None
        self._signer: Signer = lambda claims: jira.sign_symmetric(claims, site.secret)
        self._hashed: dict[str, str] = {}
        self._garble: Callable[[str], str] = lambda token: token
        self._left_out: set[str] = set()
        self._carry: Carry = lambda token: (f"JWT {token}", [])
        self._token: str | None = None

    # --- what is said

    def saying(self, **fields: object) -> Self:
        self.fields |= fields
        return self

    def leaving_out(self, *fields: str) -> Self:
        for name in fields:
            del self.fields[name]
        return self

    def with_body(self, body: bytes) -> Self:
        self._body = body
        return self

    def with_header(self, name: str, value: str) -> Self:
        self.headers[name] = value
        return self

    def asking(self, query: str) -> Self:
        self.query = query
        return self

    def to(self, path: str) -> Self:
        self.path = path
        return self

    @property
    def body(self) -> bytes:
        return json.dumps(self.fields).encode() if self._body is None else self._body

    # --- what is claimed

    def claiming(self, **claims: object) -> Self:
        self.claims |= claims
        return self

    def without(self, *claims: str) -> Self:
        """Without some claims; `qsh`, too, is one."""
        self._left_out |= set(claims)
        return self

    def signed_at(self, seconds_from_now: int) -> Self:
        issued_at = self.now + seconds_from_now
        return self.claiming(iat=issued_at, exp=issued_at + 180)

    def hashed_as(
        self, *, method: str | None = None, path: str | None = None, query: str | None = None
    ) -> Self:
        """With the hash of another request."""
        other = {"method": method, "path": path, "query": query}
        self._hashed |= {name: value for name, value in other.items() if value is not None}
        return self

    # --- how it is proved

    def signed_by(self, signer: Signer) -> Self:
        self._signer = signer
        return self

    def signed_with(self, secret: str, algorithm: str = "HS256") -> Self:
        return self.signed_by(lambda claims: self.jira.sign_symmetric(claims, secret, algorithm))

    def signed_with_key(self, key: str = "atlassian", kid: object = KID) -> Self:
        return self.signed_by(lambda claims: self.jira.sign_asymmetric(claims, kid, key))

    def forged(self, header: Mapping[str, object], **signature: Any) -> Self:
        """By hand: for what Atlassian's library refuses to make."""
        return self.signed_by(
            lambda claims: self.jira.forge(json.dumps(header), json.dumps(claims), **signature)
        )

    def garbled(self, garble: Callable[[str], str]) -> Self:
        """With a token that is changed after it was signed."""
        self._garble = garble
        return self

    # --- where the token is

    def carried(self, carry: Carry) -> Self:
        self._carry = carry
        return self

    def unsigned(self) -> Self:
        return self.carried(lambda _: (None, []))

    def authorized_as(self, write: Callable[[str], str | list[str]]) -> Self:
        return self.carried(lambda token: (write(token), []))

    def in_query(self) -> Self:
        return self.carried(lambda token: (None, [token]))

    def in_both(self) -> Self:
        return self.carried(lambda token: (f"JWT {token}", [token]))

    # --- the outcome

    @property
    def token(self) -> str:
        """Made once, so that a draft that is sent again is the same request."""
        if self._token is None:
            self._token = self._garble(self.another_token())
        return self._token

    def another_token(self, **claims: object) -> str:
        """A token of its own for the same request, just as good while its claims are."""
        all_claims = {"qsh": self._hash(), **self.claims, **claims}
        return self._signer({name: all_claims[name] for name in all_claims if name not in self._left_out})

    @property
    def target(self) -> str:
        """Path and query, exactly as they are sent."""
        _, parameters = self._carry(self.token)
        query = "&".join([*([self.query] if self.query else []), *(f"jwt={token}" for token in parameters)])
        return f"{self.path}?{query}" if query else self.path

    def all_headers(self) -> dict[str, str | list[str]]:
        authorization, _ = self._carry(self.token)
        credentials = {} if authorization is None else {"Authorization": authorization}
        return {"Host": urlsplit(self.base_url).netloc, **self.headers, **credentials}

    def _hash(self) -> str:
        method = self._hashed.get("method", self.method)
        path, query = self._hashed.get("path", self.path), self._hashed.get("query", self.query)
        return self.jira.hash(method, f"{self.base_url}{path}?{query}", self.base_url)
