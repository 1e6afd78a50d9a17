"""Messages of the queue, as Lambda hands them over.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from connect_jira.errors import MessageUnreadable

_FIRST_MESSAGE_ID, _FIRST_SENT_AT, _NOT_BEFORE = "FirstMessageId", "FirstSentAt", "NotBefore"
_ABANDONED, _DISABLED_SINCE = "AbandonedRecords", "DisabledSince"
REDRIVEN = "Redriven"
"""The message attribute with the id of the dead letter that a message was: its work has another record."""

CARRIED = frozenset((_FIRST_MESSAGE_ID, _FIRST_SENT_AT, _NOT_BEFORE, _ABANDONED, _DISABLED_SINCE, REDRIVEN))
"""The message attributes by which a message that is sent again says what was before."""


_MOST_ABANDONED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message that was handed over.

    Attributes:
        message_id: SQS's, by which Lambda is told what is not done
        text: the message
        receipt_handle: what SQS wants to hear of this delivery
        first_message_id: SQS's id of the message when it was first sent
        sent_at: when that was, in Unix seconds
        not_before: until when it is to stay away, in Unix seconds; 0 when it need not
        disabled_since: since when it waits for its site to enable the app, in Unix seconds; 0 if it does not
        abandoned: owners of its record in the idempotency store that may be there, though the work has not
            begun, or may begin again
        redriven: the id of the dead letter that it was; empty when it was none
    """

    message_id: str
    text: str = field(repr=False)
    receipt_handle: str = field(repr=False)
    first_message_id: str
    sent_at: float
    not_before: float = 0.0
    disabled_since: float = 0.0
    abandoned: tuple[str, ...] = ()
    redriven: str = ""

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """A record of Lambda's event.

        Raises:
            MessageUnreadable: it is not as Lambda makes it, or as `carried` is
        """
        try:
            carried = {
                name: attribute["stringValue"]
                for name, attribute in record["messageAttributes"].items()
                if name in CARRIED
            }
            sent_at = int(record["attributes"]["SentTimestamp"]) / 1000
            return cls(
                message_id=record["messageId"],
                text=record["body"],
                receipt_handle=record["receiptHandle"],
                first_message_id=carried.get(_FIRST_MESSAGE_ID, record["messageId"]),
                sent_at=_seconds(carried.get(_FIRST_SENT_AT, sent_at)),
                not_before=_seconds(carried.get(_NOT_BEFORE, 0)),
                disabled_since=_seconds(carried.get(_DISABLED_SINCE, 0)),
                abandoned=tuple(carried.get(_ABANDONED, "").split()),
                redriven=carried.get(REDRIVEN, ""),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as malformed:
            raise MessageUnreadable(f"what the message carries cannot be read: {malformed!r}") from malformed

    @classmethod
    def unread(cls, record: Mapping[str, Any]) -> Self:
        """What can be said of a record that `from_record` cannot read."""
        return cls(
            message_id=record["messageId"],
            text=record["body"],
            receipt_handle=record["receiptHandle"],
            first_message_id=record["messageId"],
            sent_at=0.0,
        )

    def abandoning(self, owner: str) -> Self:
        """The same, carrying one more owner of a record that may be there."""
        return replace(self, abandoned=(*self.abandoned, owner)[-_MOST_ABANDONED:])

    def carried(self, *, not_before: float) -> dict[str, dict[str, str]]:
        """What the message carries when it is sent again, as SQS takes it.

        Args:
            not_before: until when it is to stay away, in Unix seconds; 0 when SQS sees to that
        """
        numbers = {
            _FIRST_SENT_AT: round(self.sent_at, 3),
            _NOT_BEFORE: round(not_before, 3),
            _DISABLED_SINCE: round(self.disabled_since, 3),
        }
        texts = {
            _FIRST_MESSAGE_ID: self.first_message_id,
            _ABANDONED: " ".join(self.abandoned),
            REDRIVEN: self.redriven,
        }
        return {
            name: {"DataType": "Number" if name in numbers else "String", "StringValue": str(value)}
            for name, value in {**numbers, **texts}.items()
            if value
        }


def _seconds(value: str | float) -> float:
    seconds = float(value)
    if not math.isfinite(seconds):
        raise ValueError("not a moment")
    return seconds
