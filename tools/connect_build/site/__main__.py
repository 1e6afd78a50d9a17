"""Builds the site into `dist/site`: `make site`."""

import shutil

from connect_build.site.build import build
from connect_tools.project import PROJECT

FOLDER = PROJECT / "dist" / "site"


def main() -> None:
    """Build it anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    build(FOLDER)
    folder = FOLDER.relative_to(PROJECT)
    print(f"Look at it by: python3 -m http.server --directory {folder}")  # noqa: T201 - make shows it


if __name__ == "__main__":
    main()
