"""`connect invoke`: one handler in a process of its own, against a running stack."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from connect_local.invoke import function_named
from connect_local.jira import LaptopJira
from connect_local.laptop.stack import LaptopStack, StackOptions
from connect_tools.project import PROJECT
from tests.laptop.idle_stack import CONNECT, connect

PATIENCE_SECONDS = 30
REACTIONS = "functions/jira_calls/reactions.py"


@pytest.fixture(scope="module")
def stack() -> Iterator[LaptopStack]:
    with LaptopStack(StackOptions(port=0, jira_port=0)) as stack:
        yield stack


@pytest.fixture(scope="module")
def jira(stack: LaptopStack) -> LaptopJira:
    assert stack.jira is not None
    assert stack.jira.lifecycle.install(stack.descriptor_url).installed
    deadline = time.monotonic() + PATIENCE_SECONDS
    while b"hook" not in (stack.functions["JiraCallsFunction"].last_event or b""):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return stack.jira


def port_of(stack: LaptopStack) -> str:
    return stack.base_url.rpartition(":")[2]


def invoke(stack: LaptopStack, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CONNECT, "invoke", *arguments, "--port", port_of(stack)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_sample_event_has_the_functions_answer_as_json(stack: LaptopStack) -> None:
    ended = invoke(stack, "descriptor", str(PROJECT / "events" / "descriptor-get.json"))
    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["baseUrl"] == stack.base_url


def test_an_event_may_come_from_standard_input_and_logs_go_to_stderr(
    stack: LaptopStack, jira: LaptopJira
) -> None:
    call = {
        "clientKey": jira.site.apps()[0].client_key,
        "method": "GET",
        "path": "/rest/api/3/myself",
    }
    ended = invoke(stack, "JiraCallsFunction", "-", stdin=json.dumps(call))
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["status"] == 200


def changes(jira: LaptopJira) -> list[str]:
    return [request.path for request in jira.journal.requests() if request.method == "PUT"]


def test_the_last_event_is_worked_off_again_under_a_debugger(stack: LaptopStack, jira: LaptopJira) -> None:
    jira.webhooks.send("jira:issue_created", {"issue": {"key": "DEMO-5"}}, None)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not changes(jira):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    lines = (PROJECT / REACTIONS).read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if text.startswith("    issue = "))
    steps = [f"b {PROJECT / REACTIONS}:{line}", "c", "n", "p 'stopped at ' + issue", "c", "q", ""]
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pdb", "--"),
            *(CONNECT, "invoke", "jira_calls", "--last", "--port", port_of(stack)),
        ],
        input="\n".join(steps),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "stopped at DEMO-5" in ended.stdout, ended.stdout + ended.stderr
    assert '"batchItemFailures": []' in ended.stdout
    assert "Message processed" in ended.stderr
    assert len(changes(jira)) == 2


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "said"),
    [
        (["webhok", "-"], "{}", 1, "there is no function 'webhok': did you mean WebhooksFunction?"),
        (["something", "-"], "{}", 1, "the functions are CallRequestsFunction, DescriptorFunction, "),
        (["webhooks", "-"], '{"a": }', 2, "standard input is not JSON"),
        (["webhooks", "nothing.json"], "", 2, "nothing.json cannot be read"),
        (["webhooks"], "", 2, "say which event: a file, - for standard input, or --last"),
        (["webhooks", "-", "--last"], "{}", 2, "say which event: a file, - for standard input, or --last"),
        (["forge", "--last"], "", 1, "ForgeFunction has had no event since connect up started"),
    ],
)
def test_a_fault_of_whoever_types_it_is_one_line(
    stack: LaptopStack, arguments: list[str], stdin: str, code: int, said: str
) -> None:
    ended = invoke(stack, *arguments, stdin=stdin)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert len(ended.stderr.splitlines()) == 1
    assert said in ended.stderr


def test_the_editors_configuration_offers_every_function() -> None:
    launch = json.loads((PROJECT / ".vscode" / "launch.json").read_text(encoding="utf-8"))
    (function,) = launch["inputs"]
    folders = {file.parent.name for file in (PROJECT / "functions").glob("*/app.py")}
    assert set(function["options"]) == folders
    for name in folders:
        assert function_named(name).startswith(name.title().replace("_", ""))


def test_without_a_running_stack_it_says_what_to_do() -> None:
    ended = connect("invoke", "webhooks", "-", "--port", "1", stdin="{}")
    assert ended.returncode == 1
    assert ended.stderr == (
        "connect: nothing answers on port 1: run connect up, or say with --port where it is\n"
    )


def test_an_exception_is_shown_from_the_handler_on(stack: LaptopStack, jira: LaptopJira) -> None:
    ended = invoke(stack, "jira_calls", "-", stdin=json.dumps({"clientKey": jira.site.apps()[0].client_key}))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "RequestMalformed" in ended.stderr
    assert "connect_local/invoke.py" not in ended.stderr
    assert ended.stderr.splitlines()[-1] == "connect: JiraCallsFunction raised RequestMalformed"
