"""Destination of measurements: a folder that git ignores or, if you say so, tracked files."""

from pathlib import Path

from connect_tools.project import PROJECT

PAGES = PROJECT / "docs"
IGNORED = PROJECT / ".bench"


def destination(tracked: Path, *, write: bool) -> Path:
    """Return the path for a tracked file: its own, or the same name in `.bench`."""
    to = tracked if write else IGNORED / tracked.name
    to.parent.mkdir(parents=True, exist_ok=True)
    return to
