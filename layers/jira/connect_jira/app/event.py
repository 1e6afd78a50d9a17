"""The event that a reaction handles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from connect_jira.events.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event on a site.

    Attributes:
        name: such as `jira:issue_created`
        id: Jira's identifier of the event, the same on each delivery; None if Jira gave none
        timestamp: in Unix milliseconds; None if the event has none
        signed_query: the parameters of the webhook's URL, such as `{"issue": ["DEMO-1"]}` for
            `/webhooks/…?issue={issue.key}`. The token covers them. Forge's events have no URL of their own,
            so that it is empty
        unsigned_payload: of the body, which no token covers; empty if the webhook excludes it or it cannot be
            parsed
        unread: the body as text, if it cannot be parsed as a JSON object; else None
    """

    name: str
    id: str | None = None
    timestamp: int | None = None
    signed_query: Mapping[str, list[str]] = field(default_factory=dict, repr=False)
    unsigned_payload: Mapping[str, Any] = field(default_factory=dict, repr=False)
    unread: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """Return the event that a webhook reports."""
        return cls(
            name=webhook.event,
            id=webhook.webhook_id,
            timestamp=webhook.timestamp,
            signed_query=webhook.signed_query,
            unsigned_payload=webhook.payload,
            unread=webhook.unread,
        )
