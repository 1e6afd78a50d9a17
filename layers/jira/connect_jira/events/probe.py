"""A message without an effect: it shows that bus, queue and worker are connected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from connect_jira.errors import RequestMalformed
from connect_jwt.identity import ClientKey

PROBE_REQUESTED = "Connect probe requested"
"""The `detail-type` of the event that asks for one."""

PROBE_SITE = ClientKey("connect-smoke")
"""In place of a site: no site has such a clientKey."""

COME_THROUGH = "come through"
"""Answer of the worker's check of a probe that it has handled."""

_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Probe:
    """Message: do nothing, and record that it is done.

    Attributes:
        id: of the probe
    """

    id: str
    client_key: ClassVar = PROBE_SITE

    @property
    def work_id(self) -> str:
        """Idempotency key, whose record shows that the message has come through."""
        return f"probe {self.id}"

    @property
    def is_idempotent(self) -> bool:
        """True."""
        return True

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Parse a request, or the fields that `to_fields` wrote.

        Raises:
            RequestMalformed: the id is missing or too long
        """
        probe_id = fields.get("id")
        if not isinstance(probe_id, str) or not 0 < len(probe_id) <= _LONGEST_ID:
            raise RequestMalformed(f"id is missing: give it as a string of up to {_LONGEST_ID} characters")
        return cls(probe_id)

    def to_fields(self) -> dict[str, Any]:
        """Return the fields of its message."""
        return {"clientKey": self.client_key, "id": self.id}
