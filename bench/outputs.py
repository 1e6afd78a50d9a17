"""Where measurements are written: into a folder that git ignores or, if you say so, over what git tracks."""

from pathlib import Path

from connect_tools.project import PROJECT

PAGES = PROJECT / "docs"
IGNORED = PROJECT / ".bench"


def destination(tracked: Path, *, write: bool) -> Path:
    """Where to write a tracked file: in its place, or under the same name in `.bench`."""
    to = tracked if write else IGNORED / tracked.name
    to.parent.mkdir(parents=True, exist_ok=True)
    return to
