"""ASGI applications that answer in memory."""

from typing import Any
from urllib.parse import unquote, urlsplit

import anyio
from anyio.from_thread import BlockingPortal
from starlette.types import ASGIApp, Message, Scope

from connect_local.testing.internet import Request, Response


def http_scope(request: Request) -> Scope:
    """Return the scope of a request, as uvicorn would make it."""
    parts = urlsplit(request.url)
    raw_path = request.target.partition("?")[0]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("latin-1"),
        "query_string": request.target.partition("?")[2].encode("latin-1"),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in request.headers.items()],
        "client": ("203.0.113.10", 0),
        "server": (parts.hostname, parts.port),
        "state": {},
    }


def answered(app: ASGIApp, request: Request, portal: BlockingPortal) -> Response | None:
    """Return what an application answers; None if it breaks the connection.

    Args:
        app: the application
        request: the request
        portal: to the event loop that it runs in
    """
    exchange = _Exchange(request)
    portal.call(exchange.run, app)
    return exchange.response


class _Exchange:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._is_read = False
        self._is_broken = anyio.Event()
        self._start: Message = {}
        self._body = bytearray()
        self.response: Response | None = None

    async def run(self, app: ASGIApp) -> None:
        scope = http_scope(self._request)
        scope["state"]["abort_connection"] = self._is_broken.set
        await app(scope, self._receive, self._send)
        if self._start and not self._is_broken.is_set():
            headers = tuple(
                (name.decode(), value.decode("latin-1")) for name, value in self._start["headers"]
            )
            self.response = Response(status=self._start["status"], headers=headers, body=bytes(self._body))

    async def _receive(self) -> dict[str, Any]:
        if not self._is_read:
            self._is_read = True
            return {"type": "http.request", "body": self._request.body, "more_body": False}
        await self._is_broken.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._body += message.get("body", b"")
