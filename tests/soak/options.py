"""Options of `python -m tests.soak`."""

from dataclasses import dataclass

from connect_cli.errors import CommandError
from tests.soak.faults import FAULT_NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakOptions:
    """One soak.

    Attributes:
        webhooks: number of webhooks
        tenants: number of sites
        faults: of `FAULT_NAMES`
        seed: of everything that is left to chance; not of what threads and processes make of it
        limit: for how many seconds it may take
    """

    webhooks: int
    tenants: int
    faults: frozenset[str]
    seed: int
    limit: float


def read_faults(text: str) -> frozenset[str]:
    """The faults that are named: `all`, `none`, or names with commas between them.

    Raises:
        CommandError: there is no such fault
    """
    if text == "all":
        return frozenset(FAULT_NAMES)
    if text == "none":
        return frozenset()
    named = frozenset(text.split(","))
    unknown = named - set(FAULT_NAMES)
    if unknown:
        raise CommandError(
            f"no fault is called {min(unknown)!r}: there are all, none, {', '.join(FAULT_NAMES)}"
        )
    return named
