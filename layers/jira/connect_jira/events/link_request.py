"""A request to find out which Connect site a Forge installation belongs to, as work of the queue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from connect_jwt.identity import ClientKey


@dataclass(frozen=True, slots=True)
class ForgeJoin:
    """Work of the queue: find out which Connect site a Forge installation belongs to."""

    client_key: ClientKey

    @property
    def work_id(self) -> None:
        """Nothing: it does no harm to find it out twice."""

    @property
    def may_be_repeated(self) -> bool:
        """It may."""
        return True

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Read what `to_fields` wrote."""
        return cls(ClientKey(fields["clientKey"]))

    def to_fields(self) -> dict[str, Any]:
        """What is passed on of it."""
        return {"clientKey": self.client_key}
