"""Accessibility violations on a page, found by Deque's axe."""

from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page

_AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page | Frame) -> list[str]:
    """Each violation with where it is; a page's iframes are pages of their own."""
    if not _AXE.is_file():
        pytest.skip("axe-core is missing: `npm ci` in tests/")
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({ iframes: false })")
    return [f"{rule['id']}: {node['html']}" for rule in found["violations"] for node in rule["nodes"]]
