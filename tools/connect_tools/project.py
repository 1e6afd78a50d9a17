"""The project of the app: the checkout that this is part of, or else the one that somebody works in."""

import sys
from pathlib import Path

from connect_cli.errors import CommandError

_TEMPLATE = "template.yaml"


def _project() -> Path:
    here = Path.cwd()
    for folder in (Path(__file__).resolve().parents[2], here, *here.parents):
        if (folder / _TEMPLATE).is_file():
            return folder
    return here


PROJECT = _project()


def import_project() -> None:
    """Let the app's `functions`, and what they share, be imported as Lambda imports them.

    Raises:
        CommandError: this is not the folder of a project
    """
    if not (PROJECT / _TEMPLATE).is_file():
        raise CommandError(f"there is no {_TEMPLATE} here: go to the folder of the app's project")
    for folder in (PROJECT / "layers" / "app", PROJECT):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
