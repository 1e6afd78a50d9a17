"""The files that pages are made of: `/static/{file}`, each by a name that holds the hash of its content.

What has such a name never changes, so that a browser keeps it for good, and asks for another name when the
content is another. Files name one another as `./file`; in what is served these are the hashed names.
"""

import base64
import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from connect_jira.answers import Answer, cacheable_answer
from connect_jira.gateway import GatewayRequest

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_NAMED = re.compile(rb"(?<=[\"'(]\./)[\w.-]+")


@dataclass(frozen=True)
class _Asset:
    content: bytes
    content_type: str

    @cached_property
    def compressed(self) -> str:
        return base64.b64encode(gzip.compress(self.content, mtime=0)).decode()


class Assets:
    """The files of a folder."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._folder = folder
        self._names: dict[str, str] = {}
        self._assets: dict[str, _Asset] = {}
        for file in sorted(folder.iterdir()):
            self.name(file.name)

    def name(self, file: str) -> str:
        """The name that a file is served by."""
        if file not in self._names:
            path = self._folder / file
            content = _NAMED.sub(lambda named: self.name(named[0].decode()).encode(), path.read_bytes())
            digest = hashlib.sha256(content).hexdigest()[:16]
            self._names[file] = f"{path.stem}.{digest}{path.suffix}"
            self._assets[self._names[file]] = _Asset(content, _TYPES[path.suffix])
        return self._names[file]

    def answer(self, request: GatewayRequest) -> Answer | None:
        """The file that a request asks for, None if there is none."""
        asset = self._assets.get(request.path.removeprefix("/static/"))
        if asset is None or request.method != "GET" or not request.path.startswith("/static/"):
            return None
        if "gzip" in request.headers.get("accept-encoding", ""):
            return cacheable_answer(asset.compressed, asset.content_type, encoding="gzip")
        return cacheable_answer(asset.content.decode(), asset.content_type)
