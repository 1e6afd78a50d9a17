"""The functions of the laptop's all.js before the types of Atlassian's, npm `@types/atlassian-connect-js`."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connect_local.jira.pages.application import STATIC
from tests.node import node_process

TYPES = Path(__file__).parents[1] / "node_modules/@types/atlassian-connect-js/index.d.ts"
ELSEWHERE = ("confluence.", "customContent.")
NOT_FOR_PAGES = {"addRequestMarshal", "defineGlobal", "defineModule"}
"""By which Jira itself adds to all.js."""


def declared() -> Iterator[str]:
    if not TYPES.is_file():
        pytest.skip("@types/atlassian-connect-js is missing: `npm ci` in tests/")
    namespace = ""
    for line in TYPES.read_text(encoding="utf-8").splitlines():
        if opened := re.fullmatch(r"    namespace (\w+) \{", line):
            namespace = f"{opened[1]}."
        elif line == "    }":
            namespace = ""
        elif name := re.match(r"(?:    ){1,2}function (\w+)", line):
            yield f"{namespace}{name[1]}"


def test_it_carries_out_nothing_that_jira_does_not_have_and_knows_all_that_it_has() -> None:
    real = set(declared()) - NOT_FOR_PAGES
    of_jira = {name for name in real if not name.startswith(ELSEWHERE)}
    with node_process(Path(__file__).with_name("all_js.mjs")) as node:
        found = node.ask("functions", file=str(STATIC / "all.js"))
    assert set(found["carriedOut"]) <= of_jira
    assert of_jira <= {*found["carriedOut"], *found["missing"]}
    assert {"request", "dialog.create", "events.emit"} <= set(found["carriedOut"])
