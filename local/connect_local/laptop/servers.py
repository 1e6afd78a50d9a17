"""An ASGI application on a socket, in a thread."""

import socket
import threading
from typing import Any

import uvicorn

_STOP_SECONDS = 3


class ThreadedServer:
    """Serves one application.

    Args:
        app: the ASGI application
        listener: the socket
        options: for `uvicorn.Config`
    """

    def __init__(self, app: Any, listener: socket.socket, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=1,
            **options,
        )
        self._server = uvicorn.Server(config)
        self._listener = listener
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)

    def start(self) -> None:
        """Start serving."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, soon."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(timeout=_STOP_SECONDS)
        self._listener.close()
