"""HTTP that never leaves this process: urllib3's connections end in what answers for a host in memory.

Everything above the socket is real: what is sent is written and read byte for byte. The same way as
https://pypi.org/project/wsgi-intercept/, for all that is built on urllib3, such as `requests`.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import h11
import pytest
from urllib3.connection import HTTPConnection, HTTPSConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request.

    Attributes:
        method: such as `POST`
        url: the whole URL, with the path and the query as they were sent
        headers: by their names in small letters; of a repeated one the last
        body: of it, empty if it has none
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> str:
        """The path and the query, as they were sent."""
        return self.url.removeprefix("/".join(self.url.split("/", 3)[:3]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response.

    Attributes:
        status: such as 204
        headers: names and values
        body: of it
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


type Host = Callable[[Request], Response | None]
"""Answers a request; None breaks the connection instead."""


class System:
    """A system of somebody else's.

    Attributes:
        requests: to it, the oldest first
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._answers: list[Response | None] = [Response(status=200)]

    def answers(self, *statuses: int, body: bytes = b"", headers: tuple[tuple[str, str], ...] = ()) -> None:
        """Let it answer the next requests with these statuses, and all further ones with the last."""
        self._answers = [Response(status=status, body=body, headers=headers) for status in statuses]

    def breaks(self) -> None:
        """Let every connection break once the request is sent: nobody knows what came of it."""
        self._answers = [None]

    def answer(self, request: Request) -> Response | None:
        """Answer a request."""
        self.requests.append(request)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class UnexpectedRequest(AssertionError):
    """A request to a host that nothing answers for in this test."""


class Internet:
    """The hosts that there are in a test."""

    def __init__(self) -> None:
        self._hosts: dict[str, Host] = {}

    def serve(self, origin: str, host: Host) -> None:
        """Let something answer for a host.

        Args:
            origin: such as `https://api.example.com`, or with `https://*.` all hosts below
            host: answers
        """
        self._hosts[origin] = host

    def system(self, origin: str) -> "System":
        """Return a new system of somebody else's, which answers 200 until it is told otherwise.

        Args:
            origin: such as `https://hooks.example.com`
        """
        system = System()
        self.serve(origin, system.answer)
        return system

    def answer(self, request: Request) -> Response | None:
        """Answer a request, in this thread.

        Raises:
            UnexpectedRequest: nothing answers for this host
        """
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        for known, host in self._hosts.items():
            if origin == known or ("*" in known and origin.endswith(known.partition("*")[2])):
                return host(request)
        raise UnexpectedRequest(
            f"{request.method} {origin}{parts.path}: nothing answers at {origin} in this test. "
            f'Say what is there: internet.system("{origin}").'
        )

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Let every connection of urllib3's that is opened meanwhile end here."""

        def connect(connection: HTTPConnection) -> None:
            scheme = "https" if isinstance(connection, HTTPSConnection) else "http"
            port = "" if connection.port in {80, 443, None} else f":{connection.port}"
            origin = f"{scheme}://{connection.host}{port}"
            connection.sock = _MemorySocket(lambda sent: _exchange(sent, origin, self.answer))
            connection.is_verified = True

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(HTTPConnection, "connect", connect)
            patch.setattr(HTTPSConnection, "connect", connect)
            yield


def _exchange(sent: bytes, origin: str, answer: Host) -> bytes | None:
    """Return the bytes of the response to the bytes of a request; None to break the connection."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(sent)
    asked = connection.next_event()
    assert isinstance(asked, h11.Request)  # noqa: S101 - for the type checker
    body = bytearray()
    while isinstance(event := connection.next_event(), h11.Data):
        body += event.data
    response = answer(
        Request(
            method=asked.method.decode(),
            url=origin + asked.target.decode("latin-1"),
            headers={name.decode(): value.decode("latin-1") for name, value in asked.headers},
            body=bytes(body),
        )
    )
    if response is None:
        return None
    headers = [(name, value) for name, value in response.headers if name.lower() not in _OF_CONNECTIONS]
    begun = h11.Response(
        status_code=response.status,
        reason=HTTPStatus(response.status).phrase,
        headers=[*headers, ("connection", "close")],
    )
    written = (
        connection.send(begun),
        connection.send(h11.Data(response.body)),
        connection.send(h11.EndOfMessage()),
    )
    return b"".join(part for part in written if part)


_OF_CONNECTIONS = {"connection", "transfer-encoding", "content-length"}


class _MemorySocket:
    """The parts of a socket that `http.client` and `connect_jira` use.

    Args:
        exchange: returns the bytes that come back for those that were sent; None to break the connection
    """

    def __init__(self, exchange: Callable[[bytes], bytes | None]) -> None:
        self._exchange = exchange
        self._sent = bytearray()
        self._received: io.BytesIO | None = None
        self._timeout: float | None = None

    def sendall(self, data: bytes) -> None:
        self._sent += data

    def recv_into(self, buffer: bytearray) -> int:
        if self._received is None:
            came_back = self._exchange(bytes(self._sent))
            if came_back is None:
                raise ConnectionResetError("the connection broke")
            self._received = io.BytesIO(came_back)
        return self._received.readinto(buffer)

    def makefile(self, _mode: str, buffering: int | None = None) -> io.BufferedIOBase | io.RawIOBase:
        raw: Any = _Reader(self)
        return raw if buffering == 0 else io.BufferedReader(raw)

    def settimeout(self, seconds: float | None) -> None:
        self._timeout = seconds

    def gettimeout(self) -> float | None:
        return self._timeout

    def close(self) -> None:
        """Nothing is open."""

    def shutdown(self, _how: int) -> None:
        """Likewise."""


class _Reader(io.RawIOBase):
    def __init__(self, socket: _MemorySocket) -> None:
        super().__init__()
        self._socket = socket

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # of the kind that BufferedReader hands over
        return self._socket.recv_into(buffer)
