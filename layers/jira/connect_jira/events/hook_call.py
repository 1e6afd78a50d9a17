"""A hook: a change of an installation that the app's own functions are called for, as a message of the queue.

It is sent before the installation's row is written, so that a process that dies in between loses none.
`connect_jira.lifecycle.hooks` sends it, and says later whether it is to be called.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from connect_jira.events.webhook import Occurrence
from connect_jwt.identity import ClientKey


class Hook(StrEnum):
    """A change that functions can be registered for, by the name of its decorator."""

    INSTALLED = "installed"
    UPGRADED = "upgraded"
    LEAVING = "leaving"
    UNINSTALLED = "uninstalled"


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCall:
    """A hook to call for one site.

    Attributes:
        client_key: the site
        hook: the change
        installation: the key of the installation that has changed, a clientKey or an `installationId`
        signed_at: time of the lifecycle event, in Unix seconds
        identifier: of the change, the same for each report of it
        occurrence: match key of the change, if Connect and Forge both report it; else None
        function: the name of one function; empty for all that are registered
        cause: idempotency key of the message that was divided; empty for all
    """

    client_key: ClientKey
    hook: Hook
    installation: str
    signed_at: int
    identifier: str
    occurrence: Occurrence | None = None
    function: str = ""
    cause: str = ""

    @property
    def work_id(self) -> str:
        """Idempotency key of this work."""
        if self.function:
            return f"hook {self.function} {self.cause}"
        return f"hook {self.hook} {self.identifier}"

    @property
    def is_idempotent(self) -> bool:
        """True: a hook is called again if it fails."""
        return True

    @property
    def reported_on(self) -> str:
        """The key of its record of occurrences."""
        return f"{self.hook} {self.occurrence.thing if self.occurrence else ''}"

    def identified(self, identifier: str) -> Self:
        """Return it with another identifier."""
        return replace(self, identifier=identifier)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Parse the fields that `to_fields` wrote."""
        return cls(
            client_key=ClientKey(fields["clientKey"]),
            hook=Hook(fields["hook"]),
            installation=fields["installation"],
            signed_at=fields["signedAt"],
            identifier=fields["identifier"],
            occurrence=Occurrence.from_fields(fields["occurrence"]) if fields.get("occurrence") else None,
            function=fields["function"],
            cause=fields["cause"],
        )

    def to_fields(self) -> dict[str, Any]:
        """Return the fields of its message."""
        return {
            "clientKey": self.client_key,
            "hook": self.hook,
            "installation": self.installation,
            "signedAt": self.signed_at,
            "identifier": self.identifier,
            "occurrence": self.occurrence and self.occurrence.to_fields(),
            "function": self.function,
            "cause": self.cause,
        }
