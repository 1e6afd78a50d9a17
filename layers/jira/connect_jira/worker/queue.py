"""The queue of calls to Jira: events, requests and background work."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from aws_lambda_powertools import Logger

from connect_jira.aws.service import Aws, AwsService
from connect_jira.errors import TemporarilyUnavailable
from connect_jira.events.messages import STORED, Message, read_text, text_of, to_text
from connect_jira.json_objects import object_in
from connect_jira.worker.large_messages import LargeMessages
from connect_jira.worker.sqs_record import SqsRecord

MAX_MESSAGE_BYTES = 1024 * 1024 - 16 * 1024
"""SQS's limit, less some room for the attributes of a message that fails or is sent again.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
"""

LONGEST_HIDDEN_SECONDS = 60
"""Maximum time that a message is hidden; for longer delays it is sent again.

A hidden message is in flight, and SQS allows 120,000 of those, for all sites together. A worker tries at most
20 a second (Jira takes 50 ms to refuse a call), so a hundred workers hide no more than that in a minute.
"""

LONGEST_DELAY_SECONDS = 900
"""Maximum of SQS's `DelaySeconds`."""

MAX_BATCH = 10
"""Maximum number of messages per request to SQS, with `MAX_MESSAGE_BYTES` for all of them."""

logger = Logger(child=True)


class JiraCallsQueue:
    """Enqueues work for the workers.

    The messages of one site are one message group of a fair queue, so that a site with much to do does not
    delay the others.

    IAM: `sqs:SendMessage` to send, that and `sqs:ChangeMessageVisibility` to postpone, on the queue; and
    that of `connect_jira.worker.large_messages`.

    Args:
        sqs: the service
        url: the queue's URL
        large: stores messages that are too large for it
        clock: Unix seconds
    """

    def __init__(
        self, sqs: AwsService, *, url: str, large: LargeMessages, clock: Callable[[], float] = time.time
    ) -> None:
        self._sqs = sqs
        self._url = url
        self._large = large
        self._clock = clock

    @classmethod
    def from_env(cls, env: Mapping[str, str], aws: Aws, *, continues_chain: bool = True) -> Self:
        """Return the queue that `JIRA_CALLS_QUEUE_URL` names, with `LARGE_MESSAGES_BUCKET`.

        Args:
            env: environment variables
            aws: makes the services
            continues_chain: as for `Aws.service`; False for the worker, whose messages return to itself
        """
        sqs = aws.service("sqs", continues_chain=continues_chain)
        large = LargeMessages(env["LARGE_MESSAGES_BUCKET"])
        return cls(sqs, url=env["JIRA_CALLS_QUEUE_URL"], large=large)

    def send(self, message: Message, *, delay: int = 0) -> None:
        """Send a message.

        Args:
            message: the message
            delay: before it is delivered, in seconds, at most `LONGEST_DELAY_SECONDS`

        Raises:
            TemporarilyUnavailable: SQS, or S3 for a large message, did not answer
        """
        self._sqs.call("SendMessage", QueueUrl=self._url, **self._fitted_in_group(message), **_delayed(delay))

    def send_all(
        self, messages: Sequence[Message], *, delay: Callable[[Message], int] = lambda _message: 0
    ) -> None:
        """Send up to `MAX_BATCH` messages; if it fails, some of them may have been sent.

        Args:
            messages: the messages
            delay: returns the delay of a message, as for `send`

        Raises:
            TemporarilyUnavailable: SQS, or S3 for a large message, did not answer
        """
        fitted = [{**self._fitted_in_group(message), **_delayed(delay(message))} for message in messages]
        if sum(len(str(one["MessageBody"]).encode()) for one in fitted) > MAX_MESSAGE_BYTES:
            for one in fitted:
                self._sqs.call("SendMessage", QueueUrl=self._url, **one)
            return
        entries = [{"Id": str(number), **one} for number, one in enumerate(fitted)]
        answer = self._sqs.call("SendMessageBatch", QueueUrl=self._url, Entries=entries)
        if len(answer.get("Successful", [])) != len(entries):
            raise TemporarilyUnavailable("sqs:SendMessageBatch failed for some of the messages")

    def fitted(self, message: Message) -> str:
        """Serialise a message for SQS; a large one is stored, and referred to.

        Raises:
            TemporarilyUnavailable: S3 did not answer
        """
        text = to_text(message)
        if len(text.encode()) <= MAX_MESSAGE_BYTES:
            return text
        key = self._large.keep(text, client_key=message.client_key)
        return text_of({"kind": STORED, "clientKey": message.client_key, "key": key})

    def read(self, text: str) -> Message:
        """Parse a received message.

        Raises:
            MessageUnreadable: this app did not send it, or its content is gone
            TemporarilyUnavailable: S3 did not answer
        """
        return read_text(text, fetch=self._large.fetch)

    def postpone(self, delivery: SqsRecord, *, seconds: int, tried: bool) -> bool:
        """Schedule another delivery of a received message, after a minimum delay.

        A message that was attempted and has a short delay is hidden. Any other is sent again, and this
        delivery is then to be reported as done: a delayed message is not in flight, and its receive count
        starts anew. If the process dies in between, the message exists twice.

        Args:
            delivery: of the message
            seconds: the delay
            tried: True if its work was attempted

        Returns:
            True if it was sent again.

        Raises:
            TemporarilyUnavailable: SQS did not answer; the message returns after the queue's visibility
                timeout
        """
        if not tried or seconds > LONGEST_HIDDEN_SECONDS:
            try:
                self._send_again(delivery, seconds)
            except TemporarilyUnavailable:
                logger.warning("Message hidden, since sending it again failed", exc_info=True)
            else:
                return True
        self._sqs.call(
            "ChangeMessageVisibility",
            QueueUrl=self._url,
            ReceiptHandle=delivery.receipt_handle,
            VisibilityTimeout=seconds,
        )
        return False

    def _fitted_in_group(self, message: Message) -> dict[str, str]:
        return {"MessageBody": self.fitted(message), "MessageGroupId": message.client_key}

    def _send_again(self, delivery: SqsRecord, seconds: int) -> None:
        """Send it again with as much of the delay as SQS allows; the message carries the rest."""
        client_key = object_in(delivery.text).get("clientKey")
        in_steps = seconds > LONGEST_DELAY_SECONDS
        self._sqs.call(
            "SendMessage",
            QueueUrl=self._url,
            MessageBody=delivery.text,
            DelaySeconds=min(seconds, LONGEST_DELAY_SECONDS),
            MessageAttributes=delivery.carried(not_before=self._clock() + seconds if in_steps else 0.0),
            **({"MessageGroupId": client_key} if client_key else {}),
        )


def _delayed(seconds: int) -> dict[str, int]:
    return {"DelaySeconds": seconds} if seconds else {}
