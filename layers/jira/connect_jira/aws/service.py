"""A service that speaks AWS's JSON protocol.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

import json
import random
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from connect_jira.aws.credentials import Account
from connect_jira.aws.signature import signed
from connect_jira.errors import TemporarilyUnavailable
from connect_jira.json_objects import object_in

_PROTOCOLS = {
    "dynamodb": ("DynamoDB_20120810", "1.0"),
    "events": ("AWSEvents", "1.1"),
    "kms": ("TrentService", "1.1"),
    "sqs": ("AmazonSQS", "1.0"),
}
"""What operations are prefixed with, and the protocol's version, as in the services' API models."""

_CONNECT_SECONDS = 1.0
_LONGEST_FIRST_WAIT_SECONDS = 1.0
_PASSING = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "ThrottlingException",
}
"""What is answered with 4xx, and may well be answered otherwise the next time.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

CONDITION_FAILED = "ConditionalCheckFailedException"
"""DynamoDB's code for a row that is not as an operation wants it."""


class AwsFailed(TemporarilyUnavailable):
    """An operation failed, or was not answered.

    Attributes:
        code: AWS's, such as `ConditionalCheckFailedException`; else what broke, such as `ReadTimeoutError`
        details: what AWS said besides
        may_pass: whether it may well succeed the next time
    """

    def __init__(
        self, operation: str, code: str, *, may_pass: bool, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(f"{operation} failed: {code}")
        self.code = code
        self.details = details or {}
        self.may_pass = may_pass


class AwsService:
    """One service.

    Args:
        name: `dynamodb`, `events`, `kms` or `sqs`
        endpoint: its URL
        account: who asks
        http: carries the requests
        read_seconds: how long each attempt waits for its answer
        attempts: how often it is tried; first up to a second lies between, then up to two, and so on
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
        trace: Callable[[], str | None],
    ) -> None:
        self._name = name
        self._url = f"{endpoint.rstrip('/')}/"
        self._host = urlsplit(endpoint).netloc
        self._account = account
        self._http = http
        self._timeout = urllib3.Timeout(connect=_CONNECT_SECONDS, read=read_seconds)
        self._attempts = attempts
        self._trace = trace

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """What an operation answers.

        Args:
            operation: as in the service's API reference, such as `GetItem`
            parameters: likewise; what is binary there is base64 here

        Raises:
            AwsFailed: it does not succeed
        """
        body = json.dumps(parameters).encode()
        attempt = 1
        while True:
            try:
                return self._answer(operation, body)
            except AwsFailed as failure:
                if not failure.may_pass or attempt == self._attempts:
                    raise
            longest_wait = _LONGEST_FIRST_WAIT_SECONDS * 2 ** (attempt - 1)
            time.sleep(random.uniform(0, longest_wait))  # noqa: S311 - spreads load
            attempt += 1

    def _answer(self, operation: str, body: bytes) -> dict[str, Any]:
        about = f"{self._name}:{operation}"
        try:
            answer = self._http.request(
                "POST",
                self._url,
                body=body,
                headers=self._headers(operation, body),
                timeout=self._timeout,
                retries=False,
            )
        except HTTPError as broken:
            raise AwsFailed(about, type(broken).__name__, may_pass=True) from broken
        said = object_in(answer.data)
        if answer.status == HTTPStatus.OK:
            return said
        code = str(said.get("__type", answer.status)).rpartition("#")[2]
        passing = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _PASSING
        raise AwsFailed(about, code, may_pass=passing, details=said)

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
