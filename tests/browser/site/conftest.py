"""The built site, served as static files are, in a browser whose network is watched."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from connect_build.site.build import build
from connect_build.site.doctor import PYODIDE

_MISSING = "Pyodide is missing: `npm ci` in site/"
expect.set_options(timeout=20_000)  # this machine does much else
LOADED = 90_000
"""Milliseconds: Python is started in a browser, on a machine that does much else."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Watched:
    """A page of the site, and what its browser has asked for and complained of."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def open_doctor(self, fragment: str = "") -> None:
        """Open the doctor, and wait until Python is there."""
        self.open(f"doctor/{fragment}")
        expect(self.page.locator("#loading")).to_have_count(0, timeout=LOADED)

    def says(self, text: str) -> None:
        expect(self.page.locator("#answer h2").first).to_have_text(text)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site; it is built once."""
    if not PYODIDE.is_dir():
        if os.environ.get("CI"):
            pytest.fail(_MISSING)
        pytest.skip(_MISSING)
    folder = tmp_path_factory.mktemp("site")
    build(folder)
    return folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Return the URL of the site, which ends in a slash."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def watched(browser: Browser, address: str) -> Iterator[Watched]:
    """One page for the tests of a file, on a phone in the dark; it may say nothing on the console."""
    context = browser.new_context(
        viewport={"width": 320, "height": 640},
        color_scheme="dark",
        permissions=["clipboard-read", "clipboard-write"],
    )
    watched = Watched(context.new_page(), address)
    watched.page.on("request", lambda request: watched.requests.append(request.url))
    watched.page.on("console", lambda said: watched.complaints.append(said.text))
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    yield watched
    context.close()
    assert watched.complaints == []
    assert [url for url in watched.requests if not url.startswith((address, f"blob:{address}"))] == []
