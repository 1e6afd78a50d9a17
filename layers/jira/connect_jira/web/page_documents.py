"""The documents of pages: static HTML, in which files are named as `./due.js`.

They become the names that `connect_jira.web.assets` serves, and `./all.js` becomes the URL of Atlassian's
script for iframes. Nothing else is written into a document, and nothing of who asks for it.

`frame-ancestors` allows the site's installed address to frame a page, whatever the request says.
`X-Frame-Options` cannot hold such a list.
"""

import html
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from connect_jira.web.assets import Assets
from connect_jira.web.response import Response, html_response

ALL_JS = "all.js"

_NAMED = re.compile(r"(?<=[\"'])\./([\w.-]+)", re.ASCII)
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?|http://localhost:[0-9]+", re.ASCII)


class PageDocuments:
    """The documents of a folder, each read when it is first asked for.

    Args:
        folder: of the documents
        assets: the files that they name
        all_js_url: URL of Atlassian's script for iframes
    """

    def __init__(self, folder: Path, assets: Assets, *, all_js_url: str) -> None:
        self._folder = folder
        self._assets = assets
        self._all_js_url = all_js_url
        self._document = cache(self._read)

    def answer(
        self, template: str, *, status: int = 200, framed_by: tuple[str | None, ...], **texts: str
    ) -> Response:
        """Return a document as a response.

        Args:
            template: its file
            status: the HTTP status
            framed_by: the URLs whose origins may frame it
            texts: by the name of the placeholder, such as `{{title}}`, that they stand for

        Raises:
            FileNotFoundError: there is no such file
        """
        document = self._document(template)
        for name, text in texts.items():
            document = document.replace(f"{{{{{name}}}}}", html.escape(text))
        return html_response(status, document, policy=self._policy(framed_by))

    def _read(self, template: str) -> str:
        text = (self._folder / template).read_text(encoding="utf-8")
        return _NAMED.sub(lambda named: self._served(named[1]), text)

    def _served(self, name: str) -> str:
        if name == ALL_JS:
            return html.escape(self._all_js_url)
        return f"../static/{self._assets.name(name)}" if name in self._assets.files() else f"./{name}"

    def _policy(self, framed_by: tuple[str | None, ...]) -> str:
        atlassian = _origin(self._all_js_url)
        origins = (_origin(url) for url in framed_by if url)
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
                f"frame-ancestors {' '.join(dict.fromkeys(filter(None, origins))) or "'none'"}",
            )
        )


def files_named_in(document: str) -> set[str]:
    """Return the files that a document names, without Atlassian's script."""
    return set(_NAMED.findall(document)) - {ALL_JS}


def _origin(url: str) -> str:
    """Return scheme, host and port; empty for anything else, since it becomes part of a header."""
    parts = urlsplit(url.lower())
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin if _ORIGIN.fullmatch(origin) else ""
