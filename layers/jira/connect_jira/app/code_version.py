"""Version of the code that an app's owner writes: a hash of its files.

A deployment that changes none of them is no update of the app: neither a new setting nor a new layer of this
project runs `after_update`.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_LENGTH = 16


@cache
def version_of(*packages: str) -> str:
    """Return the version of all files in some packages; bytecode does not count.

    Args:
        packages: such as that of the function; one that is not there counts as empty
    """
    digest = hashlib.sha256()
    for folder in (folder for package in packages for folder in _folders(package)):
        for file in _files(folder):
            for part in (file.relative_to(folder).as_posix().encode(), file.read_bytes()):
                digest.update(len(part).to_bytes(8))
                digest.update(part)
    return digest.hexdigest()[:_LENGTH]


def _folders(package: str) -> Iterator[Path]:
    spec = find_spec(package)
    for location in (spec and spec.submodule_search_locations) or ():
        yield Path(location)


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if "__pycache__" not in path.parts and path.is_file())
    return sorted(found)
