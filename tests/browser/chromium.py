"""The machine's own browser; nothing is downloaded."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MACOS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
_FEATURES_OFF = (
    # A page that a test hands the browser in place of Jira's counts as one from the internet.
    "LocalNetworkAccessChecks",
    # For each window they start processes that no test needs: half of what a test costs.
    "SpareRendererForSitePerProcess",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)
_ARGUMENTS = (
    "--no-sandbox",  # in containers there is none to be had
    "--disable-background-networking",
    f"--disable-features={','.join(_FEATURES_OFF)}",
)
_MISSING = "No Chromium or Chrome here: `apt-get install chromium`, or https://www.google.com/chrome/"


def chromium() -> str | None:
    """Return the browser's path."""
    found = filter(None, map(shutil.which, _COMMANDS))
    return next(found, None) or next((str(path) for path in _MACOS if path.exists()), None)


@contextmanager
def started_browser() -> Iterator[Browser]:
    """A browser without a window; where there is none the test is skipped, but never in CI."""
    executable = chromium()
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail(_MISSING)
        pytest.skip(_MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*_ARGUMENTS])
        yield browser
        browser.close()
