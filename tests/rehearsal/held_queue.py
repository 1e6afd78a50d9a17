"""The queue, held: Lambda works nothing off, and what was put there is read."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.e2e.foreign.drafts import Site
from tests.e2e.foreign.worker import Worker
from tests.e2e.watching import eventually
from tests.rehearsal.rehearsed_stack import RehearsedStack


class QueueReader(Worker):
    """Takes the messages in the place of the function that works them off."""

    def __init__(self, stack: RehearsedStack) -> None:
        super().__init__()
        self._sqs, self._url = stack.cloud.client("sqs"), stack.cloud.attribute("JiraCalls", "Ref")

    def messages_of(self, site: Site, *, count: int) -> list[dict[str, Any]]:
        eventually(lambda: self._take() and self._counted()[site.client_key] >= count)
        return super().messages_of(site, count=count)

    def counted(self, *, total: int) -> Counter[str]:
        eventually(lambda: self._take() and self._counted().total() >= total)
        return super().counted(total=total)

    def _take(self) -> bool:
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            records = [{"body": message["Body"]} for message in messages]
            self.invoke(json.dumps({"Records": records}).encode())
            for message in messages:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return True


def waiting(stack: RehearsedStack, queue: str) -> int:
    """The number of messages in a queue, also of those that are hidden."""
    names = [f"ApproximateNumberOfMessages{state}" for state in ("", "NotVisible", "Delayed")]
    counts = stack.cloud.client("sqs").get_queue_attributes(
        QueueUrl=stack.cloud.attribute(queue, "Ref"), AttributeNames=names
    )["Attributes"]
    return sum(map(int, counts.values()))


@contextmanager
def held_queue(stack: RehearsedStack) -> Iterator[QueueReader]:
    """Let Lambda take nothing from the queue for a while, once it has taken all that is there."""
    assert eventually(lambda: waiting(stack, "JiraCalls") == 0, seconds=60)
    functions, mapping = stack.cloud.client("lambda"), stack.cloud.attribute("JiraCallsFunctionQueue", "Ref")
    functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    try:
        yield QueueReader(stack)
    finally:
        functions.update_event_source_mapping(UUID=mapping, Enabled=True)
