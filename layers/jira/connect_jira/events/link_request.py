"""A request to find the Connect site of a Forge installation, as a message of the queue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from connect_jwt.identity import ClientKey


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """Message: find the Connect site of a Forge installation."""

    client_key: ClientKey

    @property
    def work_id(self) -> None:
        """None: repeating it does no harm."""

    @property
    def is_idempotent(self) -> bool:
        """True."""
        return True

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Parse the fields that `to_fields` wrote."""
        return cls(ClientKey(fields["clientKey"]))

    def to_fields(self) -> dict[str, Any]:
        """Return the fields of its message."""
        return {"clientKey": self.client_key}
