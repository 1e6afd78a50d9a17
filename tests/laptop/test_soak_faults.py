"""The soak's faults: whatever is ordered when, a site is left in peace before the app's pauses grow long."""

import random
from types import SimpleNamespace
from typing import Any

import pytest

from connect_local.jira.faults import Faults
from tests.soak.faults import MOST_IN_A_ROW, kinds_of_faults

ORDERED_FROM_JIRA = ("429", "503", "drop", "slow", "rotate")


@pytest.mark.parametrize("seed", range(20))
def test_no_site_meets_more_than_a_few_in_a_row(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same orders each time
    faults = {name: Faults() for name in ("one", "other")}
    tenants = {name: SimpleNamespace(faults=its) for name, its in faults.items()}
    stack: Any = SimpleNamespace(jira=SimpleNamespace(tenants=SimpleNamespace(ensure=tenants.__getitem__)))
    kinds = kinds_of_faults(stack, list(faults), chance)
    met, longest = dict.fromkeys(faults, 0), 0
    for _ in range(2_000):
        kinds[chance.choice(ORDERED_FROM_JIRA)].strike()
        name = chance.choice(list(faults))
        met[name] = met[name] + 1 if faults[name].take() else 0
        longest = max(longest, *met.values())
    assert longest == MOST_IN_A_ROW
