"""Protection of the laptop's AWS from websites.

Moto allows every origin to call it (CORS), and asks for no signature. So any page in the developer's browser
that finds the port could read the tables, with the secrets of sites, and let the keys open them.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_THIS_MACHINE = {"localhost", "127.0.0.1"}
_ONLY_BROWSERS_SEND = {"HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE"}


class NoBrowsers:
    """A WSGI application in front of the services, which answers 403 to what a browser sends.

    A host name that somebody has pointed at 127.0.0.1 (DNS rebinding) is refused, too.
    """

    def __init__(self, services: "WSGIApplication") -> None:
        self._services = services

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Serve a request, or refuse it."""
        if _hostname(environ) in _THIS_MACHINE and not _ONLY_BROWSERS_SEND & environ.keys():
            return self._services(environ, start_response)
        start_response("403 Forbidden", [("Content-Length", "0")])
        return []


def _hostname(environ: "WSGIEnvironment") -> str | None:
    try:
        return urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname
    except ValueError:
        return None
