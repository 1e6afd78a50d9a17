"""All of the site."""

from pathlib import Path

from connect_build.site.doctor import build_doctor
from connect_build.site.documentation import build_documentation


def build(folder: Path) -> None:
    """Build the site.

    Args:
        folder: the place for it; empty, or not there

    Raises:
        FileNotFoundError: a package of npm is not installed in `site/`
        CalledProcessError: a page has a fault, and Sphinx has said so
    """
    build_documentation(folder)
    build_doctor(folder / "doctor")
