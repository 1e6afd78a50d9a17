"""The log lines that docs/first-hour.md tells you to look for are those of the functions."""

import re

import pytest

from connect_jira.shape_recorder import MAX_OF_A_KIND, MAX_OF_A_PROCESS
from connect_jira.shapes import LONGEST_NAME, MAX_MEMBERS
from connect_jwt.errors import ForgeReason, Reason
from connect_tools.project import PROJECT

PAGE = (PROJECT / "docs" / "first-hour.md").read_text(encoding="utf-8")
SECURITY = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
SOURCES = [
    file.read_text(encoding="utf-8")
    for folder in ("functions", "layers/jira/connect_jira")
    for file in (PROJECT / folder).rglob("*.py")
]
ROWS = "\n".join(line for line in PAGE.splitlines() if line.startswith("|"))
MESSAGES = sorted(set(re.findall(r"`([A-Z][a-z]+(?: [a-z0-9A-Z']+)+)`", ROWS)))
SLUGS = sorted(set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", ROWS)))


def test_there_are_some() -> None:
    assert len(MESSAGES) > 5
    assert len(SLUGS) > 3


@pytest.mark.parametrize("message", MESSAGES)
def test_a_line_of_the_log_is_one_that_is_written(message: str) -> None:
    assert any(f'"{message}"' in source for source in SOURCES)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_reason_is_one_that_is_given(slug: str) -> None:
    assert slug in {*Reason, *ForgeReason} or any(f'"{slug}"' in source for source in SOURCES)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(/(?:forge|lifecycle)/[a-z/-]+)`", ROWS))))
def test_a_path_is_a_route(path: str) -> None:
    assert f"Path: {path}}}" in (PROJECT / "template.yaml").read_text(encoding="utf-8")


def test_the_limits_are_those_of_the_recorder() -> None:
    assert f"{MAX_OF_A_KIND} shapes of a kind and {MAX_OF_A_PROCESS} of a process" in SECURITY
    assert f"{MAX_MEMBERS} members of each" in SECURITY
    assert f"more than {LONGEST_NAME} characters" in " ".join(PAGE.split())
