"""Lambda's event source mapping: receive, invoke, delete.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from connect_local.laptop.environment import InvocationResult
from connect_local.laptop.functions import LaptopFunction
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.template import REGION, EventSource

_SQS_MAX_BATCH = 10
_LONG_POLL_SECONDS = 1


class QueuePoller:
    """Feeds one function from one queue.

    Args:
        source: the mapping
        function: the function
        cloud: with the queue
    """

    def __init__(self, source: EventSource, function: LaptopFunction, cloud: LaptopCloud) -> None:
        self._function = function
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

    def _poll(self) -> None:
        while not self._stopping.is_set():
            if not self._slots.acquire(timeout=0.2):
                continue
            try:
                messages = self._receive()
            except (ClientError, BotoCoreError):
                messages = []
                self._stopping.wait(1)
            if messages and not self._stopping.is_set():
                self._workers.submit(self._work, messages)
            else:
                self._slots.release()

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=self._batch_size,
            WaitTimeSeconds=_LONG_POLL_SECONDS,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _work(self, messages: list[dict[str, Any]]) -> None:
        try:
            event = {"Records": [self._record(message) for message in messages]}
            failed = _failed_messages(self._function.invoke(json.dumps(event).encode()), messages)
            for message in messages:
                if message["MessageId"] not in failed:
                    self._delete(message)
        finally:
            self._slots.release()

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
