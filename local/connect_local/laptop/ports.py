"""Ports of this machine, on the loopback interface only."""

import errno
import socket

from connect_cli.errors import CommandError
from connect_tools.loopback import LOOPBACK


def listen(port: int, option: str) -> socket.socket:
    """A socket that listens on a port.

    Args:
        port: 0 for any that is free
        option: the command's option that chooses another

    Raises:
        CommandError: the port cannot be had
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except OSError as refused:
        listener.close()
        if refused.errno == errno.EADDRINUSE:
            raise CommandError(
                f"port {port} is in use: stop what uses it, or choose another with {option}"
            ) from refused
        raise CommandError(f"port {port} cannot be used: {refused.strerror}") from refused
    return listener


def free_port() -> int:
    """A port that was free a moment ago."""
    with listen(0, "") as listener:
        port: int = listener.getsockname()[1]
    return port
