"""The README answers a stranger's questions from the tree alone, and what it names is there."""

import re
import subprocess

import click
import pytest

from connect_cli.command import connect
from connect_tools.project import PROJECT
from connect_tools.template import Template

TEXT = (PROJECT / "README.md").read_text(encoding="utf-8")
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
).stdout.splitlines()
TOP_LEVEL = {path.partition("/")[0] for path in TRACKED}


def section(heading: str) -> str:
    return TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_it_begins_with_what_it_is_for_whom_and_two_commands() -> None:
    beginning = "\n".join(TEXT.splitlines()[:10])

    for said in ("Jira Cloud app", "AWS Lambda", "It is for you if", "make demo", "make test"):
        assert said in beginning


WHERE = section("Where is what")


@pytest.mark.parametrize(
    "question",
    [
        "where is a token's claim checked?",
        "where does a 429 decide what happens?",
        "what does `connect dlq` read?",
        "where do I put my own code?",
        "which files are never deployed?",
    ],
)
def test_a_strangers_question_is_answered(question: str) -> None:
    assert f"| {question} |" in WHERE


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z_\-]+(?:[/.][\w\-./]+)?)`", WHERE))))
def test_where_something_is_said_to_be_there_is_something(path: str) -> None:
    assert (PROJECT / path).exists()


def test_what_is_never_deployed_is_in_no_function_and_no_layer() -> None:
    (row,) = (line for line in WHERE.splitlines() if line.startswith("| which files are never deployed?"))
    never, _, only = row.partition("Only")
    deployed = set(re.findall(r"`(\w+)`", only))
    built = {
        resource["CodeUri" if kind.endswith("Function") else "ContentUri"].partition("/")[0]
        for kind in ("AWS::Serverless::Function", "AWS::Serverless::LayerVersion")
        for resource in Template({}).resources(kind).values()
    }

    assert deployed == built
    folders = {name for name in TOP_LEVEL if (PROJECT / name).is_dir() and not name.startswith(".")}
    assert set(re.findall(r"`(\w+)`", never)) == folders - deployed


def test_the_picture_has_every_folder() -> None:
    picture = section("The tree")
    rooms = {
        f"{path.parent.name}/"
        for path in (PROJECT / "layers" / "jira" / "connect_jira").glob("*/__init__.py")
    }
    folders = {f"{name}/" for name in TOP_LEVEL if (PROJECT / name).is_dir() and not name.startswith(".")}

    assert {name for name in rooms | folders if name not in picture} == set()
    for function in (PROJECT / "functions").glob("*/app.py"):
        assert function.parent.name in picture


def test_the_commands_are_those_of_the_command_line() -> None:
    typed = re.findall(r"^\.venv/bin/connect (\w+)", TEXT, flags=re.MULTILINE)

    assert set(typed) == set(connect.list_commands(click.Context(connect)))
