"""JSON objects written while they come into being, so that nothing is kept in memory."""

import json
import sys
from collections.abc import Iterable
from typing import Self, TextIO


class ObjectWriter:
    """Writes one object; as a context manager it begins and ends it.

    Args:
        file: that it is written to
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._between = ""

    def __enter__(self) -> Self:
        self._file.write("{")
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if failure is None:
            self._file.write("}\n")

    def member(self, name: str, value: object) -> None:
        """Write a member of the object."""
        self._begin(name)
        self._file.write(json.dumps(value))

    def array(self, name: str, members: Iterable[object]) -> int:
        """Write a member that is an array, member by member; return their number."""
        self._begin(name)
        self._file.write("[")
        number = 0
        for number, member in enumerate(members, 1):
            self._file.write((", " if number > 1 else "") + json.dumps(member))
        self._file.write("]")
        return number

    def _begin(self, name: str) -> None:
        self._file.write(f"{self._between}{json.dumps(name)}: ")
        self._between = ", "


def print_array(name: str, members: Iterable[object]) -> None:
    """Print one object with one array, member by member."""
    with ObjectWriter(sys.stdout) as document:
        document.array(name, members)
