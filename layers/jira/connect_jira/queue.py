"""The queue between what happened and the calls to Jira that follow from it."""

from typing import TYPE_CHECKING

from connect_jira.aws import aws_errors
from connect_jira.errors import PayloadTooLarge
from connect_jira.webhooks import Webhook

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MAX_MESSAGE_BYTES = 1024 * 1024
"""What SQS takes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"""


class JiraCallsQueue:
    """Takes work for the workers, and takes back what could not be done.

    Messages of one site are one group, so that on this fair queue a site with much to do does not keep the
    others waiting.

    IAM: `sqs:SendMessage` to send and `sqs:ChangeMessageVisibility` to postpone, on the queue.

    Args:
        sqs: the client
        url: the queue's URL
    """

    def __init__(self, sqs: "SQSClient", *, url: str) -> None:
        self._sqs = sqs
        self._url = url

    def send(self, webhook: Webhook) -> None:
        """Put a webhook on the queue.

        Raises:
            PayloadTooLarge: it does not fit into a message
            TemporarilyUnavailable: SQS gave no answer
        """
        message = webhook.to_message()
        size = len(message.encode(errors="replace"))
        if size > MAX_MESSAGE_BYTES:
            raise PayloadTooLarge(f"a message of {size} bytes, of {MAX_MESSAGE_BYTES}")
        with aws_errors("sqs:SendMessage"):
            self._sqs.send_message(QueueUrl=self._url, MessageBody=message, MessageGroupId=webhook.client_key)

    def postpone(self, receipt_handle: str, *, seconds: int) -> None:
        """Let a message that was received be handed over again, no sooner than in so many seconds.

        Raises:
            TemporarilyUnavailable: SQS gave no answer; the message comes again after the queue's own timeout
        """
        with aws_errors("sqs:ChangeMessageVisibility"):
            self._sqs.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )
