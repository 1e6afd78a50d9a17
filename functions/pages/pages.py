"""The pages: nearly empty HTML that is served at once; their scripts fetch the rest.

`frame-ancestors` allows the site's installed address to frame a page, whatever the request says.
`X-Frame-Options` cannot hold such a list.
"""

import html
import re
from http import HTTPStatus
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from connect_jira.auth.page_requests import PageRequest
from connect_jira.web.assets import Assets
from connect_jira.web.response import Response, html_response
from functions.pages.permissions import administrators_only

STATIC = Path(__file__).parent / "static"
_FOLDER = Path(__file__).parent / "templates"
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?|http://localhost:[0-9]+", re.ASCII)

_NOTICES = {
    HTTPStatus.FORBIDDEN: (
        "This page is for Jira administrators",
        "You are not one on this site. Ask a Jira administrator to look here for you.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "Jira does not answer just now",
        "It could not be asked whether you are a Jira administrator. Load this page again in a moment.",
    ),
}


class Pages:
    """All pages of the app.

    Args:
        assets: the static files of pages
        all_js_url: URL of Atlassian's script for iframes
    """

    def __init__(self, assets: Assets, *, all_js_url: str) -> None:
        self._assets = assets
        self._all_js_url = all_js_url
        self._frame = _template("frame.html")
        self._bodies = {name: _template(f"{name}.html") for name in ("hello-world", "connection", "notice")}

    def hello_world(self, request: PageRequest) -> Response:
        """Serve the greeting page."""
        site_url = request.site_url
        body = self._body("hello-world", siteUrl=site_url, siteName=urlsplit(site_url).netloc)
        return self._page(request, body, title="Greeting", script="hello-world.js")

    def connection(self, request: PageRequest) -> Response:
        """Serve the page for administrators; 403 or 503 with an explanation for others."""
        status = administrators_only(request)
        if status is not HTTPStatus.OK:
            title, text = _NOTICES[status]
            body = self._body("notice", title=title, text=text)
            return self._page(request, body, title=title, script="notice.js", status=status)
        return self._page(request, self._body("connection"), title="Connection", script="connection.js")

    def _body(self, name: str, **texts: str) -> str:
        return self._bodies[name].substitute(_escaped(texts))

    def _page(
        self, request: PageRequest, body: str, *, title: str, script: str, status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        texts = {
            "title": f"{title} · {request.app.name}",
            "allJsUrl": self._all_js_url,
            "reset": self._assets.name("css-reset.css"),
            "tokens": self._assets.name("tokens.css"),
            "style": self._assets.name("app.css"),
            "script": self._assets.name(script),
        }
        page = self._frame.substitute(_escaped(texts), body=body)
        return html_response(status, page, policy=self._policy(request))

    def _policy(self, request: PageRequest) -> str:
        atlassian = _origin(self._all_js_url)
        return "; ".join(
            (
                "default-src 'none'",
                f"script-src 'self' {atlassian}",
                f"style-src 'self' {atlassian}",  # all.js loads Jira's theme from its own folder
                "font-src 'self'",
                "img-src 'self'",
                "connect-src 'self'",
                "base-uri 'none'",
                "form-action 'none'",
                f"frame-ancestors {_ancestors(request)}",
            )
        )


def _template(file: str) -> Template:
    return Template((_FOLDER / file).read_text(encoding="utf-8"))


def _escaped(texts: dict[str, str]) -> dict[str, str]:
    return {name: html.escape(text) for name, text in texts.items()}


def _ancestors(request: PageRequest) -> str:
    origins = (_origin(url) for url in (request.site_url, request.display_url) if url)
    return " ".join(dict.fromkeys(filter(None, origins))) or "'none'"


def _origin(url: str) -> str:
    """Return scheme, host and port; empty for anything else, since it becomes part of a header."""
    parts = urlsplit(url.lower())
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin if _ORIGIN.fullmatch(origin) else ""
