"""Work that the app has asked itself for, as a message of the queue."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from connect_jwt.identity import ClientKey

MAX_DEPTH = 10
"""How many generations there are: of work that asks for itself each is one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppWork:
    """A function of the app's that is to be called, for one site.

    Attributes:
        client_key: the site
        name: under which the function is registered
        arguments: what it is called with
        cause: tells the work that has asked for it from all other
        number: which one it is of those that the cause has asked for with this name and these arguments
        depth: 1 if something that has happened has asked for it, else one more than the work that has
        may_be_repeated: whether doing it twice comes to the same as doing it once
    """

    client_key: ClientKey
    name: str
    arguments: Mapping[str, Any] = field(repr=False)
    cause: str
    number: int
    depth: int
    may_be_repeated: bool

    @property
    def work_id(self) -> str:
        """Tells this work from every other; the same when whoever has asked for it is begun again."""
        about = [self.cause, self.name, self.arguments, self.number]
        digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
        return f"work {self.client_key} {digest}"

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Read what `to_fields` wrote."""
        return cls(
            client_key=ClientKey(fields["clientKey"]),
            name=fields["name"],
            arguments=fields["arguments"],
            cause=fields["cause"],
            number=fields["number"],
            depth=fields["depth"],
            may_be_repeated=fields["repeatable"],
        )

    def to_fields(self) -> dict[str, Any]:
        """What is passed on of it."""
        return {
            "clientKey": self.client_key,
            "name": self.name,
            "arguments": self.arguments,
            "cause": self.cause,
            "number": self.number,
            "depth": self.depth,
            "repeatable": self.may_be_repeated,
        }
