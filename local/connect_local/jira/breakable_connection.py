"""Connections that can be broken off without an answer.

ASGI has no such thing, so uvicorn is given a protocol that hands each connection's `abort` to the
application, in the state that comes with every request's scope.
"""

from asyncio import Transport

from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

_ABORT = "abort_connection"


class BreakableConnection(H11Protocol):
    """Uvicorn's HTTP/1.1, for `uvicorn.Config(http=…)`."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as in the base class
        """Remember how to break this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _ABORT: transport.abort}


async def break_connection(request: Request) -> None:
    """Close the connection of a request whose body has been read, without a byte of an answer."""
    abort = request.scope["state"][_ABORT]
    abort()
    # Uvicorn complains of a missing answer until it has seen the connection go.
    while (await request.receive())["type"] != "http.disconnect":
        pass
