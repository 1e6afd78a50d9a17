"""A request to run a job now, on the bus: for one site, or for every site."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from connect_jira.errors import RequestMalformed
from connect_jira.events.job_run import JobRun
from connect_jwt.identity import ClientKey

JOB_REQUESTED = "Jira job requested"
"""The `detail-type` of the event."""

LONGEST_SPREAD_SECONDS = 900
"""Maximum delay of a site's run, SQS's `DelaySeconds`."""

_MEMBERS = {"job", "slot", "clientKey", "spreadSeconds", "after"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """A requested run of a job.

    Attributes:
        job: the function's registered name
        slot: identifies the run: for each slot a site runs the job once
        client_key: the site; None for every site
        spread: the time over which the sites' runs are spread, in seconds
        after: position among the sites, if it continues; else None
    """

    job: str
    slot: str
    client_key: ClientKey | None = None
    spread: int = 0
    after: str | None = None

    def run_for(self, client_key: ClientKey) -> JobRun:
        """Return the message for a site."""
        return JobRun(client_key=client_key, job=self.job, slot=self.slot)

    def continued(self, after: str) -> Self:
        """Return the request for the sites after a position."""
        return replace(self, after=after)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Parse a request.

        Raises:
            RequestMalformed: a field is missing, malformed or unknown
        """
        unknown = fields.keys() - _MEMBERS
        if unknown:
            known = ", ".join(sorted(_MEMBERS))
            raise RequestMalformed(f"unknown member {min(unknown)!r}: there are {known}")
        for name in ("job", "slot"):
            if not isinstance(fields.get(name), str) or not fields[name]:
                raise RequestMalformed(f"{name} is missing: give it as a string")
        spread = fields.get("spreadSeconds", 0)
        if type(spread) is not int or not 0 <= spread <= LONGEST_SPREAD_SECONDS:
            raise RequestMalformed(f"spreadSeconds is no whole number from 0 to {LONGEST_SPREAD_SECONDS}")
        return cls(
            job=fields["job"],
            slot=fields["slot"],
            client_key=ClientKey(fields["clientKey"]) if fields.get("clientKey") else None,
            spread=spread,
            after=fields.get("after"),
        )

    def to_fields(self) -> dict[str, Any]:
        """Return the fields that `from_fields` reads."""
        fields = {
            "job": self.job,
            "slot": self.slot,
            "clientKey": self.client_key,
            "spreadSeconds": self.spread,
            "after": self.after,
        }
        return {name: value for name, value in fields.items() if value is not None}
