"""Background work that the app enqueued for itself, as a message of the queue."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from connect_jwt.identity import ClientKey

MAX_DEPTH = 10
"""Maximum number of enqueuing steps since an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppWork:
    """A registered function of the app to call, for one site.

    Attributes:
        client_key: the site
        name: the function's registered name
        arguments: of the call
        cause: identifies the message that enqueued it
        number: its index among equal names and arguments from the same cause
        depth: 1 if an event's reaction enqueued it, else one more than the work that did
        is_idempotent: True if it is idempotent
    """

    client_key: ClientKey
    name: str
    arguments: Mapping[str, Any] = field(repr=False)
    cause: str
    number: int
    depth: int
    is_idempotent: bool

    @property
    def work_id(self) -> str:
        """Idempotency key of this work; the same if its cause is retried."""
        about = [self.cause, self.name, self.arguments, self.number]
        digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
        return f"work {self.client_key} {digest}"

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Parse the fields that `to_fields` wrote."""
        return cls(
            client_key=ClientKey(fields["clientKey"]),
            name=fields["name"],
            arguments=fields["arguments"],
            cause=fields["cause"],
            number=fields["number"],
            depth=fields["depth"],
            is_idempotent=fields["repeatable"],
        )

    def to_fields(self) -> dict[str, Any]:
        """Return the fields of its message."""
        return {
            "clientKey": self.client_key,
            "name": self.name,
            "arguments": self.arguments,
            "cause": self.cause,
            "number": self.number,
            "depth": self.depth,
            "repeatable": self.is_idempotent,
        }
