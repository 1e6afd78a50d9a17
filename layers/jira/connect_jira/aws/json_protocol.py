"""Client for AWS's JSON protocol, without an SDK: bodies, Signature Version 4, and what a response must hold.

Status 200 alone is not proof of a response, since a proxy may answer, too. A webhook is answered 204 because
SQS has named the stored message, and a site is refused because DynamoDB has found no row; neither may rest on
somebody else's response.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

import base64
import hmac
import json
import math
import time
import zlib
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError

from connect_jira.aws.credentials import Account, Credentials
from connect_jira.aws.endpoints import endpoint_of
from connect_jira.aws.failures import AwsFailed, ConnectionBroken, failure, not_an_answer
from connect_jira.http_pool import new_pool

CONNECT_SECONDS = 1.0
"""Time-out of connecting to a service; the deadline may leave less."""

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

    def client(self, service: str, *, read_seconds: float) -> "DirectClient":
        """Return a client; arguments as for `DirectClient`."""
        return DirectClient(
            service,
            endpoint=endpoint_of(service, self._account.region, self._env),
            account=self._account,
            http=self._http,
            read_seconds=read_seconds,
        )


class DirectClient:
    """Sends the requests of one service.

    Args:
        service: `dynamodb`, `events`, `kms` or `sqs`
        endpoint: its URL
        account: region and credentials
        http: connection pool
        read_seconds: maximum wait of each request for its response
    """

    def __init__(
        self,
        service: str,
        *,
        endpoint: str,
        account: Account,
        http: urllib3.PoolManager,
        read_seconds: float,
    ) -> None:
        self._service = service
        self._url = f"{endpoint.rstrip('/')}/"
        self._host = urlsplit(endpoint).netloc
        self._account = account
        self._http = http
        self._read_seconds = read_seconds

    def send(
        self, operation: str, parameters: Mapping[str, object], *, seconds: float, trace: str | None
    ) -> dict[str, Any]:
        """Send a request; see `AwsClient.send`."""
        about, body = f"{self._service}:{operation}", encode(parameters)
        try:
            response = self._http.request(
                "POST",
                self._url,
                body=body,
                headers=self._headers(operation, body, trace),
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

    def _headers(self, operation: str, body: bytes, trace: str | None) -> dict[str, str]:
        prefix, version = _PROTOCOLS[self._service]
        headers = signed(
            {
                "host": self._host,
                "content-type": f"application/x-amz-json-{version}",
                "x-amz-target": f"{prefix}.{operation}",
            },
            body,
            self._account.fixed or self._account.current(),
            service=self._service,
            region=self._account.region,
            now=time.time(),
        )
        return {**headers, "x-amzn-trace-id": trace} if trace else headers


def signed(
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    *,
    service: str,
    region: str,
    now: float,
) -> dict[str, str]:
    """Return the headers of a request with its signature; the request is a POST to `/` without a query.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

    Args:
        headers: by lower-case name, `host` among them
        body: the whole body
        credentials: of the sender
        service: the service's name in signatures, such as `dynamodb`
        region: such as `eu-west-1`
        now: Unix seconds
    """
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    headers = {**headers, "x-amz-date": moment}
    if credentials.session_token:
        headers["x-amz-security-token"] = credentials.session_token
    names = sorted(headers)
    signed_names = ";".join(names)
    lines = ["POST", "/", "", *(f"{name}:{headers[name]}" for name in names), "", signed_names]
    canonical_request = "\n".join([*lines, sha256(body).hexdigest()])
    scope = (moment[:8], region, service, "aws4_request")
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    to_sign = (
        f"AWS4-HMAC-SHA256\n{moment}\n{'/'.join(scope)}\n{sha256(canonical_request.encode()).hexdigest()}"
    )
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key_id}/{'/'.join(scope)}, "
        f"SignedHeaders={signed_names}, Signature={signature}"
    )
    return headers


MEMBERS: dict[str, dict[str, type]] = {
    "Decrypt": {"Plaintext": bytes},
    "Encrypt": {"CiphertextBlob": bytes},
    "GenerateDataKey": {"Plaintext": bytes, "CiphertextBlob": bytes},
    "PutEvents": {"FailedEntryCount": int, "Entries": list},
    "Query": {"Items": list},
    "Scan": {"Items": list},
    "SendMessage": {"MessageId": str},
}
"""Members that an operation's response must have."""

OPTIONAL: dict[str, dict[str, type]] = {
    "DeleteItem": {"Attributes": dict, "ConsumedCapacity": dict, "ItemCollectionMetrics": dict},
    "GetItem": {"Item": dict, "ConsumedCapacity": dict},
    "PutItem": {"Attributes": dict, "ConsumedCapacity": dict, "ItemCollectionMetrics": dict},
    "SendMessageBatch": {"Successful": list, "Failed": list},
    "UpdateItem": {"Attributes": dict, "ConsumedCapacity": dict, "ItemCollectionMetrics": dict},
}
"""Members that other operations' responses may have. With unknown members only, it is not AWS's response."""

_CRC32 = "x-amz-crc32"


def read(operation: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any] | None:
    """Parse the body of a 200; return None if it cannot be AWS's.

    Args:
        operation: such as `GetItem`
        body: verbatim; an operation without a result may have none
        headers: of the response; DynamoDB's have the body's CRC-32
    """
    if headers.get(_CRC32, "").isdigit() and int(headers[_CRC32]) != zlib.crc32(body):
        return None
    try:
        said = decode(body) if body else {}
        for name in _blobs(operation) & said.keys():
            said[name] = blob(said[name])
    except (TypeError, ValueError):
        return None
    return said if _has_the_shape(operation, said) else None


def error_in(body: bytes) -> dict[str, Any]:
    """Return the object in the body of any other status; empty if it is no JSON object."""
    try:
        return decode(body)
    except ValueError:
        return {}


def _blobs(operation: str) -> set[str]:
    return {name for name, kind in MEMBERS.get(operation, {}).items() if kind is bytes}


def _has_the_shape(operation: str, said: Mapping[str, Any]) -> bool:
    required, optional = MEMBERS.get(operation, {}), OPTIONAL.get(operation, {})
    if any(not isinstance(said.get(name), kind) for name, kind in required.items()):
        return False
    if not required and said and not said.keys() & optional.keys():
        return False
    return all(isinstance(said[name], kind) for name, kind in optional.items() if name in said)


def encode(parameters: Mapping[str, object]) -> bytes:
    """Encode an operation's parameters, any of which may hold bytes."""
    return json.dumps(parameters, default=_base64).encode()


def decode(body: bytes) -> dict[str, Any]:
    """Decode the object in a body. DynamoDB's binary attributes become bytes; other members stay as they are.

    Raises:
        ValueError: it is no JSON object
    """
    try:
        value = json.loads(body, object_hook=_binary_attribute)
    except RecursionError as too_deep:
        raise ValueError("nested too deep") from too_deep
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 - the same error as for malformed JSON
    return value


def blob(text: str) -> bytes:
    """Decode a binary member.

    Raises:
        ValueError: it is not base64
    """
    return base64.b64decode(text, validate=True)


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} cannot be sent")


def _binary_attribute(value: dict[str, Any]) -> dict[str, Any]:
    """`{"B": "…"}` is always a binary attribute: in a map with a member `B`, that member is an object."""
    if value.keys() == {"B"} and isinstance(value["B"], str):
        return {"B": blob(value["B"])}
    return value
