"""Work that has failed for good: kept, with the reason, for somebody to look at."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connect_jira.aws import aws_errors
from connect_jwt.identity import ClientKey

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

_NOT_IN_AN_ATTRIBUTE = re.compile("[^\\t\\n\\r -\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


class FailedJiraCalls:
    """The queue of messages whose work has failed for good; they wait for somebody to look at them.

    IAM: `sqs:SendMessage`, on the queue.

    Args:
        sqs: the client
        url: the queue's URL
    """

    def __init__(self, sqs: "SQSClient", *, url: str) -> None:
        self._sqs = sqs
        self._url = url

    def add(
        self, text: str, *, client_key: ClientKey | None, reason: str, explanation: str, deliveries: int
    ) -> None:
        """Set a message aside, with the reason.

        Args:
            text: the message as it was received
            client_key: the site, as far as that is known
            reason: a stable slug
            explanation: a sentence
            deliveries: how often the message was handed over

        Raises:
            TemporarilyUnavailable: SQS gave no answer
        """
        group = {"MessageGroupId": client_key} if client_key else {}
        with aws_errors("sqs:SendMessage"):
            self._sqs.send_message(
                QueueUrl=self._url,
                MessageBody=text,
                MessageAttributes={
                    "Reason": _text(reason),
                    "Explanation": _text(explanation[:1000]),
                    "Deliveries": {"DataType": "Number", "StringValue": str(deliveries)},
                    "FailedAt": _text(datetime.now(UTC).isoformat(timespec="seconds")),
                },
                **group,  # type: ignore[arg-type]  # there is no value for "none"
            )


def _text(value: str) -> "MessageAttributeValueTypeDef":
    sendable = _NOT_IN_AN_ATTRIBUTE.sub("\N{REPLACEMENT CHARACTER}", value)
    return {"DataType": "String", "StringValue": sendable}
