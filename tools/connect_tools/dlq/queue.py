"""The queue of failed messages: looked at without losing any, and put back where they came from.

IAM: `sqs:ReceiveMessage`, `sqs:ChangeMessageVisibility` and `sqs:DeleteMessage` on FailedJiraCalls; to put
back `sqs:SendMessage` on JiraCalls, `events:PutEvents` on the bus and `lambda:InvokeFunction` on
CallRequestsFunction; `s3:GetObject` on LargeMessages to show what is kept there, and `s3:PutObject` to put it
back.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import batched

from botocore.exceptions import BotoCoreError, ClientError

from connect_cli.errors import CommandError
from connect_jira.events.messages import STORED
from connect_jira.worker.large_messages import new_key
from connect_tools.call.calls import put_event
from connect_tools.dlq.message import EFFECT_UNKNOWN, FailedMessage
from connect_tools.target_stack import ALIAS, Stack, aws_errors

_SQS_MAX_BATCH = 10
_LONG_POLL_SECONDS = 1
_HIDDEN_SECONDS = 60
"""Visibility time-out, after which a message returns if this process dies."""


class FailedCalls:
    """The messages of a stack's FailedJiraCalls."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._sqs = stack.client("sqs")
        self._url = stack.resource("FailedJiraCalls")
        self._deleted: set[str] = set()

    @contextmanager
    def held(self) -> Iterator[list[FailedMessage]]:
        """All messages, the oldest first; others see those that are left again at the end.

        Raises:
            CommandError: AWS does not hand them out
        """
        held: dict[str, FailedMessage] = {}
        try:
            with aws_errors():
                while self._receive(held):
                    pass
            yield sorted(held.values(), key=lambda message: message.failed_at)
        finally:
            self._give_back([message for name, message in held.items() if name not in self._deleted])

    def stored(self, message: FailedMessage) -> str:
        """Return the content that a message refers to in the bucket of large messages.

        Raises:
            CommandError: it is not there
        """
        bucket, key = self._stack.resource("LargeMessages"), str(message.fields.get("key"))
        with aws_errors():
            answer = self._stack.client("s3").get_object(Bucket=bucket, Key=key)
            return str(answer["Body"].read().decode(errors="replace"))

    def redrive(self, message: FailedMessage, *, again: bool) -> str:
        """Put a message back to where it came from, and delete it here; say where.

        Args:
            message: to redrive
            again: True if what may have been done is done again

        Raises:
            CommandError: it cannot be put back, and stays
        """
        if message.kind == "unknown":
            raise CommandError("it does not say what to do, or for which site")
        if message.reason == EFFECT_UNKNOWN and not again:
            raise CommandError("it may have been done: look in Jira, and give --again to have it done anew")
        is_event = message.is_record or message.is_undelivered
        target = self._put_back_event(message) if is_event else self._put_back_work(message, again=again)
        self.delete(message)
        return target

    def delete(self, message: FailedMessage) -> None:
        """Delete a message that is held.

        Raises:
            CommandError: AWS refuses
        """
        with aws_errors():
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt_handle)
        self._deleted.add(message.id)

    def _put_back_work(self, message: FailedMessage, *, again: bool) -> str:
        with aws_errors():
            self._sqs.send_message(
                QueueUrl=self._stack.resource("JiraCalls"),
                MessageBody=self._kept_anew(message) if message.kind == STORED else message.text,
                MessageAttributes=message.redriven_attributes(again=again),
                MessageGroupId=message.client_key,
            )
        return "JiraCalls"

    def _kept_anew(self, message: FailedMessage) -> str:
        """The message with its content under another key: the bucket keeps it from now on."""
        bucket, key = self._stack.resource("LargeMessages"), str(message.fields.get("key"))
        kept_as = new_key(message.client_key)
        self._stack.client("s3").copy_object(
            Bucket=bucket, Key=kept_as, CopySource={"Bucket": bucket, "Key": key}
        )
        return json.dumps({**message.fields, "key": kept_as})

    def _put_back_event(self, message: FailedMessage) -> str:
        """An event of the bus is put there; the schedule's goes to the function, as from the schedule."""
        event = message.event
        if {"source", "detail-type", "detail"} <= event.keys():
            put_event(
                self._stack,
                source=event["source"],
                detail_type=event["detail-type"],
                detail=event["detail"],
            )
            return "the bus"
        with aws_errors():
            self._stack.client("lambda").invoke(
                FunctionName=self._stack.resource("CallRequestsFunction"),
                Qualifier=ALIAS,
                InvocationType="Event",
                Payload=json.dumps(event).encode(),
            )
        return "CallRequestsFunction"

    def _receive(self, held: dict[str, FailedMessage]) -> int:
        """Receive some; how many of them are new."""
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=_SQS_MAX_BATCH,
            WaitTimeSeconds=_LONG_POLL_SECONDS,
            VisibilityTimeout=_HIDDEN_SECONDS,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        received = [FailedMessage.from_sqs(message) for message in answer.get("Messages", [])]
        before = len(held)
        held.update((message.id, message) for message in received)
        return len(held) - before

    def _give_back(self, messages: Sequence[FailedMessage]) -> None:
        for some in batched(messages, _SQS_MAX_BATCH, strict=False):
            entries = [
                {"Id": str(number), "ReceiptHandle": message.receipt_handle, "VisibilityTimeout": 0}
                for number, message in enumerate(some)
            ]
            with suppress(ClientError, BotoCoreError):  # then they are back when they are no longer hidden
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
