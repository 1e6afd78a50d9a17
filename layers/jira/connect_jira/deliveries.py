"""Messages of the queue, as Lambda hands them over.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message that was handed over.

    Attributes:
        message_id: SQS's, by which Lambda is told what is not done
        text: the message
        receipt_handle: what SQS wants to hear of this delivery
        count: how often the message was handed over, this time included
        sent_at: when it was sent, in Unix seconds
    """

    message_id: str
    text: str = field(repr=False)
    receipt_handle: str = field(repr=False)
    count: int
    sent_at: float

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """A record of Lambda's event."""
        attributes = record["attributes"]
        return cls(
            message_id=record["messageId"],
            text=record["body"],
            receipt_handle=record["receiptHandle"],
            count=int(attributes["ApproximateReceiveCount"]),
            sent_at=int(attributes["SentTimestamp"]) / 1000,
        )
