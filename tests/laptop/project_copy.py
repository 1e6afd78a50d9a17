"""A copy of the project that a test may edit, and the `connect` command in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from connect_tools.project import PROJECT

_FOLDERS = ("functions", "layers", "descriptor", "tools", "local")
_SOURCES = ("layers/jwt", "layers/jira", "tools", "local", ".")


class ProjectCopy:
    """The copy; `/` gives its files."""

    def __init__(self, folder: Path) -> None:
        for name in _FOLDERS:
            shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(PROJECT / "template.yaml", folder)
        self.folder = folder

    def __truediv__(self, path: str) -> Path:
        return self.folder / path

    def edit(self, path: str, old: str, new: str) -> None:
        """Put a text in place of another, which has to be there."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {path}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """Variables that let the copy's own modules be imported."""
        sources = os.pathsep.join(str(self.folder / source) for source in _SOURCES)
        return {**os.environ, "PYTHONPATH": sources, "PYTHONUNBUFFERED": "1"}

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of `connect`."""
        return [str(Path(sys.executable).parent / "connect"), *arguments]

    def connect(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run `connect` to its end."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environment,
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
