"""One message of FailedJiraCalls, as far as it can be read.

There are four ways into that queue: the worker puts a message there with its reason, the redrive policy of
JiraCalls moves one there as it is, Lambda puts its record there of an event that a function failed on, and
the bus and the schedule put an event there, as it is, that they could not deliver to the function.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from connect_jira.events.messages import KINDS, STORED
from connect_jira.json_objects import object_in
from connect_jira.worker.sqs_record import CARRIED, REDRIVEN

_OF_OLDER_CODE = {"TriesBefore", "DisabledSince"}
_OURS = CARRIED - {REDRIVEN} | {"Reason", "Explanation", "Tries", "FailedAt"} | _OF_OLDER_CODE

EFFECT_UNKNOWN = "effect-unknown"

_KINDS = {*KINDS, STORED}

TOO_MANY_DELIVERIES = "too-many-deliveries"
REQUEST_FAILED = "request-failed"
NOT_DELIVERED = "not-delivered"
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedMessage:
    """A message.

    Attributes:
        id: SQS's own
        receipt_handle: from when it was last received
        text: the body, as it is
        fields: of the body; empty if it is no JSON object
        attributes: its message attributes
        sent_at: time it entered this queue, or JiraCalls if it was moved from there; Unix seconds
    """

    id: str
    receipt_handle: str
    text: str
    fields: Mapping[str, Any]
    attributes: Mapping[str, Mapping[str, Any]]
    sent_at: float

    @classmethod
    def from_sqs(cls, message: Mapping[str, Any]) -> Self:
        """Read a message as SQS hands it over."""
        return cls(
            id=message["MessageId"],
            receipt_handle=message["ReceiptHandle"],
            text=message["Body"],
            fields=object_in(message["Body"]),
            attributes=message.get("MessageAttributes", {}),
            sent_at=int(message["Attributes"]["SentTimestamp"]) / 1000,
        )

    @property
    def is_record(self) -> bool:
        """True if it is Lambda's record of an event that a function has failed on."""
        return "requestContext" in self.fields and "requestPayload" in self.fields

    @property
    def is_undelivered(self) -> bool:
        """True if it is an event that never reached a function.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
        """
        return {"source", "detail-type", "detail"} <= self.fields.keys() or "everySite" in self.fields

    @property
    def event(self) -> Mapping[str, Any]:
        """The event that a function has failed on, or was not given."""
        return _mapping(self.fields.get("requestPayload")) if self.is_record else self.fields

    @property
    def kind(self) -> str:
        """One of `_KINDS`, `request` for a record of Lambda's; else `unknown`."""
        if self.is_record or self.is_undelivered:
            return "request"
        kind = _text(self.fields.get("kind"))
        return kind if kind in _KINDS and self.client_key else "unknown"

    @property
    def client_key(self) -> str:
        """The site; empty when it says none."""
        return _text(self._work.get("clientKey"))

    @property
    def subject(self) -> str:
        """The work: the event's name, the work's name, or method and path without the query."""
        if self.kind == "webhook":
            return _text(self.fields.get("event"))
        if self.kind == "reaction":
            event = _text(_mapping(self.fields.get("webhook")).get("event"))
            return f"{event}: {_text(self.fields.get('function'))}"
        if self.kind == "work":
            return _text(self.fields.get("name"))
        if self.kind == "held-event":
            return _text(_mapping(self.fields.get("payload")).get("eventType"))
        work = _mapping(self._work.get("everySite")) or self._work
        path = _text(work.get("path")).partition("?")[0]
        return f"{_text(work.get('method')) or 'GET'} {path}" if path else ""

    @property
    def reason(self) -> str:
        """The reason: the worker's slug, or another way that it got here."""
        if self.is_record:
            return REQUEST_FAILED
        if self.is_undelivered:
            return NOT_DELIVERED
        return self._attribute("Reason") or (UNREADABLE if self.kind == "unknown" else TOO_MANY_DELIVERIES)

    @property
    def explanation(self) -> str:
        """The explanation; empty if there is none."""
        if self.is_record:
            error = _mapping(self.fields.get("responsePayload"))
            return ": ".join(filter(None, (_text(error.get("errorType")), _text(error.get("errorMessage")))))
        if self.is_undelivered:
            return ": ".join(filter(None, map(self._attribute, ("ERROR_CODE", "ERROR_MESSAGE"))))
        return self._attribute("Explanation")

    @property
    def tries(self) -> int | None:
        """Number of attempts, if known."""
        if self.is_record:
            count = _mapping(self.fields["requestContext"]).get("approximateInvokeCount")
            return count if isinstance(count, int) else None
        count = self._attribute("Tries")
        return int(count) if count.isdecimal() else None

    @property
    def failed_at(self) -> float:
        """Time of the failure, if known; Unix seconds."""
        try:
            return datetime.fromisoformat(self._attribute("FailedAt")).timestamp()
        except ValueError:
            return self.sent_at

    def redriven_attributes(self, *, again: bool) -> dict[str, Mapping[str, Any]]:
        """Those that it goes back with: not those that it got by failing, or by being sent again before.

        A message that the worker has judged begins anew, with a record of its own in the idempotency store.
        Of one that it never judged the record says whether it has begun, and may begin again.

        Args:
            again: True if it begins anew in any case
        """
        kept = {name: value for name, value in self.attributes.items() if name not in _OURS}
        begins_anew = again or self._attribute("Reason")
        return {**kept, REDRIVEN: {"DataType": "String", "StringValue": self.id}} if begins_anew else kept

    @property
    def _work(self) -> Mapping[str, Any]:
        if self.is_record or self.is_undelivered:
            return _mapping(self.event.get("detail")) or self.event
        return self.fields

    def _attribute(self, name: str) -> str:
        return _text(self.attributes.get(name, {}).get("StringValue"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
