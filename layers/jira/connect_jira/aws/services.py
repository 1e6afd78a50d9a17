"""AWS services of a process, from its environment variables."""

import math
from collections.abc import Callable, Mapping
from typing import Protocol

from connect_jira.aws.deadline import Deadline
from connect_jira.aws.direct_client import DirectClients
from connect_jira.aws.service import AwsClient, AwsService
from connect_jira.errors import AwsNotConfigured
from connect_jira.lambda_context import Invocation

SENDER_WAITS_SECONDS = 4.0
"""Maximum time of an event's requests to AWS. Forge waits five seconds for a response, with a cold start.

https://developer.atlassian.com/platform/forge/remote/essentials/
"""

_RESERVED_TO_ANSWER_SECONDS = 0.5


class _Clients(Protocol):
    def client(self, service: str, *, read_seconds: float, trace: Callable[[], str | None]) -> AwsClient: ...


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

    def begin(self, invocation: Invocation, *, at_most: float = math.inf) -> None:
        """Begin an invocation: all its waiting for AWS together ends before the function is stopped.

        Args:
            invocation: Lambda's context
            at_most: seconds that the sender waits for the response
        """
        left = invocation.get_remaining_time_in_millis() / 1000 - _RESERVED_TO_ANSWER_SECONDS
        self._deadline.start(min(left, at_most))

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
        client = self._clients.client(name, read_seconds=read_seconds, trace=trace)
        return AwsService(name, client, attempts=attempts, deadline=self._deadline)

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
