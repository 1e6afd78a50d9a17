"""`connect up` applies an edit of the source at once; one stack over a copy of the project for all of it.

`python -m tests.laptop.test_watching` measures the time from saving a file to its effect.
"""

import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.descriptors import own_descriptor
from tests.laptop.project_copy import ProjectCopy
from tests.laptop.running_up import Up, eventually

KEY: str = own_descriptor()["key"]
WORKER_SECONDS = 8
"""Work that was cut off is begun again when the worker that began it must have ended."""

REACTIONS = "functions/jira_calls/reactions.py"
DESCRIPTOR = "descriptor/atlassian-connect.json"
SERVED = "functions/descriptor/app.py"


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    copy = ProjectCopy(tmp_path_factory.mktemp("project"))
    copy.edit("template.yaml", "Timeout: 30\n", f"Timeout: {WORKER_SECONDS}\n")
    with Up(copy) as up:
        up.install()
        yield up


@pytest.fixture
def since(up: Up) -> int:
    """Return the number of lines that are printed before the test."""
    return len(up.lines)


def test_a_reaction_is_replaced_and_sites_and_issues_stay(up: Up, since: int) -> None:
    up.create_issue("DEMO-1")
    eventually(lambda: "connect-lambda" in up.properties_of("DEMO-1"))
    up.copy.edit(REACTIONS, 'PROPERTY = "connect-lambda"', 'PROPERTY = "edited"')
    assert "JiraCalls in " in up.wait_for(f"{REACTIONS}: ", since=since)
    up.create_issue("DEMO-2")
    eventually(lambda: "edited" in up.properties_of("DEMO-2"))
    assert "connect-lambda" in up.properties_of("DEMO-1")
    assert [app["enabled"] for app in up.control("state")["apps"]] == [True]


def serve(up: Up, text: str) -> None:
    """Let the function that serves the descriptor serve a text, too."""
    with (up.copy / SERVED).open("a", encoding="utf-8") as file:
        file.write(f'_descriptor["edit"] = "{text}"\n')


def test_a_file_that_its_editor_saves_by_rename_is_seen(up: Up, since: int) -> None:
    serve(up, "in place")
    eventually(lambda: "in place" in up.get("/atlassian-connect.json"))
    file = up.copy / SERVED
    draft = file.with_name(".app.py.swp")
    draft.write_text(file.read_text(encoding="utf-8").replace("in place", "by rename"), encoding="utf-8")
    draft.replace(file)
    eventually(lambda: "by rename" in up.get("/atlassian-connect.json"))
    assert up.wait_for(f"reload       {SERVED}: Descriptor in ", since=since)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("def broken(:", "SyntaxError: invalid syntax   def broken(:"),
        ("import nothing", "ModuleNotFoundError: No module named 'nothing'   import nothing"),
        ("reactions.on('a')(1 / 0)", "ZeroDivisionError: division by zero   reactions.on('a')(1 / 0)"),
    ],
)
def test_code_that_does_not_start_is_told_and_the_old_goes_on(
    up: Up, since: int, line: str, said: str
) -> None:
    text = (up.copy / REACTIONS).read_text(encoding="utf-8")
    number = len(text.splitlines()) + 1
    (up.copy / REACTIONS).write_text(f"{text}{line}\n", encoding="utf-8")
    told = up.wait_for("goes on with the code of before", since=since)
    assert told.endswith(f"JiraCalls    goes on with the code of before: {REACTIONS}:{number}: {said}")
    key = f"OLD-{number}{len(line)}"
    up.create_issue(key)
    eventually(lambda: up.properties_of(key))
    mended = len(up.lines)
    (up.copy / REACTIONS).write_text(text, encoding="utf-8")
    up.wait_for(f"{REACTIONS}: JiraCalls in ", since=mended)


def test_jira_reads_an_edited_descriptor_again(up: Up, since: int) -> None:
    up.copy.edit(DESCRIPTOR, '"vendor"', ',"vendor"')
    assert up.wait_for(f"descriptor   {DESCRIPTOR}:", since=since).endswith(". The one of before goes on")
    assert up.get("/atlassian-connect.json").startswith("200 ")
    mended = len(up.lines)
    up.copy.edit(DESCRIPTOR, ',"vendor"', '"vendor"')
    up.copy.edit(
        DESCRIPTOR,
        '"webhooks": [',
        '"webhooks": [{"event": "comment_created", "url": "/webhooks/comment_created"},',
    )
    up.wait_for(f"has read the descriptor, and installed {KEY}-dev again", since=mended)
    event = {"event": "comment_created", "body": {"issue": {"key": "DEMO-1"}}}
    assert up.control("webhooks", event)["status"] == 204
    up.wait_for("event=comment_created", since=mended)


def test_an_app_with_another_key_takes_the_place_of_the_one_of_before(up: Up) -> None:
    def keys() -> list[str]:
        return [app["key"] for app in up.control("state")["apps"] if app["enabled"]]

    for old, new in ((KEY, "test.another.app"), ("test.another.app", KEY)):
        since = len(up.lines)
        up.copy.edit(DESCRIPTOR, f'"key": "{old}{{{{', f'"key": "{new}{{{{')
        said = up.wait_for("has read the descriptor", since=since)
        assert said.endswith(f"installed {new}-dev again, in place of {old}-dev")
        assert keys() == [f"{new}-dev"]


