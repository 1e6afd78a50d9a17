"""A request to call Jira: on the bus, by the schedule, or by direct invocation."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from connect_jira.errors import RequestMalformed
from connect_jira.jira.http_methods import IDEMPOTENT
from connect_jwt.identity import ClientKey

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
_LONGEST_CHARACTERS = 8192
"""Jira accepts no longer URLs, and results of calls have a size limit."""

MEMBERS = ("clientKey", "method", "path", "query", "body", "idempotencyKey", "returnBody", "repeatable")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """A requested call.

    Attributes:
        client_key: the site
        method: the HTTP method
        path: such as `/rest/api/3/myself`
        query: parameters; a list repeats its parameter
        body: anything that JSON can hold; None for no body
        idempotency_key: the same for each request of the same call; None if it is requested once
        return_body: True if the result is to contain Jira's response body
        idempotent: True if the call is idempotent; None for the method's own rule
    """

    client_key: ClientKey
    method: str = "GET"
    path: str
    query: Mapping[str, Any] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)
    idempotency_key: str | None = None
    return_body: bool = False
    idempotent: bool | None = None

    @property
    def path_alone(self) -> str:
        """The path for logs, without the query, which may hold personal data."""
        return self.path.partition("?")[0]

    @property
    def work_id(self) -> str | None:
        """Idempotency key of this work."""
        return self.idempotency_key and f"call {self.client_key} {self.idempotency_key}"

    @property
    def digest(self) -> str:
        """Digest of the call and its parameters."""
        what = json.dumps([self.method, self.path, self.query, self.body], sort_keys=True)
        return hashlib.sha256(what.encode()).hexdigest()

    @property
    def is_idempotent(self) -> bool:
        """True if the call is idempotent."""
        return self.method in IDEMPOTENT if self.idempotent is None else self.idempotent

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Parse a request.

        Raises:
            RequestMalformed: a field is missing, malformed or unknown
        """
        unknown = fields.keys() - set(MEMBERS)
        if unknown:
            raise RequestMalformed(f"unknown member {min(unknown)!r}: there are {', '.join(MEMBERS)}")
        for name in ("clientKey", "path"):
            if not isinstance(fields.get(name), str) or not fields[name]:
                raise RequestMalformed(f"{name} is missing: give it as a string")
        method = str(fields.get("method") or "GET").upper()
        if method not in _METHODS:
            raise RequestMalformed(f"method is none of {', '.join(_METHODS)}")
        query = fields.get("query") or {}
        _check_query(query)
        key = fields.get("idempotencyKey")
        if not isinstance(key, str | None):
            raise RequestMalformed("idempotencyKey is not a string")
        for name, text in (("path", fields["path"]), ("idempotencyKey", key or "")):
            if not _is_whole(text) or len(text) > _LONGEST_CHARACTERS:
                raise RequestMalformed(
                    f"{name} has more than {_LONGEST_CHARACTERS} characters, or half a character in it"
                )
        for name in ("returnBody", "repeatable"):
            if not isinstance(fields.get(name), bool | None):
                raise RequestMalformed(f"{name} is neither true nor false")
        return cls(
            client_key=ClientKey(fields["clientKey"]),
            method=method,
            path=fields["path"],
            query=query,
            body=fields.get("body"),
            idempotency_key=key,
            return_body=bool(fields.get("returnBody")),
            idempotent=fields.get("repeatable"),
        )

    def to_fields(self) -> dict[str, Any]:
        """Return the fields that `from_fields` reads."""
        values = (
            self.client_key,
            self.method,
            self.path,
            self.query,
            self.body,
            self.idempotency_key,
            self.return_body,
            self.idempotent,
        )
        fields = zip(MEMBERS, values, strict=True)
        return {name: value for name, value in fields if value is not None}


def _check_query(query: object) -> None:
    """Check that a query can be encoded without loss."""
    if not isinstance(query, dict):
        raise RequestMalformed("query is not an object of parameters")
    for name, value in query.items():
        values = value if isinstance(value, list) else [value]
        if not _is_whole(name) or not all(map(_is_parameter, values)):
            raise RequestMalformed(
                f"query parameter {name[:50]!r} is no text, whole number, true or false, nor a list of these"
            )


def _is_parameter(value: object) -> bool:
    return _is_whole(value) if isinstance(value, str) else isinstance(value, int)


def _is_whole(text: str) -> bool:
    """Return whether a text has no unpaired surrogate, which no URL can hold."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
