"""The queue between what happened and the calls to Jira that follow from it."""

import json

from connect_jira.aws.service import AwsService
from connect_jira.errors import MessageUnreadable
from connect_jira.large_messages import LargeMessages
from connect_jira.messages import Message, read_text, text_of, to_text

MAX_MESSAGE_BYTES = 1024 * 1024 - 16 * 1024
"""What SQS takes, less some room for the reason should its work fail.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
"""

_STORED = "stored"


class JiraCallsQueue:
    """Takes work for the workers.

    Messages of one site are one group, so that on this fair queue a site with much to do does not keep the
    others waiting.

    IAM: `sqs:SendMessage` to send and `sqs:ChangeMessageVisibility` to postpone, on the queue; and what
    `connect_jira.large_messages` needs.

    Args:
        sqs: the service
        url: the queue's URL
        large: where messages go that are too large for it
    """

    def __init__(self, sqs: AwsService, *, url: str, large: LargeMessages) -> None:
        self._sqs = sqs
        self._url = url
        self._large = large

    def send(self, message: Message) -> None:
        """Put work on the queue.

        Raises:
            TemporarilyUnavailable: SQS, or S3 for a large message, gave no answer
        """
        text = to_text(message)
        if len(text.encode()) > MAX_MESSAGE_BYTES:
            text = text_of({"kind": _STORED, "clientKey": message.client_key, "key": self._large.keep(text)})
        self._sqs.call("SendMessage", QueueUrl=self._url, MessageBody=text, MessageGroupId=message.client_key)

    def read(self, text: str) -> Message:
        """The work that a received message tells of.

        Raises:
            MessageUnreadable: it is none of `send`, or what it refers to is gone
            TemporarilyUnavailable: S3 gave no answer
        """
        try:
            fields = json.loads(text)
        except ValueError as malformed:
            raise MessageUnreadable("the message is not JSON") from malformed
        if isinstance(fields, dict) and fields.get("kind") == _STORED:
            text = self._large.fetch(str(fields.get("key")))
        return read_text(text)

    def postpone(self, receipt_handle: str, *, seconds: int) -> None:
        """Let a message that was received be handed over again, no sooner than in so many seconds.

        Raises:
            TemporarilyUnavailable: SQS gave no answer; the message comes again after the queue's own timeout
        """
        self._sqs.call(
            "ChangeMessageVisibility",
            QueueUrl=self._url,
            ReceiptHandle=receipt_handle,
            VisibilityTimeout=seconds,
        )
