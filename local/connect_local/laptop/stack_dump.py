"""Place where a process was when it was stopped or died, from what Python's faulthandler has printed.

https://docs.python.org/3/library/faulthandler.html
"""

import re
import sysconfig
from pathlib import Path

from connect_tools.project import PROJECT

VARIABLES = {"PYTHONFAULTHANDLER": "1"}
"""Environment variables of a process that says where it is when it dies of a signal."""

_BEGIN = re.compile(r"^(?:Fatal Python error: |Current thread |Thread 0x)", re.MULTILINE)
_CURRENT = re.compile(r"^Current thread .*", re.MULTILINE | re.DOTALL)
_FRAME = re.compile(r'^  File "([^"]+)", line (\d+) in (.+)$', re.MULTILINE)
_LIBRARIES = [Path(sysconfig.get_path(name)) for name in ("stdlib", "platlib", "purelib")]


def is_dump(text: str) -> bool:
    """True if a piece of a process's output is such a dump."""
    return bool(_BEGIN.match(text) and _FRAME.search(text))


def place_in(dump: str) -> str | None:
    """The current thread's innermost place in the project's own code, such as `functions/a/b.py:12 (name)`.

    None if it is not there: the other threads, which are printed first, only wait for something.
    """
    current = _CURRENT.search(dump)
    for file, line, function in _FRAME.findall(current[0] if current else ""):
        if place := place_of(file, line):
            return f"{place} ({function})"
    return None


def place_of(file: str, line: int | str, project: Path = PROJECT) -> str | None:
    """A line of the project's own code, such as `functions/a/b.py:12`; None when the file is none of it."""
    path = Path(file)
    if not path.is_relative_to(project) or any(path.is_relative_to(folder) for folder in _LIBRARIES):
        return None
    return f"{path.relative_to(project)}:{line}"
