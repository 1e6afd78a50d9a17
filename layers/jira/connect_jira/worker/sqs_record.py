"""Messages of the queue, as Lambda delivers them.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from connect_jira.errors import MessageUnreadable

_FIRST_MESSAGE_ID, _FIRST_SENT_AT, _NOT_BEFORE = "FirstMessageId", "FirstSentAt", "NotBefore"
_ABANDONED, _HELD_SINCE = "AbandonedRecords", "HeldSince"
REDRIVEN = "Redriven"
"""Message attribute with the id of the dead letter that was redriven: its work has another record."""

CARRIED = frozenset((_FIRST_MESSAGE_ID, _FIRST_SENT_AT, _NOT_BEFORE, _ABANDONED, _HELD_SINCE, REDRIVEN))
"""Message attributes that a message carries when it is sent again."""


_MOST_ABANDONED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SqsRecord:
    """A delivered message.

    Attributes:
        message_id: SQS's, by which a batch failure is reported to Lambda
        text: the message
        receipt_handle: SQS's, of this delivery
        first_message_id: SQS's id of the message when it was first sent
        sent_at: time of that, in Unix seconds
        not_before: end of its delay, in Unix seconds; 0 if there is none
        held_since: time since it waits for its disabled or paused site, in Unix seconds; 0 if it does not
        abandoned: owners of its record in the idempotency store that may exist although the work did not
            begin, or may begin again
        redriven: the id of the dead letter that it was; empty if it was none
    """

    message_id: str
    text: str = field(repr=False)
    receipt_handle: str = field(repr=False)
    first_message_id: str
    sent_at: float
    not_before: float = 0.0
    held_since: float = 0.0
    abandoned: tuple[str, ...] = ()
    redriven: str = ""

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Parse a record of Lambda's event.

        Raises:
            MessageUnreadable: it is not as Lambda or `carried` makes it
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
                held_since=_seconds(carried.get(_HELD_SINCE, 0)),
                abandoned=tuple(carried.get(_ABANDONED, "").split()),
                redriven=carried.get(REDRIVEN, ""),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as malformed:
            raise MessageUnreadable(f"what the message carries cannot be read: {malformed!r}") from malformed

    @classmethod
    def unread(cls, record: Mapping[str, Any]) -> Self:
        """Return the delivery of a record that `from_record` cannot parse."""
        return cls(
            message_id=record["messageId"],
            text=record["body"],
            receipt_handle=record["receiptHandle"],
            first_message_id=record["messageId"],
            sent_at=0.0,
        )

    def abandoning(self, owner: str) -> Self:
        """Return it with one more owner of a record that may exist."""
        return replace(self, abandoned=(*self.abandoned, owner)[-_MOST_ABANDONED:])

    def carried(self, *, not_before: float) -> dict[str, dict[str, str]]:
        """Return the message attributes for sending it again, as SQS takes them.

        Args:
            not_before: end of its delay, in Unix seconds; 0 if SQS delays it
        """
        numbers = {
            _FIRST_SENT_AT: round(self.sent_at, 3),
            _NOT_BEFORE: round(not_before, 3),
            _HELD_SINCE: round(self.held_since, 3),
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
