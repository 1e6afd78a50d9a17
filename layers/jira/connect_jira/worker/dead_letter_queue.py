"""Work that has failed for good: kept, with the reason, for somebody to look at."""

import re
from datetime import UTC, datetime

from connect_jira.aws.service import AwsService
from connect_jwt.identity import ClientKey

_NOT_IN_AN_ATTRIBUTE = "[^\\t\\n\\r -\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]"
"""Compiled when first used: that takes longer than it takes to load all the rest of this module."""


class FailedJiraCalls:
    """The queue of messages whose work has failed for good; they wait for somebody to look at them.

    IAM: `sqs:SendMessage`, on the queue.

    Args:
        sqs: the service
        url: the queue's URL
    """

    def __init__(self, sqs: AwsService, *, url: str) -> None:
        self._sqs = sqs
        self._url = url

    def add(
        self, text: str, *, client_key: ClientKey | None, reason: str, explanation: str, tries: int
    ) -> None:
        """Set a message aside, with the reason.

        Args:
            text: the message as it was received
            client_key: the site, as far as that is known
            reason: a stable slug
            explanation: a sentence
            tries: how often its work was tried

        Raises:
            TemporarilyUnavailable: SQS gave no answer
        """
        group = {"MessageGroupId": client_key} if client_key else {}
        self._sqs.call(
            "SendMessage",
            QueueUrl=self._url,
            MessageBody=text,
            MessageAttributes={
                "Reason": _text(reason),
                "Explanation": _text(explanation[:1000]),
                "Tries": {"DataType": "Number", "StringValue": str(tries)},
                "FailedAt": _text(datetime.now(UTC).isoformat(timespec="seconds")),
            },
            **group,
        )


def _text(value: str) -> dict[str, str]:
    sendable = re.sub(_NOT_IN_AN_ATTRIBUTE, "\N{REPLACEMENT CHARACTER}", value)
    return {"DataType": "String", "StringValue": sendable}
