"""DynamoDB's conditional writes, which moto makes in two steps: here each is one, as it is in DynamoDB."""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_DYNAMODB = "DynamoDB_"


class AtomicWrites:
    """A WSGI application in front of the services, which serves DynamoDB's requests one at a time."""

    def __init__(self, services: "WSGIApplication") -> None:
        self._services = services
        self._lock = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Serve a request."""
        if not environ.get("HTTP_X_AMZ_TARGET", "").startswith(_DYNAMODB):
            return self._services(environ, start_response)
        with self._lock:
            return list(self._services(environ, start_response))
