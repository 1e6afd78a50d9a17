"""A service that speaks AWS's JSON protocol.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

import math
import random
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError

from connect_jira.aws.bodies import decode, encode
from connect_jira.aws.credentials import Account
from connect_jira.aws.deadline import Deadline
from connect_jira.aws.failures import AwsFailed, failure, report
from connect_jira.aws.responses import read
from connect_jira.aws.signature import signed

_PROTOCOLS = {
    "dynamodb": ("DynamoDB_20120810", "1.0"),
    "events": ("AWSEvents", "1.1"),
    "kms": ("TrentService", "1.1"),
    "sqs": ("AmazonSQS", "1.0"),
}
"""What operations are prefixed with, and the protocol's version, as in the services' API models."""

_CONNECT_SECONDS = 1.0
_LONGEST_FIRST_WAIT_SECONDS = 1.0


class AwsService:
    """One service.

    Args:
        name: `dynamodb`, `events`, `kms` or `sqs`
        endpoint: its URL
        account: who asks
        http: carries the requests
        read_seconds: how long each attempt waits for its answer
        attempts: how often it is tried; first up to a second lies between, then up to two, and so on
        deadline: by when everything has to be answered, however often it may still be tried
        trace: the trace that a request is part of, for the header `X-Amzn-Trace-Id`; None for none
    """

    def __init__(
        self,
        name: str,
        *,
        endpoint: str,
        account: Account,
        http: urllib3.PoolManager,
        read_seconds: float,
        attempts: int,
        deadline: Deadline,
        trace: Callable[[], str | None],
    ) -> None:
        self._name = name
        self._url = f"{endpoint.rstrip('/')}/"
        self._host = urlsplit(endpoint).netloc
        self._account = account
        self._http = http
        self._read_seconds = read_seconds
        self._attempts = attempts
        self._deadline = deadline
        self._trace = trace

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """What an operation answers.

        Args:
            operation: as in the service's API reference, such as `GetItem`
            parameters: likewise; binary values are bytes, in the answer too

        Raises:
            AwsFailed: it does not succeed
            AwsRefused: nor will it, until somebody mends what the log names
        """
        body = encode(parameters)
        attempt = 1
        while True:
            try:
                return self._response(operation, body)
            except AwsFailed as failed:
                wait = _wait(failed, attempt)
                if not failed.may_pass or attempt == self._attempts or wait >= self._deadline.left():
                    report(failed)
                    raise
            time.sleep(wait)
            attempt += 1

    def _response(self, operation: str, body: bytes) -> dict[str, Any]:
        about, left = f"{self._name}:{operation}", self._deadline.left()
        if left <= 0:
            raise AwsFailed(about, "DeadlineExceeded", may_pass=False)
        try:
            response = self._http.request(
                "POST",
                self._url,
                body=body,
                headers=self._headers(operation, body),
                timeout=urllib3.Timeout(
                    connect=_CONNECT_SECONDS,
                    read=self._read_seconds,
                    total=None if math.isinf(left) else left,
                ),
                retries=False,
            )
        except HTTPError as broken:
            raise AwsFailed(about, type(broken).__name__, may_pass=True) from broken
        if response.status != HTTPStatus.OK:
            raise failure(about, response.status, _error(response.data))
        said = read(operation, response.data, response.headers)
        if said is None:
            raise AwsFailed(about, "NotAnAnswer", may_pass=True)
        return said

    def _headers(self, operation: str, body: bytes) -> dict[str, str]:
        prefix, version = _PROTOCOLS[self._name]
        headers = signed(
            {
                "host": self._host,
                "content-type": f"application/x-amz-json-{version}",
                "x-amz-target": f"{prefix}.{operation}",
            },
            body,
            self._account.credentials(),
            service=self._name,
            region=self._account.region,
            now=time.time(),
        )
        trace = self._trace()
        return {**headers, "x-amzn-trace-id": trace} if trace else headers


def _error(body: bytes) -> dict[str, Any]:
    try:
        return decode(body)
    except ValueError:
        return {}


def _wait(failed: AwsFailed, attempt: int) -> float:
    """How many seconds until the next attempt: none after a connection that broke, the first time.

    AWS closes connections that are not used, and one that it closed while Lambda had stopped the process
    breaks when it is used next.
    """
    if attempt == 1 and isinstance(failed.__cause__, ProtocolError):
        return 0.0
    return random.uniform(0, _LONGEST_FIRST_WAIT_SECONDS * 2 ** (attempt - 1))  # noqa: S311 - spreads load
