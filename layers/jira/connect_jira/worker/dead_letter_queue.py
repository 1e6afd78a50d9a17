"""Dead-letter queue: messages that failed for good, each with its reason."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self

from connect_jira.aws.service import Aws, AwsService
from connect_jwt.identity import ClientKey

_NOT_IN_AN_ATTRIBUTE = "[^\\t\\n\\r -\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]"
"""Compiled on first use: that takes longer than loading the rest of this module."""


class DeadLetterQueue:
    """The dead-letter queue of calls to Jira; its messages wait for somebody to look at them.

    IAM: `sqs:SendMessage`, on the queue.

    Args:
        sqs: the service
        url: the queue's URL
    """

    def __init__(self, sqs: AwsService, *, url: str) -> None:
        self._sqs = sqs
        self._url = url

    @classmethod
    def from_env(cls, env: Mapping[str, str], aws: Aws) -> Self:
        """Return the queue that `FAILED_JIRA_CALLS_QUEUE_URL` names."""
        return cls(aws.service("sqs"), url=env["FAILED_JIRA_CALLS_QUEUE_URL"])

    def add(
        self, text: str, *, client_key: ClientKey | None, reason: str, explanation: str, tries: int
    ) -> None:
        """Add a message, with the reason.

        Args:
            text: the message as received
            client_key: the site, if known
            reason: a stable slug
            explanation: a sentence
            tries: number of attempts

        Raises:
            TemporarilyUnavailable: SQS did not answer
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
