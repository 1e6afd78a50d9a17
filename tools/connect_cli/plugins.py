"""Entry points by which distributions extend `connect`.

- `connect.commands`: a command, by its name; its extras are those of its distribution that it needs
- `connect.doctor`: what `connect doctor` can do only with another distribution: `stack` and `local` ask a
  running app, `descriptor` fills in a descriptor for a stage

https://packaging.python.org/en/latest/specifications/entry-points/
"""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

_COMMANDS, _DOCTOR = "connect.commands", "connect.doctor"


def commands() -> Mapping[str, EntryPoint]:
    """Every installed command, by its name."""
    return {entry.name: entry for entry in entry_points(group=_COMMANDS)}


def for_doctor(name: str) -> Any:  # noqa: ANN401 - a function, whose type is its caller's to know
    """Return an installed distribution's function for `connect doctor`; None if there is none."""
    for entry in entry_points(group=_DOCTOR, name=name):
        return entry.load()
    return None


def to_install(entry: EntryPoint) -> str:
    """Return the requirement for pip that a command needs."""
    distribution = entry.dist.name if entry.dist else ""
    return f"{distribution}[{','.join(entry.extras)}]" if entry.extras else distribution
