"""docs/tutorial.md as its reader does it: every block of code is put where the line above it says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connect_tools.project import PROJECT

TUTORIAL = PROJECT / "docs" / "tutorial.md"

_BLOCK = re.compile(r"^([^\n]*)\n\n```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WHOLE = re.compile(r"(?:New file `([^`]+)`|`([^`]+)` becomes):")
_REPLACE = re.compile(r"In `([^`]+)`, replace:")
_WITH = "with:"
_TYPED = {"sh", "text"}


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing to do in one file: write it, or replace a part of it that stands there once."""

    file: str
    replaced: str | None
    text: str

    def apply(self, folder: Path) -> None:
        path = folder / self.file
        if self.replaced is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text, encoding="utf-8")
            return
        before = path.read_text(encoding="utf-8")
        assert before.count(self.replaced) == 1, f"{self.file} has not once:\n{self.replaced}"
        path.write_text(before.replace(self.replaced, self.text), encoding="utf-8")


def edits(text: str) -> Iterator[Edit]:
    """Yield the edits in their order."""
    waiting: tuple[str, str] | None = None
    for above, language, code in _BLOCK.findall(text):
        if language in _TYPED:
            continue
        if whole := _WHOLE.fullmatch(above):
            yield Edit(whole[1] or whole[2], None, code)
        elif replace := _REPLACE.fullmatch(above):
            waiting = (replace[1], code)
            continue
        elif above == _WITH and waiting:
            yield Edit(waiting[0], waiting[1], code)
        else:
            raise AssertionError(f"nothing says where this goes, below {above!r}:\n{code}")
        waiting = None


def typed(text: str) -> list[str]:
    """Return the lines that the reader types into a terminal."""
    blocks = [code for _, language, code in _BLOCK.findall(text) if language == "sh"]
    return [line for code in blocks for line in code.splitlines()]
