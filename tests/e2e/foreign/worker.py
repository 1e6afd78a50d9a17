"""In the place of the function that works off the queue."""

import json
import threading
from collections import Counter
from typing import Any

from connect_local.laptop.invocations import InvocationResult
from tests.e2e.foreign.drafts import Site

_PATIENCE_SECONDS = 10


class Worker:
    """Keeps the messages that would have become calls to Jira, and those of hooks.

    Attributes:
        hooks: the messages of installs and uninstalls
    """

    def __init__(self) -> None:
        self._messages: list[dict[str, Any]] = []
        self.hooks: list[dict[str, Any]] = []
        self._more = threading.Condition()

    def invoke(self, event: bytes) -> InvocationResult:
        with self._more:
            for record in json.loads(event)["Records"]:
                message = json.loads(record["body"])
                (self.hooks if message["kind"] == "hook" else self._messages).append(message)
            self._more.notify_all()
        return InvocationResult(b'{"batchItemFailures": []}')

    def messages_of(self, site: Site, *, count: int) -> list[dict[str, Any]]:
        """A site's messages, as soon as there are as many."""
        with self._more:
            self._more.wait_for(lambda: self._counted()[site.client_key] >= count, _PATIENCE_SECONDS)
            return [message for message in self._messages if message["clientKey"] == site.client_key]

    def counted(self, *, total: int) -> Counter[str]:
        """Return the number of messages per client key, as soon as there are this many in all."""
        with self._more:
            self._more.wait_for(lambda: len(self._messages) >= total, _PATIENCE_SECONDS)
            return self._counted()

    def _counted(self) -> Counter[str]:
        return Counter(message["clientKey"] for message in self._messages)
