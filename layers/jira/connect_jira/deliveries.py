"""Messages of the queue, as Lambda hands them over.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

_FIRST_SENT_AT, _NOT_BEFORE, _TRIES_BEFORE = "FirstSentAt", "NotBefore", "TriesBefore"
CARRIED = frozenset((_FIRST_SENT_AT, _NOT_BEFORE, _TRIES_BEFORE))
"""The message attributes by which a message that is sent again says what was before. All are numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message that was handed over.

    Attributes:
        message_id: SQS's, by which Lambda is told what is not done
        text: the message
        receipt_handle: what SQS wants to hear of this delivery
        tries: how often its work was tried, this time included; also when the worker did not live to begin it
        sent_at: when it was first sent, in Unix seconds
        not_before: until when it is to stay away, in Unix seconds; 0 when it need not
    """

    message_id: str
    text: str = field(repr=False)
    receipt_handle: str = field(repr=False)
    tries: int
    sent_at: float
    not_before: float

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """A record of Lambda's event.

        SQS counts how often it has handed over the message since it was last sent, and each of these was a
        try: a message that was not tried is sent again, if it can be.
        """
        attributes = record["attributes"]
        carried = {
            name: float(attribute["stringValue"])
            for name, attribute in record["messageAttributes"].items()
            if name in CARRIED
        }
        return cls(
            message_id=record["messageId"],
            text=record["body"],
            receipt_handle=record["receiptHandle"],
            tries=int(carried.get(_TRIES_BEFORE, 0)) + int(attributes["ApproximateReceiveCount"]),
            sent_at=carried.get(_FIRST_SENT_AT, int(attributes["SentTimestamp"]) / 1000),
            not_before=carried.get(_NOT_BEFORE, 0.0),
        )

    def carried(self, *, tried: bool, not_before: float | None) -> dict[str, dict[str, str]]:
        """What the message carries when it is sent again, as SQS takes it.

        Args:
            tried: whether this time counts as a try
            not_before: until when it is to stay away, in Unix seconds; None when SQS sees to that
        """
        numbers = {
            _FIRST_SENT_AT: round(self.sent_at, 3),
            _TRIES_BEFORE: self.tries if tried else self.tries - 1,
            _NOT_BEFORE: None if not_before is None else round(not_before, 3),
        }
        return {
            name: {"DataType": "Number", "StringValue": str(number)}
            for name, number in numbers.items()
            if number is not None
        }
