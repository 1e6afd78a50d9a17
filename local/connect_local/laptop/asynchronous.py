"""Lambda's asynchronous invocations: retries, and destinations for failures.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from connect_local.laptop.functions import LaptopFunction
from connect_local.laptop.invocations import InvocationResult
from connect_tools.template import AsynchronousInvocation

LAMBDAS_RETRY_SECONDS = (60.0, 120.0)
"""Lambda's delays before the second and the third attempt."""

_CONCURRENCY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    event: bytes
    request_id: str
    is_scheduled: bool
    number: int = 1


class AsynchronousInvocations:
    """Takes events for one function.

    Args:
        function: the function
        config: number of retries, and the destination afterwards
        deliver: takes an ARN and the record of an event that the function has failed on for good
        retry_seconds: the waits before it is tried again
        tell: takes the function's name, and what has happened to it
    """

    def __init__(
        self,
        function: LaptopFunction,
        config: AsynchronousInvocation,
        *,
        deliver: Callable[[str, dict[str, Any]], None],
        retry_seconds: Sequence[float] = LAMBDAS_RETRY_SECONDS,
        tell: Callable[[str, str], None] = lambda _function, _sentence: None,
    ) -> None:
        self._tell = tell
        self._function = function
        self._config = config
        self._deliver = deliver
        self._retry_seconds = retry_seconds
        self._workers = ThreadPoolExecutor(max_workers=_CONCURRENCY, thread_name_prefix="asynchronous")
        self._stopping = threading.Event()

    def put(self, event: bytes, *, is_scheduled: bool = False) -> str:
        """Take an event; its request id."""
        request_id = str(uuid.uuid4())
        self._submit(_Attempt(event=event, request_id=request_id, is_scheduled=is_scheduled))
        return request_id

    def stop(self) -> None:
        """Try nothing more; what is being worked on goes on until the function is stopped."""
        self._stopping.set()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def finish(self) -> None:
        """Wait for what is being worked on."""
        self._workers.shutdown()

    def _submit(self, attempt: _Attempt) -> None:
        with suppress(RuntimeError):  # the stack is being stopped
            self._workers.submit(self._try, attempt)

    def _try(self, attempt: _Attempt) -> None:
        result = self._function.invoke(
            attempt.event, request_id=attempt.request_id, is_scheduled=attempt.is_scheduled
        )
        if not result.failed or self._stopping.is_set():
            return
        is_last = attempt.number > self._config.retries
        if result.trouble:
            self._tell(
                self._function.name, f"{result.trouble}. {self._what_becomes_of(attempt, is_last=is_last)}"
            )
        if not is_last:
            again = replace(attempt, number=attempt.number + 1)
            timer = threading.Timer(self._retry_seconds[attempt.number - 1], self._submit, [again])
            timer.daemon = True
            timer.start()
        elif self._config.on_failure:
            self._keep(self._config.on_failure, self._record(attempt, result))

    def _what_becomes_of(self, attempt: _Attempt, *, is_last: bool) -> str:
        if not is_last:
            return f"Its event is tried again in {self._retry_seconds[attempt.number - 1]:g} s"
        if self._config.on_failure:
            return f"Its event is kept in {self._config.on_failure.rpartition(':')[2]}"
        return "Its event is lost, as it would be in AWS: the function has no OnFailure destination"

    def _keep(self, destination: str, record: dict[str, Any]) -> None:
        while not self._stopping.is_set():
            try:
                self._deliver(destination, record)
            except (ClientError, BotoCoreError):  # the destination is out of order
                self._stopping.wait(1)
            else:
                return

    def _record(self, attempt: _Attempt, result: InvocationResult) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return {
            "version": "1.0",
            "timestamp": now.replace("+00:00", "Z"),
            "requestContext": {
                "requestId": attempt.request_id,
                "functionArn": f"{self._function.arn}:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": attempt.number,
            },
            "requestPayload": json.loads(attempt.event),
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            },
            "responsePayload": json.loads(result.payload),
        }
