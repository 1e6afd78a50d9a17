"""Selection of an issue's fields or properties."""

from collections.abc import Mapping, Sequence

from connect_local.jira.entities import Json

_NOT_NAVIGABLE = {"comment"}


def select(values: Mapping[str, Json], asked_for: Sequence[str]) -> dict[str, Json]:
    """Return the selected values: single names, `*all`, `*navigable`, or, with a hyphen, exclusions.

    Args:
        values: to select from
        asked_for: the names; only left-out ones mean all the others
    """
    left_out = {name[1:] for name in asked_for if name.startswith("-")}
    wanted = [name for name in asked_for if not name.startswith("-")] or ["*all"]
    return {
        name: value
        for name, value in values.items()
        if name not in left_out
        and (name in wanted or "*all" in wanted or ("*navigable" in wanted and name not in _NOT_NAVIGABLE))
    }
