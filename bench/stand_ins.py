"""Surroundings of the functions, with constant responses, over TLS: AWS, the key hosts, and a site.

It counts what it is asked. That AWS behaves like this is what the tests are for, not what is measured.
"""

import base64
import json
import sys
import threading
from collections.abc import Mapping
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bench.trust import Trust
from connect_jira.aws.json_protocol import encode
from connect_tools.loopback import LOOPBACK


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self, status: int, body: bytes, kind: str) -> None:
        """Answer in one piece."""
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def read(self) -> bytes:
        """The request's body."""
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class's
        """Say nothing of processes that were ended."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Server:
    """A server in a thread; a context manager."""

    def __init__(self, trust: Trust) -> None:
        self.server = _QuietServer((LOOPBACK, 0), self.handler())
        self.server.socket = trust.server_context().wrap_socket(self.server.socket, server_side=True)
        self.server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        """The URL."""
        return f"https://{LOOPBACK}:{self.server.server_port}"

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Return the handler of requests."""
        raise NotImplementedError


class Aws(_Server):
    """AWS and the key hosts: tables are dictionaries, and what is sealed is only wrapped.

    Attributes:
        asked: the operations that were asked for, such as `dynamodb:GetItem`, in order
        kid: the key's
    """

    kid = "00000000-bench"

    def __init__(self, trust: Trust) -> None:
        super().__init__(trust)
        self.asked: list[str] = []
        self._rows: dict[str, Any] = {}

    @property
    def forge_keys_url(self) -> str:
        """URL of the key in Forge's form; everywhere else it has Connect's."""
        return f"{self.url}{_FORGE_KEYS}"

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        """Atlassian's signing key, for installs and for Forge's invocation tokens."""
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def forget(self) -> None:
        """Forget what was asked, and what is stored."""
        self.asked.clear()
        self._rows.clear()

    def handler(self) -> type[BaseHTTPRequestHandler]:  # noqa: D102 - as in the base class
        aws, public = self, self.key.public_key()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        pem = public.public_bytes(serialization.Encoding.PEM, form)
        jwk = RSAAlgorithm.to_jwk(public, as_dict=True) | {"kid": self.kid}
        key_set = json.dumps({"keys": [jwk]}).encode()

        class Services(_Handler):
            def do_GET(self) -> None:
                aws.asked.append("key host")
                if self.path == _FORGE_KEYS:
                    self.answer(200, key_set, "application/json")
                else:
                    self.answer(200, pem, "application/x-pem-file")

            def do_POST(self) -> None:
                service, _, operation = self.headers["X-Amz-Target"].partition(".")
                fields = json.loads(self.read())
                aws.asked.append(f"{_SERVICES[service]}:{operation}")
                self.answer(200, encode(aws.call(operation, **fields)), "application/x-amz-json-1.0")

        return Services

    def call(self, operation: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - as AWS's
        """Return the response of an operation."""
        match operation:
            case "PutItem":
                self._rows[_row(fields, fields["Item"])] = fields["Item"]
            case "UpdateItem" if fields.get("ReturnValues") == "ALL_NEW":  # the record of work that begins
                values = fields["ExpressionAttributeValues"]
                return {"Attributes": {**fields["Key"], "owner": values[":owner"], "tries": values[":one"]}}
            case "GetItem":
                row = self._rows.get(_row(fields, fields["Key"]))
                return {"Item": row} if row else {}
            case "Encrypt":
                return {"CiphertextBlob": fields["Plaintext"], "KeyId": fields["KeyId"]}
            case "Decrypt":
                return {"Plaintext": fields["CiphertextBlob"], "KeyId": fields["KeyId"]}
            case _:
                return _ALWAYS.get(operation, {})
        return {}


_DATA_KEY = base64.b64encode(bytes(32)).decode()
_ALWAYS: dict[str, dict[str, Any]] = {
    "GenerateDataKey": {"CiphertextBlob": _DATA_KEY, "Plaintext": _DATA_KEY},
    "SendMessage": {"MessageId": "00000000-0000-4000-8000-000000000000"},
    "PutEvents": {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]},
}
"""Constant responses; all other operations get an empty one."""

_FORGE_KEYS = "/.well-known/jwks.json"
_SERVICES = {
    "DynamoDB_20120810": "dynamodb",
    "TrentService": "kms",
    "AmazonSQS": "sqs",
    "AWSEvents": "events",
}


def _row(fields: Mapping[str, Any], key: Mapping[str, Any]) -> str:
    name = "clientKey" if "clientKey" in key else "id"
    return f"{fields['TableName']}/{key[name]['S']}"


class Site(_Server):
    """A Jira site that answers everything with the same."""

    def handler(self) -> type[BaseHTTPRequestHandler]:  # noqa: D102 - as in the base class
        class Jira(_Handler):
            def _respond(self) -> None:
                self.read()
                self.answer(200, b'{"accountId":"5b10ac8d82e05b22cc7d4ef5"}', "application/json")

            do_GET = do_PUT = do_POST = _respond  # noqa: N815 - the base class's names

        return Jira
