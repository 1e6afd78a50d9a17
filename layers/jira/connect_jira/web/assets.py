"""Static files of pages: `/static/{file}`, each under a name with the hash of its content.

A file of such a name never changes, so browsers cache it for good; if its content or that of a file that it
names changes, it gets another name. Files name one another as `./file`; in served files these become the
hashed names. Under its own name, too, a file is served, to be cached for an hour only: an icon's URL in the
descriptor has to last. Other files in the folder are not served, and `make check` reports them.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Response, cacheable_response

TEXTS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
"""Content types that are compressed, and in which one file may name another."""

TYPES = TEXTS | {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".otf": "font/otf",
    ".png": "image/png",
    ".ttf": "font/ttf",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
STATIC = "/static/"
"""The beginning of the paths of static files."""

_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_NAMED = re.compile(rb"(?<=[\"'(]\./)[\w.-]+")


@dataclass(frozen=True)
class _Asset:
    content: bytes
    suffix: str

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, mtime=0)

    def answer(self, accepted: str, *, may_change: bool) -> Response:
        if self.suffix in TEXTS and "gzip" in accepted:
            return cacheable_response(
                self.compressed, TYPES[self.suffix], may_change=may_change, encoding="gzip"
            )
        return cacheable_response(self.content, TYPES[self.suffix], may_change=may_change)


class Assets:
    """The files of a folder that have a known type and a plain name.

    Args:
        folder: of the files; files in its subfolders are not served
    """

    def __init__(self, folder: Path) -> None:
        files = {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if _is_served(file)}
        self._names = {name: _hashed_name(name, files) for name in files}
        self._assets = {
            self._names[name]: _Asset(self._with_names(name, content), _suffix(name))
            for name, content in files.items()
        }

    def name(self, file: str) -> str:
        """Return the hashed name of a file."""
        return self._names[file]

    def files(self) -> set[str]:
        """Return the files that are served."""
        return set(self._names)

    def answer(self, request: GatewayRequest) -> Response | None:
        """Return the requested file, None if there is none."""
        if request.method != "GET" or not request.path.startswith(STATIC):
            return None
        name = request.path.removeprefix(STATIC)
        asset = self._assets.get(self._names.get(name, name))
        if asset is None:
            return None
        return asset.answer(request.headers.get("accept-encoding", ""), may_change=name in self._names)

    def _with_names(self, file: str, content: bytes) -> bytes:
        if _suffix(file) not in TEXTS:
            return content
        return _NAMED.sub(
            lambda named: self._names.get(named[0].decode(), named[0].decode()).encode(), content
        )


def named_in(file: str, content: bytes) -> set[str]:
    """Return the files that a file names."""
    return {name.decode() for name in _NAMED.findall(content)} if _suffix(file) in TEXTS else set()


def _is_served(file: Path) -> bool:
    return file.is_file() and _FILE.fullmatch(file.name) is not None and _suffix(file.name) in TYPES


def _suffix(file: str) -> str:
    return Path(file).suffix.lower()


def _hashed_name(file: str, files: Mapping[str, bytes]) -> str:
    """Hash the file and all files that it names, directly or not: they may name one another."""
    reached, ahead = {file}, [file]
    while ahead:
        name = ahead.pop()
        more = (named_in(name, files[name]) & files.keys()) - reached
        reached |= more
        ahead += more
    digest = hashlib.sha256(b"\0".join(files[name] for name in sorted(reached))).hexdigest()[:16]
    return f"{Path(file).stem}.{digest}{Path(file).suffix}"
