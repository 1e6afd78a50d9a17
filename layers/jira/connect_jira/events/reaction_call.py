"""One of several reactions to the same event, as a message of its own.

Each has its own idempotency record and its own retries, so that one that fails repeats none of the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from connect_jira.events.webhook import Webhook
from connect_jwt.identity import ClientKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionCall:
    """A reaction to call.

    Attributes:
        webhook: of the event
        function: the name of the reaction's function
        cause: idempotency key of the message that was divided
        is_idempotent: True if the reaction is idempotent
    """

    webhook: Webhook
    function: str
    cause: str
    is_idempotent: bool

    @property
    def client_key(self) -> ClientKey:
        """The site."""
        return self.webhook.client_key

    @property
    def work_id(self) -> str:
        """Idempotency key of this work; the same if its cause is retried."""
        return f"reaction {self.function} {self.cause}"

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Parse the fields that `to_fields` wrote."""
        return cls(
            webhook=Webhook.from_fields(fields["webhook"]),
            function=fields["function"],
            cause=fields["cause"],
            is_idempotent=fields["repeatable"],
        )

    def to_fields(self) -> dict[str, Any]:
        """Return the fields of its message."""
        return {
            "clientKey": self.client_key,
            "webhook": self.webhook.to_fields(),
            "function": self.function,
            "cause": self.cause,
            "repeatable": self.is_idempotent,
        }
