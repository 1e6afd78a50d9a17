"""Connection pool for sites, with a total time-out and no reuse of stale connections.

- The read time-out is for the whole response, not for each packet; the connect time-out also covers sending.
- A failure before the connection is established, such as in the TLS handshake, has carried nothing.
- A connection that was idle for long is not reused: the server may have closed it while Lambda was frozen,
  and then it is unknown whether a request on it was received.
"""

import http.client
import io
import socket
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from connect_jira.http_pool import trust

SLOW_SECONDS = 2.0
"""A longer wait for a response is reported; most of Jira's take a fraction of it."""

SLOW_HOOK: ContextVar[Callable[[], None] | None] = ContextVar("slow_hook", default=None)
"""Called once for each slow response."""

LONGEST_IDLE_SECONDS = 50.0
"""Servers close connections that are idle for a minute or more."""


def new_site_pool() -> urllib3.PoolManager:
    """Return a pool that keeps connections open for the next request to the same site."""
    pool = urllib3.PoolManager(ssl_context=trust())
    pool.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return pool


class _WholeAnswer(io.RawIOBase):
    """Reads from a socket until the deadline set by the socket's present time-out."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)  # keeps the socket open for as long as this is
        self._on_slow = SLOW_HOOK.get()
        self._slow_at = time.monotonic() + SLOW_SECONDS
        self._until = time.monotonic() + (sock.gettimeout() or 0.0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - as in RawIOBase
        on_slow = self._on_slow
        if on_slow is not None and self._slow_at < self._until:
            try:
                self._sock.settimeout(_left(self._slow_at))
                return self._sock.recv_into(buffer)
            except TimeoutError:
                self._on_slow = None
                on_slow()
        self._sock.settimeout(_left(self._until))
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """A response that must arrive completely before the deadline."""

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(sock, *arguments, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_WholeAnswer(sock))


class _SiteConnection(HTTPConnection):
    response_class = _Answer
    _used_at = 0.0
    _send_until = 0.0

    @property
    def is_connected(self) -> bool:
        return time.time() - self._used_at <= LONGEST_IDLE_SECONDS and super().is_connected

    def connect(self) -> None:
        try:
            super().connect()
        except HTTPError:
            raise
        except TimeoutError as slow:
            raise ConnectTimeoutError(self, "the connection took too long") from slow
        except OSError as broken:
            raise NewConnectionError(self, f"no connection came about: {type(broken).__name__}") from broken

    def request(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        self._send_until = time.monotonic() + (self.timeout or 0.0)
        super().request(*arguments, **options)

    def send(self, data: Any) -> None:  # noqa: ANN401 - as in http.client
        if self.sock is not None:
            self.sock.settimeout(_left(self._send_until))
        super().send(data)

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as urllib3's own
        answer = super().getresponse()
        self._used_at = time.time()
        return answer


class _SecureSiteConnection(_SiteConnection, HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _SiteConnection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureSiteConnection


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("it has taken too long")
    return left
