"""Lambda's event source mapping: receive, invoke, delete.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from connect_local.laptop.invocations import InvocationResult
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.template import REGION, EventSource

_SQS_MAX_BATCH = 10
_LONG_POLL_SECONDS = 1


class Consumer(Protocol):
    """A function that works on the messages of a queue.

    Attributes:
        name: its logical id
    """

    name: str

    def invoke(self, event: bytes) -> InvocationResult:
        """Run the handler."""


class QueuePoller:
    """Feeds one function from one queue.

    Attributes:
        function: the function's logical id

    Args:
        source: the mapping
        function: the function
        cloud: with the queue
        tell: takes the function's name, and what has happened to it
    """

    def __init__(
        self,
        source: EventSource,
        function: Consumer,
        cloud: LaptopCloud,
        *,
        tell: Callable[[str, str], None] = lambda _function, _sentence: None,
    ) -> None:
        self.function = source.function
        self._function = function
        self._tell = tell
        self._failed: dict[str, str] = {}
        self._sqs = cloud.client("sqs")
        self._url = cloud.attribute(source.queue, "Ref")
        self._arn = cloud.attribute(source.queue, "Arn")
        self._batch_size = min(source.batch_size, _SQS_MAX_BATCH)
        self._workers = ThreadPoolExecutor(max_workers=source.maximum_concurrency)
        self._slots = threading.Semaphore(source.maximum_concurrency)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)

    def start(self) -> None:
        """Start polling."""
        self._thread.start()

    def stop(self) -> None:
        """Stop polling; what is being worked on goes on until the function is stopped."""
        self._stopping.set()
        self._thread.join(timeout=_LONG_POLL_SECONDS + 2)

    def finish(self) -> None:
        """Wait until what was being worked on is done, and deleted."""
        self._workers.shutdown()

    def hand_out_failed(self) -> None:
        """Let the messages that the function has failed on come again at once, if they are still hidden."""
        failed, self._failed = self._failed, {}
        for receipt in failed.values():
            with suppress(ClientError, BotoCoreError):  # it has come again already
                self._sqs.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=0
                )

    def take_once(self) -> int:
        """Let the function work on what there is now, in this thread; the number of messages."""
        messages = self._receive(wait_seconds=0)
        if messages:
            self._slots.acquire()
            self._work(messages)
        return len(messages)

    def _poll(self) -> None:
        while not self._stopping.is_set():
            if not self._slots.acquire(timeout=0.2):
                continue
            try:
                messages = self._receive(wait_seconds=_LONG_POLL_SECONDS)
            except (ClientError, BotoCoreError):
                messages = []
                self._stopping.wait(1)
            if messages and not self._stopping.is_set():
                self._workers.submit(self._work, messages)
            else:
                self._slots.release()

    def _receive(self, *, wait_seconds: int) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=self._batch_size,
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _work(self, messages: list[dict[str, Any]]) -> None:
        try:
            event = {"Records": [self._record(message) for message in messages]}
            result = self._function.invoke(json.dumps(event).encode())
            if result.trouble and not self._stopping.is_set():
                self._tell(self._function.name, f"{result.trouble}. {self._what_becomes_of(messages)}")
            failed = _failed_messages(result, messages)
            for message in messages:
                if message["MessageId"] in failed:
                    self._failed[message["MessageId"]] = message["ReceiptHandle"]
                else:
                    self._failed.pop(message["MessageId"], None)
                    self._delete(message)
        finally:
            self._slots.release()

    def _what_becomes_of(self, messages: list[dict[str, Any]]) -> str:
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["VisibilityTimeout"])
        seconds = attributes["Attributes"]["VisibilityTimeout"]
        what = ", ".join(map(_name_of, messages))
        comes = "comes" if len(messages) == 1 else "come"
        return f"Nothing is lost: {what} {comes} again in {seconds} s, or when you save a change"

    def _delete(self, message: dict[str, Any]) -> None:
        while True:
            try:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            except (ClientError, BotoCoreError):  # SQS is out of order: what is done must not come again
                if self._stopping.wait(1):
                    return
            else:
                return

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {
                name: {_lower_first(key): value for key, value in attribute.items()}
                for name, attribute in message.get("MessageAttributes", {}).items()
            },
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._arn,
            "awsRegion": REGION,
        }


def _name_of(message: dict[str, Any]) -> str:
    """A message as somebody knows it: by the event, the work or the call that it asks for."""
    try:
        body = json.loads(message["Body"])
    except ValueError:
        body = None
    names = (
        [body.get(member) for member in ("event", "name", "path", "kind")] if isinstance(body, dict) else []
    )
    return next((name for name in names if isinstance(name, str)), f"message {message['MessageId']}")


def _lower_first(name: str) -> str:
    return name[0].lower() + name[1:]


def _failed_messages(result: InvocationResult, messages: list[dict[str, Any]]) -> set[str]:
    every = {message["MessageId"] for message in messages}
    if result.failed:
        return every
    answer = json.loads(result.payload) or {}
    failed = {failure.get("itemIdentifier") for failure in answer.get("batchItemFailures", [])}
    if not failed <= every:  # Lambda takes an identifier that it did not hand out for a failure of all
        return every
    return failed
