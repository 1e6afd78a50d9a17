"""A service of AWS: its operations, tried again when that may help, until the invocation's deadline."""

import random
import time
from collections.abc import Mapping
from typing import Any, Protocol

from connect_jira.aws.deadline import Deadline
from connect_jira.aws.failures import AwsFailed, ConnectionBroken, report

_LONGEST_FIRST_WAIT_SECONDS = 1.0


class AwsClient(Protocol):
    """Sends the requests of one service."""

    def send(self, operation: str, parameters: Mapping[str, object], *, seconds: float) -> dict[str, Any]:
        """What an operation answers, asked once.

        Args:
            operation: as in the service's API reference, such as `GetItem`
            parameters: likewise; binary values are bytes
            seconds: how long it may take; `math.inf` for as long as the client waits

        Raises:
            AwsFailed: it does not succeed
        """


class AwsService:
    """One service.

    Args:
        name: `dynamodb`, `events`, `kms` or `sqs`
        client: sends its requests
        attempts: how often each is tried; first up to a second lies between, then up to two, and so on
        deadline: by when everything has to be answered, however often it may still be tried
    """

    def __init__(self, name: str, client: AwsClient, *, attempts: int, deadline: Deadline) -> None:
        self._name = name
        self._client = client
        self._attempts = attempts
        self._deadline = deadline

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """What an operation answers.

        Args:
            operation: as in the service's API reference, such as `GetItem`
            parameters: likewise; binary values are bytes, in the answer too

        Raises:
            AwsFailed: it does not succeed
            AwsRefused: nor will it, until somebody mends what the log names
        """
        attempt = 1
        while True:
            try:
                return self._send(operation, parameters)
            except AwsFailed as failed:
                wait = _wait(failed, attempt)
                if not failed.may_pass or attempt == self._attempts or wait >= self._deadline.left():
                    report(failed)
                    raise
            time.sleep(wait)
            attempt += 1

    def _send(self, operation: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        left = self._deadline.left()
        if left <= 0:
            raise AwsFailed(f"{self._name}:{operation}", "DeadlineExceeded", may_pass=False)
        return self._client.send(operation, parameters, seconds=left)


def _wait(failed: AwsFailed, attempt: int) -> float:
    """How many seconds until the next attempt: none after a connection that broke, the first time.

    AWS closes connections that are not used, and one that it closed while Lambda had stopped the process
    breaks when it is used next.
    """
    if attempt == 1 and isinstance(failed, ConnectionBroken):
        return 0.0
    return random.uniform(0, _LONGEST_FIRST_WAIT_SECONDS * 2 ** (attempt - 1))  # noqa: S311 - spreads load
