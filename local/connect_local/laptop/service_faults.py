"""Services of AWS that fail, or are slow, for a while, on order."""

import io
import json
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from connect_cli.errors import CommandError

_SENTENCE = "This service of the laptop's fails on order."
_S3_BODY = f"<Error><Code>SlowDown</Code><Message>{_SENTENCE}</Message></Error>"
_JSON_ERRORS = {
    "kms": (HTTPStatus.INTERNAL_SERVER_ERROR, "KMSInternalException"),
    "dynamodb": (HTTPStatus.INTERNAL_SERVER_ERROR, "InternalServerError"),
    "sqs": (HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable"),
    "events": (HTTPStatus.INTERNAL_SERVER_ERROR, "InternalException"),
}
"""Errors of the services by their API references, except S3, which speaks XML."""

SERVICES = (*_JSON_ERRORS, "s3")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFault:
    """A fault for the requests to a service.

    Attributes:
        until: its end, in seconds of `time.monotonic`
        delay: seconds before each request is served; None to fail it
    """

    until: float
    delay: float | None


class ServiceFaults:
    """A WSGI application in front of the services."""

    def __init__(self, services: WSGIApplication) -> None:
        self._services = services
        self._faults: dict[str, ServiceFault] = {}
        self._lock = threading.Lock()

    def order(self, service: str, *, seconds: float, delay: float | None = None) -> None:
        """Let a service fail, or be slow, from now on; a later order takes the place of an earlier one.

        Args:
            service: its name in signatures: `kms`, `dynamodb`, `sqs`, `s3` or `events`
            seconds: for how long
            delay: seconds before each request is served; None to fail it

        Raises:
            CommandError: there is no such service
        """
        if service not in SERVICES:
            raise CommandError(f"service is none of {', '.join(SERVICES)}")
        with self._lock:
            self._faults[service] = ServiceFault(until=time.monotonic() + seconds, delay=delay)

    def clear(self) -> None:
        """Let every service work."""
        with self._lock:
            self._faults.clear()

    def pending(self) -> Mapping[str, ServiceFault]:
        """The ordered faults, by service."""
        with self._lock:
            now = time.monotonic()
            return {service: fault for service, fault in self._faults.items() if fault.until > now}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        service = _service(environ)
        fault = self.pending().get(service)
        if fault is None:
            return self._services(environ, start_response)
        if fault.delay is None:
            return _failure(service, environ, start_response)
        time.sleep(fault.delay)
        return self._services(environ, start_response)


def _service(environ: WSGIEnvironment) -> str:
    """From the signature: `AWS4-HMAC-SHA256 Credential=AKIA…/20261124/us-east-1/kms/aws4_request, …`."""
    scope = str(environ.get("HTTP_AUTHORIZATION", "")).partition(",")[0].split("/")
    return scope[3] if len(scope) == 5 else ""  # noqa: PLR2004 - as above


def _failure(service: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    _read_to_its_end(environ)
    if service == "s3":
        status, kind, body = HTTPStatus.SERVICE_UNAVAILABLE, "application/xml", _S3_BODY
    else:
        status, code = _JSON_ERRORS[service]
        kind, body = "application/x-amz-json-1.1", json.dumps({"__type": code, "message": _SENTENCE})
    headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body.encode()]


def _read_to_its_end(environ: WSGIEnvironment) -> None:
    """Read the rest of a request, since a client that is still sending reads no response."""
    stream: Any = environ.get("wsgi.input", io.BytesIO())
    stream.read(int(environ.get("CONTENT_LENGTH") or 0))
