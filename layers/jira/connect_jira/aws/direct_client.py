"""Client for AWS's JSON protocol, without an SDK.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

import math
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError

from connect_jira.aws.bodies import encode
from connect_jira.aws.credentials import Account
from connect_jira.aws.deadline import CONNECT_SECONDS
from connect_jira.aws.endpoints import endpoint_of
from connect_jira.aws.failures import AwsFailed, ConnectionBroken, failure, not_an_answer
from connect_jira.aws.responses import error_in, read
from connect_jira.aws.signature import signed
from connect_jira.http_pool import new_pool

_PROTOCOLS = {
    "dynamodb": ("DynamoDB_20120810", "1.0"),
    "events": ("AWSEvents", "1.1"),
    "kms": ("TrentService", "1.1"),
    "sqs": ("AmazonSQS", "1.0"),
}
"""Prefix of each service's operations, and its protocol version, as in the services' API models."""


class DirectClients:
    """Makes clients that share their connections.

    Args:
        env: environment variables, for `endpoint_of` and `Account`

    Raises:
        AwsNotConfigured: they ask for something unsupported, or are incomplete
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._account = Account.from_env(env)
        self._http = new_pool()

    def client(self, service: str, *, read_seconds: float, trace: Callable[[], str | None]) -> "DirectClient":
        """Return a client; arguments as for `DirectClient`."""
        return DirectClient(
            service,
            endpoint=endpoint_of(service, self._account.region, self._env),
            account=self._account,
            http=self._http,
            read_seconds=read_seconds,
            trace=trace,
        )


class DirectClient:
    """Sends the requests of one service.

    Args:
        service: `dynamodb`, `events`, `kms` or `sqs`
        endpoint: its URL
        account: region and credentials
        http: connection pool
        read_seconds: maximum wait of each request for its response
        trace: returns the header `X-Amzn-Trace-Id`; None for no header
    """

    def __init__(
        self,
        service: str,
        *,
        endpoint: str,
        account: Account,
        http: urllib3.PoolManager,
        read_seconds: float,
        trace: Callable[[], str | None],
    ) -> None:
        self._service = service
        self._url = f"{endpoint.rstrip('/')}/"
        self._host = urlsplit(endpoint).netloc
        self._account = account
        self._http = http
        self._read_seconds = read_seconds
        self._trace = trace

    def send(self, operation: str, parameters: Mapping[str, object], *, seconds: float) -> dict[str, Any]:
        """Send a request; see `AwsClient.send`."""
        about, body = f"{self._service}:{operation}", encode(parameters)
        try:
            response = self._http.request(
                "POST",
                self._url,
                body=body,
                headers=self._headers(operation, body),
                timeout=urllib3.Timeout(
                    connect=CONNECT_SECONDS,
                    read=self._read_seconds,
                    total=None if math.isinf(seconds) else seconds,
                ),
                retries=False,
            )
        except HTTPError as broken:
            kind = ConnectionBroken if isinstance(broken, ProtocolError) else AwsFailed
            raise kind(about, type(broken).__name__, may_pass=True) from broken
        if response.status != HTTPStatus.OK:
            raise failure(about, response.status, error_in(response.data))
        answer = read(operation, response.data, response.headers)
        if answer is None:
            raise not_an_answer(about)
        return answer

    def _headers(self, operation: str, body: bytes) -> dict[str, str]:
        prefix, version = _PROTOCOLS[self._service]
        headers = signed(
            {
                "host": self._host,
                "content-type": f"application/x-amz-json-{version}",
                "x-amz-target": f"{prefix}.{operation}",
            },
            body,
            self._account.credentials(),
            service=self._service,
            region=self._account.region,
            now=time.time(),
        )
        trace = self._trace()
        return {**headers, "x-amzn-trace-id": trace} if trace else headers
