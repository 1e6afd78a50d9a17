"""The queue between what happened and the calls to Jira that follow from it."""

import time
from collections.abc import Callable, Sequence

from aws_lambda_powertools import Logger

from connect_jira.aws.service import AwsService
from connect_jira.errors import TemporarilyUnavailable
from connect_jira.events.messages import Message, read_text, text_of, to_text
from connect_jira.json_objects import object_in
from connect_jira.worker.large_messages import LargeMessages
from connect_jira.worker.sqs_record import Delivery

MAX_MESSAGE_BYTES = 1024 * 1024 - 16 * 1024
"""What SQS takes, less some room for what is said of a message that fails, or is sent again.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
"""

LONGEST_HIDDEN_SECONDS = 60
"""How long a message is hidden at most; what stays away for longer is sent again.

A hidden message is in flight, and SQS lets 120,000 be, of all sites together. A worker tries 20 a second at
the most (Jira takes 50 ms to refuse a call), so a hundred workers hide no more than that in a minute.
"""

LONGEST_DELAY_SECONDS = 900
"""What SQS takes for `DelaySeconds`."""

MAX_BATCH = 10
"""How many messages SQS takes at once, of no more than `MAX_MESSAGE_BYTES` together."""

STORED = "stored"

logger = Logger(child=True)


class JiraCallsQueue:
    """Takes work for the workers.

    Messages of one site are one group, so that on this fair queue a site with much to do does not keep the
    others waiting.

    IAM: `sqs:SendMessage` to send, that and `sqs:ChangeMessageVisibility` to postpone, on the queue; and
    what `connect_jira.worker.large_messages` needs.

    Args:
        sqs: the service
        url: the queue's URL
        large: where messages go that are too large for it
        clock: Unix seconds
    """

    def __init__(
        self, sqs: AwsService, *, url: str, large: LargeMessages, clock: Callable[[], float] = time.time
    ) -> None:
        self._sqs = sqs
        self._url = url
        self._large = large
        self._clock = clock

    def send(self, message: Message) -> None:
        """Put work on the queue.

        Raises:
            TemporarilyUnavailable: SQS, or S3 for a large message, gave no answer
        """
        self._sqs.call("SendMessage", QueueUrl=self._url, **self._fitted_in_group(message))

    def send_all(self, messages: Sequence[Message]) -> None:
        """Put some work on the queue, at most `MAX_BATCH`; should it fail, some of it may be there.

        Raises:
            TemporarilyUnavailable: SQS, or S3 for a large message, gave no answer
        """
        fitted = [self._fitted_in_group(message) for message in messages]
        if sum(len(one["MessageBody"].encode()) for one in fitted) > MAX_MESSAGE_BYTES:
            for one in fitted:
                self._sqs.call("SendMessage", QueueUrl=self._url, **one)
            return
        entries = [{"Id": str(number), **one} for number, one in enumerate(fitted)]
        answer = self._sqs.call("SendMessageBatch", QueueUrl=self._url, Entries=entries)
        if len(answer.get("Successful", [])) != len(entries):
            raise TemporarilyUnavailable("sqs:SendMessageBatch failed for some of the messages")

    def fitted(self, message: Message) -> str:
        """Work as SQS takes it; what is too large is kept elsewhere and referred to.

        Raises:
            TemporarilyUnavailable: S3 gave no answer
        """
        text = to_text(message)
        if len(text.encode()) <= MAX_MESSAGE_BYTES:
            return text
        return text_of({"kind": STORED, "clientKey": message.client_key, "key": self._large.keep(text)})

    def read(self, text: str) -> Message:
        """The work that a received message tells of.

        Raises:
            MessageUnreadable: it is none of `send`, or what it refers to is gone
            TemporarilyUnavailable: S3 gave no answer
        """
        fields = object_in(text)
        if fields.get("kind") == STORED:
            text = self._large.fetch(str(fields.get("key")))
        return read_text(text)

    def postpone(self, delivery: Delivery, *, seconds: int, tried: bool) -> bool:
        """Let a message that was received be handed over again, no sooner than in so many seconds.

        It is hidden if it was tried and is soon to be back. Else it is sent again, and the delivery is then
        to be reported as done: a message that waits is not in flight, and how often it was handed over is
        counted anew. Should the process end in between, there are two of it.

        Args:
            delivery: of the message
            seconds: how long it stays away
            tried: whether its work was

        Returns:
            Whether it was sent again.

        Raises:
            TemporarilyUnavailable: SQS gave no answer; the message comes again after the queue's own timeout
        """
        if not tried or seconds > LONGEST_HIDDEN_SECONDS:
            try:
                self._send_again(delivery, seconds)
            except TemporarilyUnavailable:
                logger.warning("The message is hidden, since it cannot be sent again", exc_info=True)
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

    def _send_again(self, delivery: Delivery, seconds: int) -> None:
        """Send it with as much of the delay as SQS takes; it says itself what is left of it."""
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
