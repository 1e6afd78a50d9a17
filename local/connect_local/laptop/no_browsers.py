"""Protection of the laptop's AWS from websites: its services, and Lambda's Runtime API.

Moto allows every origin to call it (CORS), and asks for no signature. So any page in the developer's browser
that finds the port could read the tables, with the secrets of sites, and let the keys open them.
"""

from collections.abc import Iterable
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.datastructures import EnvironHeaders

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_THIS_MACHINE = {"localhost", "127.0.0.1"}
_ONLY_BROWSERS_SEND = ("Origin", "Sec-Fetch-Site")


def is_from_browser(headers: Message | EnvironHeaders) -> bool:
    """Return whether a browser sends a request, or may send it by a host name of its own.

    A host name that somebody has pointed at 127.0.0.1 (DNS rebinding) is not one of this machine's.
    """
    is_ours = _hostname(headers.get("Host", "")) in _THIS_MACHINE
    return not is_ours or any(name in headers for name in _ONLY_BROWSERS_SEND)


class NoBrowsers:
    """A WSGI application in front of the services, which answers 403 to what a browser sends."""

    def __init__(self, services: "WSGIApplication") -> None:
        self._services = services

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Serve a request, or refuse it."""
        if not is_from_browser(EnvironHeaders(environ)):
            return self._services(environ, start_response)
        start_response("403 Forbidden", [("Content-Length", "0")])
        return []


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
