"""A service of AWS, with retries until the invocation's deadline."""

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
        """Send a request once, and return the response.

        Args:
            operation: as in the service's API reference, such as `GetItem`
            parameters: of the operation; binary values are bytes
            seconds: time-out; `math.inf` for the client's own

        Raises:
            AwsFailed: it failed
        """


class AwsService:
    """One service.

    Args:
        name: `dynamodb`, `events`, `kms` or `sqs`
        client: sends its requests
        attempts: maximum number; the random delay between them is up to one second first, and doubles
        deadline: for all attempts together
    """

    def __init__(self, name: str, client: AwsClient, *, attempts: int, deadline: Deadline) -> None:
        self._name = name
        self._client = client
        self._attempts = attempts
        self._deadline = deadline

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call an operation, and return its response.

        Args:
            operation: as in the service's API reference, such as `GetItem`
            parameters: of the operation; binary values are bytes, also in the response

        Raises:
            AwsFailed: it failed
            AwsRefused: it will fail until somebody fixes what the log names
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
    """Return the seconds until the next attempt: none after the first broken connection.

    AWS closes idle connections, and one closed while Lambda had frozen the process breaks on its next use.
    """
    if attempt == 1 and isinstance(failed, ConnectionBroken):
        return 0.0
    return random.uniform(0, _LONGEST_FIRST_WAIT_SECONDS * 2 ** (attempt - 1))  # noqa: S311 - spreads load