def test_an_edited_template_is_applied(up: Up, since: int) -> None:
    template = (up.copy / "template.yaml").read_text(encoding="utf-8")
    up.copy.edit("template.yaml", "Resources:\n", "Resources: [\n")
    assert ". The one of before goes on" in up.wait_for("template.yaml:", since=since)
    (up.copy / "template.yaml").write_text(template, encoding="utf-8")
    up.copy.edit("template.yaml", "Path: /atlassian-connect.json}", "Path: /other.json}")
    up.copy.edit("template.yaml", "Resources:\n", f"Resources:\n{NEW_TABLE}")
    up.copy.edit("template.yaml", "VisibilityTimeout: 180", "VisibilityTimeout: 200")
    up.copy.edit(
        "template.yaml",
        "Resources:\n",
        "Resources:\n\n  Steps:\n    Type: AWS::New::Kind\n",
    )
    up.wait_for("Steps (AWS::New::Kind) is not there on the laptop", since=since)
    up.wait_for("restart connect up for JiraCalls", since=since)
    eventually(lambda: up.get("/other.json").startswith("200 "))
    resources = json.loads(up.get("/_local/stack").removeprefix("200 "))["resources"]
    assert resources["Remembered"].endswith("-Remembered")
    restored = len(up.lines)
    (up.copy / "template.yaml").write_text(template, encoding="utf-8")
    up.wait_for("template     is applied", since=restored)
    eventually(lambda: up.get("/atlassian-connect.json").startswith("200 "))


NEW_TABLE = """
  Remembered:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: id, AttributeType: S}
      KeySchema:
        - {AttributeName: id, KeyType: HASH}
      TimeToLiveSpecification:
        AttributeName: expiresAt
        Enabled: true
"""


def test_a_reaction_that_dies_is_told_in_one_line_and_its_message_comes_again_with_the_next_edit(
    up: Up, since: int
) -> None:
    text = (up.copy / REACTIONS).read_text(encoding="utf-8")
    dying = text.replace("    issue = quote(", '    __import__("os")._exit(9)\n    issue = quote(')
    (up.copy / REACTIONS).write_text(dying, encoding="utf-8")
    up.wait_for(f"{REACTIONS}: JiraCalls in ", since=since)
    up.create_issue("DIED-1")
    told = up.wait_for("died with exit status 9", since=since)
    assert re.search(
        r"JiraCalls    died with exit status 9\. Nothing is lost: (hook, )?jira:issue_created comes? again "
        r"in \d+ s, or when you save a change$",
        told,
    )
    assert up.properties_of("DIED-1") == {}
    (up.copy / REACTIONS).write_text(text, encoding="utf-8")
    eventually(lambda: up.properties_of("DIED-1"))


def test_a_reaction_that_hangs_is_told_in_one_line_with_its_place(up: Up, since: int) -> None:
    text = (up.copy / REACTIONS).read_text(encoding="utf-8")
    before, after = text.split("    issue = quote(", 1)
    hanging = f'{before}    __import__("time").sleep(60)\n    issue = quote({after}'
    (up.copy / REACTIONS).write_text(hanging, encoding="utf-8")
    up.wait_for(f"{REACTIONS}: JiraCalls in ", since=since)
    up.create_issue("HUNG-1")
    told = up.wait_for("ran into its timeout", since=since)
    place = f"{REACTIONS}:{len(before.splitlines()) + 1} (issue_created)"
    assert f"ran into its timeout of {WORKER_SECONDS} s, and was stopped at {place}: " in told
    assert "Nothing is lost: jira:issue_created comes again in 180 s, or when you save a change" in told
    (up.copy / REACTIONS).write_text(text, encoding="utf-8")
    eventually(lambda: up.properties_of("HUNG-1"))


def test_what_editors_and_python_keep_beside_a_file_is_ignored(up: Up, since: int) -> None:
    folder = (up.copy / REACTIONS).parent
    (folder / "__pycache__").mkdir(exist_ok=True)
    for name in (".reactions.py.swp", "reactions.py~", "__pycache__/reactions.pyc", ".#reactions.py"):
        (folder / name).write_text("", encoding="utf-8")
    serve(up, "again")
    up.wait_for(f"{SERVED}: Descriptor in ", since=since)
    assert not any("reload" in line and "JiraCalls" in line for line in up.lines[since:])


def measured(times: int) -> list[float]:
    """Seconds from saving a function's file until a request has its effect."""
    taken = []
    with tempfile.TemporaryDirectory() as folder, Up(ProjectCopy(Path(folder))) as up:
        for number in range(times):
            serve(up, f"edit {number}.")
            saved = time.monotonic()
            while f"edit {number}." not in up.get("/atlassian-connect.json"):
                time.sleep(0.005)
            taken.append(time.monotonic() - saved)
            time.sleep(0.5)
    return taken


def main() -> None:
    """Print the median, and the longest, of so many edits."""
    taken = measured(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
    sys.stdout.write(
        f"{len(taken)} edits: median {statistics.median(taken):.2f} s, longest {max(taken):.2f} s\n"
    )


if __name__ == "__main__":
    main()
