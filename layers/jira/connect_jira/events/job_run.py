"""A run of a job for one site, as a message of the queue; one that is not done is continued by another."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from connect_jwt.identity import ClientKey


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """A run of a job.

    Attributes:
        client_key: the site
        job: the function's registered name
        slot: identifies the run, such as the time that the job was due
        step: 0 to begin, then the number of times that it was continued
        cursor: returned by the step before; None to begin
    """

    client_key: ClientKey
    job: str
    slot: str
    step: int = 0
    cursor: Any = field(default=None, repr=False)

    @property
    def work_id(self) -> str:
        """Idempotency key of this step."""
        return f"job {self.client_key} {self.job} {self.slot} {self.step}"

    def continued(self, cursor: object) -> Self:
        """Return the next step."""
        return replace(self, step=self.step + 1, cursor=cursor)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Parse the fields that `to_fields` wrote."""
        return cls(
            client_key=ClientKey(fields["clientKey"]),
            job=fields["job"],
            slot=fields["slot"],
            step=fields["step"],
            cursor=fields["cursor"],
        )

    def to_fields(self) -> dict[str, Any]:
        """Return the fields of its message."""
        return {
            "clientKey": self.client_key,
            "job": self.job,
            "slot": self.slot,
            "step": self.step,
            "cursor": self.cursor,
        }
