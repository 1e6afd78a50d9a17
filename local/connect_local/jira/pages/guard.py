"""Protection of this machine's servers from other websites.

Whoever has the browser here may do everything, so a page from elsewhere must not be able to make the browser
do it: neither by a form or a fetch of its own (CSRF), nor by a host name of its own that it has pointed at
127.0.0.1 (DNS rebinding). Programs such as curl send no `Origin`, and may do as they like.

https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
"""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
_READING = {"GET", "HEAD"}
_OWN = {"same-origin", "none"}


class Guard:
    """An ASGI application that answers 403 to what comes from another website, before another sees it.

    Args:
        app: the protected app
        base_url: of the Jira; its host is allowed, besides this machine's own names
    """

    def __init__(self, app: ASGIApp, *, base_url: str) -> None:
        self._app = app
        self._hosts = _THIS_MACHINE | {urlsplit(base_url).hostname or ""}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        headers = Headers(scope=scope)
        if _hostname(headers) not in self._hosts:
            refusal = f"This is for this machine only: ask for one of {', '.join(sorted(self._hosts))}."
        elif scope["method"] not in _READING and not _is_from_here(headers, scope["scheme"]):
            refusal = "Another website may change nothing here."
        else:
            await self._app(scope, receive, send)
            return
        await JSONResponse({"error": refusal}, status_code=HTTPStatus.FORBIDDEN)(scope, receive, send)


def _hostname(headers: Mapping[str, str]) -> str | None:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname
    except ValueError:
        return None


def _is_from_here(headers: Mapping[str, str], scheme: str) -> bool:
    origin = headers.get("origin", f"{scheme}://{headers['host']}")
    return origin == f"{scheme}://{headers['host']}" and headers.get("sec-fetch-site", "none") in _OWN
