"""The version before: what a stack runs when this one is deployed."""

import os
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from connect_tools.project import PROJECT

FROM = "FROM"
"""Environment variable: a tag or a commit, instead of the last tag before this commit, or else its parent."""


class NoVersionBefore(Exception):
    """It is not known here."""


def version_before() -> str:
    """The name of its tag, or its commit.

    Raises:
        NoVersionBefore: there is none, or git does not have it
    """
    if named := os.environ.get(FROM):
        return _git("rev-parse", "--verify", "--quiet", f"{named}^{{commit}}") and named
    parent = _git("rev-parse", "--verify", "--quiet", "HEAD^")
    try:
        return _git("describe", "--tags", "--abbrev=0", parent)
    except NoVersionBefore:
        return _git("rev-parse", "--short", parent)


def export(version: str, folder: Path) -> Path:
    """Write the files of a version into a folder, and return it."""
    archive = subprocess.run(["git", "archive", version], cwd=PROJECT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def _git(*arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise NoVersionBefore(
            f"the version before is not known here: give {FROM}=a tag or a commit that git has"
        )
    return ran.stdout.strip()
