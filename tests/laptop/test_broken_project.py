"""`connect up` in a project that cannot be run: one line, at once, and nothing left running."""

import subprocess
import time
from pathlib import Path

import pytest

from tests.laptop.project_copy import ProjectCopy
from tests.laptop.running_up import Up, eventually

UP = ("up", "--port", "0", "--jira-port", "0")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    return ProjectCopy(tmp_path_factory.mktemp("project"))


def refusal(copy: ProjectCopy, file: str, text: str | None) -> str:
    """Return the one line of `connect up` when a file is missing or has another text."""
    path = copy / file
    before = path.read_text(encoding="utf-8")
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    started = time.monotonic()
    try:
        ended = copy.connect(*UP)
    finally:
        path.write_text(before, encoding="utf-8")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert time.monotonic() - started < 20, "it was tried again and again"
    (line,) = ended.stderr.splitlines()
    return line


DESCRIPTOR = "descriptor/atlassian-connect.json"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{\n  "key": "a",\n}\n',
            f'{DESCRIPTOR}:2:13: Illegal trailing comma before end of object   "key": "a",',
        ),
        ("[]", f"{DESCRIPTOR} is not a JSON object"),
        (None, f"{DESCRIPTOR} cannot be read: No such file or directory"),
    ],
)
def test_a_descriptor_that_cannot_be_read_is_said_with_line_and_column(
    copy: ProjectCopy, text: str | None, said: str
) -> None:
    assert refusal(copy, DESCRIPTOR, text) == f"connect: {said}"


def test_a_template_that_cannot_be_read_is_said_with_line_and_column(copy: ProjectCopy) -> None:
    said = refusal(copy, "template.yaml", "Resources: {\n  A: [\n")
    assert said.startswith("connect: template.yaml:3:1: ")


def test_a_template_that_lacks_what_it_needs_is_said(copy: ProjectCopy) -> None:
    said = refusal(copy, "template.yaml", "Parameters: {}\n")
    assert said.startswith("connect: template.yaml: ")


def test_without_a_template_it_is_the_wrong_folder(copy: ProjectCopy, tmp_path: Path) -> None:
    moved = (copy / "template.yaml").rename(tmp_path / "template.yaml")
    try:
        ended = subprocess.run(
            copy.command(*UP), env=copy.environment, cwd=tmp_path / "..", capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
    finally:
        moved.rename(copy / "template.yaml")
    assert ended.returncode == 1
    assert ended.stderr == "connect: there is no template.yaml here: go to the folder of the app's project\n"


def test_code_that_cannot_be_imported_is_told_once_at_the_start_and_goes_live_when_it_is_mended(
    tmp_path: Path,
) -> None:
    copy = ProjectCopy(tmp_path / "project")
    file = copy / "layers/jira/connect_jira/web/response.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\ndef broken(:\n", encoding="utf-8")
    with Up(copy) as up:
        (told,) = [line for line in up.lines if "does not start" in line]
        assert "(so do " in told
        number = len(text.splitlines()) + 2
        assert told.endswith(f"response.py:{number}: SyntaxError: invalid syntax   def broken(:")
        file.write_text(text, encoding="utf-8")
        eventually(lambda: up.get("/atlassian-connect.json").startswith("200 "))
