"""Requests to the servers of a running `connect up`, on this machine's loopback interface."""

from typing import Any

import urllib3

from connect_cli.errors import CommandError

LOOPBACK = "127.0.0.1"

_TIMEOUT_SECONDS = 40


def ask(method: str, port: int, path: str, *, option: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON value
    """Send a request to one of them, and return the response.

    Args:
        method: the HTTP method
        port: of the server
        path: of the request
        option: the command's option that says where it is
        body: sent as JSON; None for none

    Raises:
        CommandError: nothing is there, or something else
    """
    try:
        with urllib3.PoolManager(timeout=_TIMEOUT_SECONDS) as http:
            return http.request(method, f"http://{LOOPBACK}:{port}{path}", json=body, retries=False).json()
    except urllib3.exceptions.HTTPError as failure:
        raise CommandError(
            f"nothing answers on port {port}: run connect up, or say with {option} where it is"
        ) from failure
    except ValueError as wrong:
        raise CommandError(f"what answers on port {port} is not part of connect up") from wrong
