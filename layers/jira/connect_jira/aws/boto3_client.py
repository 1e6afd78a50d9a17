"""AWS's services by boto3: for tools that patch botocore, and for features that only boto3 has.

AWS X-Ray, OpenTelemetry and Datadog trace requests by patching botocore. Proxies, `AWS_CA_BUNDLE`, FIPS and
dual-stack endpoints, and all sources of credentials come with boto3, which reads its process's environment.

`AwsService` counts, delays and stops attempts for both clients; so boto3 makes a single one.
"""

import threading
from collections.abc import Mapping
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

import boto3
from botocore import xform_name

from connect_jira.aws.boto3_errors import as_aws_failures
from connect_jira.aws.boto3_setup import new_client, new_session
from connect_jira.aws.failures import AwsFailed, failure, not_an_answer
from connect_jira.aws.json_protocol import CONNECT_SECONDS, error_in, read

_HALVINGS = 4
"""Maximum number of halvings of the time-outs; more would leave a request less than a fifth of a second."""

_TRACE: ContextVar[str | None] = ContextVar("trace")
"""Trace of the request that is being sent; botocore's hooks get no arguments of a call."""


class Boto3Clients:
    """Makes clients of one session; of the same kind there is one, since each has connections of its own.

    Args:
        env: environment variables, for `AWS_REGION`, which boto3 does not read; it reads all others itself

    Raises:
        AwsNotConfigured: there is no such profile
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._session = new_session(region=env.get("AWS_REGION"))
        self._made: dict[tuple[str, float], Boto3Client] = {}

    def client(self, service: str, *, read_seconds: float) -> "Boto3Client":
        """Return a client; arguments as for `Boto3Client`."""
        kind = (service, read_seconds)
        if kind not in self._made:
            self._made[kind] = Boto3Client(service, session=self._session, read_seconds=read_seconds)
        return self._made[kind]


class Boto3Client:
    """Sends the requests of one service.

    boto3's time-outs are fixed when its client is made. So with little time left another client is used, with
    half of them, or a quarter, and so on.

    Args:
        service: `dynamodb`, `events`, `kms` or `sqs`
        session: source of region, credentials and configuration
        read_seconds: maximum wait of each request for its response
    """

    def __init__(self, service: str, *, session: boto3.Session, read_seconds: float) -> None:
        self._service = service
        self._session = session
        self._read_seconds = read_seconds
        self._lock = threading.Lock()
        self._by_halvings = {
            0: self._new_client(0)
        }  # when a function starts, for which it has a whole processor

    def send(
        self, operation: str, parameters: Mapping[str, object], *, seconds: float, trace: str | None
    ) -> dict[str, Any]:
        """Send a request; see `AwsClient.send`."""
        about = f"{self._service}:{operation}"
        ask = getattr(self._client_for(about, seconds), xform_name(operation))
        _TRACE.set(trace)
        with as_aws_failures(about):
            answer: dict[str, Any] = ask(**parameters)
        answer.pop("ResponseMetadata", None)
        return answer

    def _client_for(self, about: str, seconds: float) -> Any:  # noqa: ANN401 - boto3 makes its clients' classes
        for halvings in range(_HALVINGS + 1):
            if (CONNECT_SECONDS + self._read_seconds) / 2**halvings <= seconds:
                with self._lock:
                    if halvings not in self._by_halvings:
                        self._by_halvings[halvings] = self._new_client(halvings)
                    return self._by_halvings[halvings]
        raise AwsFailed(about, "DeadlineExceeded", may_pass=False)

    def _new_client(self, halvings: int) -> Any:  # noqa: ANN401 - as above
        client = new_client(
            self._session,
            self._service,
            connect_seconds=CONNECT_SECONDS / 2**halvings,
            read_seconds=self._read_seconds / 2**halvings,
        )
        client.meta.events.register("before-call", self._add_trace)
        client.meta.events.register("before-parse", self._check_answer)
        return client

    def _add_trace(self, params: dict[str, Any], **_: object) -> None:
        trace = _TRACE.get()
        if trace:
            params["headers"]["X-Amzn-Trace-Id"] = trace

    def _check_answer(self, operation_model: Any, response_dict: dict[str, Any], **_: object) -> None:  # noqa: ANN401 - botocore's
        """Refuse responses that cannot be AWS's: botocore accepts any JSON object, and fails on others."""
        about = f"{self._service}:{operation_model.name}"
        status, body = response_dict["status_code"], response_dict["body"]
        if status == HTTPStatus.OK:
            if read(operation_model.name, body, response_dict["headers"]) is None:
                raise not_an_answer(about)
        elif status < HTTPStatus.MULTIPLE_CHOICES or not error_in(body):
            raise failure(about, status, {})
