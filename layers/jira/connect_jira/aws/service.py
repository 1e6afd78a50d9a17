"""AWS services of a process: their clients, and retries until the invocation's deadline."""

import math
import random
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from connect_jira.aws.failures import AwsFailed, ConnectionBroken, report
from connect_jira.aws.json_protocol import DirectClients
from connect_jira.errors import AwsNotConfigured
from connect_jira.lambda_context import Invocation
from connect_jira.metrics import count

_LONGEST_FIRST_WAIT_SECONDS = 1.0


class Deadline:
    """Deadline of the current invocation; before the first one there is none.

    Args:
        clock: monotonic, in seconds
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = math.inf

    def start(self, seconds: float) -> None:
        """Start an invocation: its requests to AWS are answered within this many seconds, or fail."""
        self._at = self._clock() + seconds

    def left(self) -> float:
        """Return the seconds left; zero or less after the deadline."""
        return self._at - self._clock()


class AwsClient(Protocol):
    """Sends the requests of one service."""

    def send(
        self, operation: str, parameters: Mapping[str, object], *, seconds: float, trace: str | None
    ) -> dict[str, Any]:
        """Send a request once, and return the response.

        Args:
            operation: as in the service's API reference, such as `GetItem`
            parameters: of the operation; binary values are bytes
            seconds: time-out; `math.inf` for the client's own
            trace: the header `X-Amzn-Trace-Id`; None for no header, or boto3's own

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
        trace: returns the header `X-Amzn-Trace-Id` of each request
    """

    def __init__(
        self,
        name: str,
        client: AwsClient,
        *,
        attempts: int,
        deadline: Deadline,
        trace: Callable[[], str | None],
    ) -> None:
        self._name = name
        self._client = client
        self._attempts = attempts
        self._deadline = deadline
        self._trace = trace

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
        return self._client.send(operation, parameters, seconds=left, trace=self._trace())


def _wait(failed: AwsFailed, attempt: int) -> float:
    """Return the seconds until the next attempt: none after the first broken connection.

    AWS closes idle connections, and one closed while Lambda had frozen the process breaks on its next use.
    """
    if attempt == 1 and isinstance(failed, ConnectionBroken):
        return 0.0
    return random.uniform(0, _LONGEST_FIRST_WAIT_SECONDS * 2 ** (attempt - 1))  # noqa: S311 - spreads load


SENDER_WAITS_SECONDS = 4.0
"""Maximum time of an event's requests to AWS. Forge waits five seconds for a response, with a cold start.

https://developer.atlassian.com/platform/forge/remote/essentials/
"""

_RESERVED_TO_ANSWER_SECONDS = 0.5


class _Clients(Protocol):
    def client(self, service: str, *, read_seconds: float) -> AwsClient: ...


class Aws:
    """Makes services.

    `AWS_SDK` chooses the client: `direct`, the default, or `boto3`. Both read the variables of AWS's SDKs:
    `direct` from `env`, boto3 from its process. The requests of both belong to the trace of the event from
    Lambda.

    Args:
        env: environment variables; Lambda changes some with each event

    Raises:
        AwsNotConfigured: they ask for something unsupported, or are incomplete
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._clients = _clients(env)
        self._deadline = Deadline()
        self._is_cold = True

    def begin(self, invocation: Invocation, *, at_most: float = math.inf) -> None:
        """Begin an invocation: all its waiting for AWS together ends before the function is stopped.

        The first one of a process is counted as a cold start.

        Args:
            invocation: Lambda's context
            at_most: seconds that the sender waits for the response
        """
        left = invocation.get_remaining_time_in_millis() / 1000 - _RESERVED_TO_ANSWER_SECONDS
        self._deadline.start(min(left, at_most))
        if self._is_cold:
            self._is_cold = False
            count("ColdStart", service="all")

    def service(
        self, name: str, *, read_seconds: float = 2.0, attempts: int = 3, continues_chain: bool = True
    ) -> AwsService:
        """Return a service; by default it answers or fails before Jira's time-out.

        Args:
            name: `dynamodb`, `events`, `kms` or `sqs`
            read_seconds: maximum wait of each attempt for its response
            attempts: maximum number
            continues_chain: True if Lambda is to count the resulting invocation as part of this event's chain
                of functions; it stops a chain after about 16
        """
        trace = self._trace if continues_chain else self._trace_without_chain
        client = self._clients.client(name, read_seconds=read_seconds)
        return AwsService(name, client, attempts=attempts, deadline=self._deadline, trace=trace)

    def _trace(self) -> str | None:
        return self._env.get("_X_AMZN_TRACE_ID")

    def _trace_without_chain(self) -> str | None:
        """Return the trace without `Lineage`, by which Lambda counts a chain.

        https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
        """
        fields = (self._trace() or "").split(";")
        return ";".join(field for field in fields if not field.startswith("Lineage=")) or None


def _clients(env: Mapping[str, str]) -> _Clients:
    match env.get("AWS_SDK", "direct"):
        case "direct":
            return DirectClients(env)
        case "boto3":
            from connect_jira.aws.boto3_client import Boto3Clients  # noqa: PLC0415 - loading it takes long

            return Boto3Clients(env)
        case unknown:
            raise AwsNotConfigured(f"AWS_SDK is direct or boto3, not {unknown}")
