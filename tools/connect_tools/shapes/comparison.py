"""Shapes of a kind made one, and what of them the laptop's Jira and Forge have never sent."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

type Kinds = dict[str, dict[str, list[str]]]
"""By kind, the forms that each path has."""

ABSENT = "absent"
"""The form of a member that some have, and others of the same kind have not."""

LAPTOPS = Path(__file__).with_name("laptop.json")
"""Shapes that the laptop's Jira and Forge send; a test holds it, and says how to make it anew."""


def by_kind(records: Iterable[Mapping[str, Any]]) -> Kinds:
    """All shapes of each kind as one.

    Args:
        records: `kind` and `shape` of each
    """
    shapes: defaultdict[str, list[Mapping[str, list[str]]]] = defaultdict(list)
    for record in records:
        shapes[record["kind"]].append(record["shape"])
    return {kind: _merged(shapes[kind]) for kind in sorted(shapes)}


def laptops_kinds() -> Kinds:
    """Return the shapes that the laptop's Jira and Forge send."""
    kinds: Kinds = json.loads(LAPTOPS.read_text(encoding="utf-8"))
    return kinds


def differences(kinds: Kinds, laptops: Kinds) -> Iterator[str]:
    """Describe recorded shapes that the laptop's Jira and Forge never send, one sentence each.

    Args:
        kinds: recorded shapes
        laptops: shapes that the laptop sends
    """
    for kind, members in kinds.items():
        known = laptops.get(kind)
        if known is None:
            yield f"{kind}: the laptop has nothing of the kind."
            continue
        for path in sorted({*members, *known}):
            here, there = set(members.get(path, [ABSENT])), set(known.get(path, [ABSENT]))
            if not here <= there:
                yield f"{kind}: {path} is {_either(here)}; on the laptop {_either(there)}."


def _merged(shapes: list[Mapping[str, list[str]]]) -> dict[str, list[str]]:
    forms: defaultdict[str, set[str]] = defaultdict(set)
    for shape in shapes:
        for path, seen in shape.items():
            forms[path].update(seen)
    for path, seen_anywhere in forms.items():
        if any(path not in shape and _may_have(shape, path) for shape in shapes):
            seen_anywhere.add(ABSENT)
    return {path: sorted(forms[path]) for path in sorted(forms)}


def _may_have(shape: Mapping[str, list[str]], path: str) -> bool:
    """Return whether a shape has the object that a member is of; headers and parameters are of none."""
    parent = path.rpartition(".")[0]
    if parent in {"", "header", "query"}:
        return True
    return not path.endswith("[]") and "object" in shape.get(parent, [])


def _either(forms: set[str]) -> str:
    return " or ".join(sorted(forms))
