"""A webhook: what of it is passed on.

https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from connect_jira.errors import PayloadRefused
from connect_jira.gateway import GatewayRequest
from connect_jira.payloads import json_object
from connect_jwt.identity import ClientKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One event that Jira has told of, from a site that has proved who it is.

    Attributes:
        client_key: the site
        event: such as `jira:issue_created`
        webhook_id: Jira's identifier of this event, the same each time it is sent; None when Jira gave none
        payload: what Jira said
    """

    client_key: ClientKey
    event: str
    webhook_id: str | None
    payload: Mapping[str, Any] = field(repr=False)

    @property
    def timestamp(self) -> int | None:
        """When it happened, in Unix milliseconds, as Jira says."""
        return self.payload.get("timestamp")

    @property
    def happened_at(self) -> float | None:
        """The same in Unix seconds; None when Jira does not say."""
        return self.timestamp / 1000 if isinstance(self.timestamp, int) else None

    @classmethod
    def from_request(
        cls, request: GatewayRequest, client_key: ClientKey, events: Mapping[str, list[str]]
    ) -> Self:
        """Read a request whose token has been verified.

        The token covers the path and not the body; so the path says which event it is, unless the descriptor
        sends several there.

        Args:
            request: as it arrived
            client_key: what its token proved
            events: the events that the descriptor sends to each path

        Raises:
            PayloadRefused: the body is no JSON object, or the descriptor sends no such event there
        """
        payload = json_object(request.body)
        expected = events.get(request.path, [])
        event = expected[0] if len(expected) == 1 else payload.get("webhookEvent")
        if event not in expected:
            raise PayloadRefused("event-mismatch", "the descriptor sends no such webhook to this path")
        return cls(
            client_key=client_key,
            event=event,
            webhook_id=request.headers.get("x-atlassian-webhook-identifier"),
            payload=payload,
        )

    @property
    def work_id(self) -> str | None:
        """Tells the work that comes of it from every other; None when Jira gave no identifier."""
        return self.webhook_id and f"webhook {self.client_key} {self.event} {self.webhook_id}"

    @property
    def may_be_repeated(self) -> bool:
        """Reactions are: `functions/jira_calls/reactions.py` asks for that."""
        return True

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Read what `to_fields` wrote."""
        return cls(
            client_key=ClientKey(fields["clientKey"]),
            event=fields["event"],
            webhook_id=fields["webhookId"],
            payload=fields["payload"],
        )

    def to_fields(self) -> dict[str, Any]:
        """What is passed on of it."""
        return {
            "clientKey": self.client_key,
            "event": self.event,
            "webhookId": self.webhook_id,
            "payload": self.payload,
        }
