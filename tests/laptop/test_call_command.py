"""`connect call` as somebody at a terminal meets it."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from connect_local.laptop.invocations import InvocationResult, failure
from connect_local.laptop.ports import free_port
from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.laptop.idle_stack import IdleStack, connect

MYSELF = ("GET", "/rest/api/3/myself")
SITE = ("--client-key", "c")


@pytest.fixture(scope="module")
def idle_stack() -> Iterator[IdleStack]:
    with IdleStack() as stack:
        yield stack


@pytest.fixture
def stack(idle_stack: IdleStack) -> IdleStack:
    idle_stack.forget()
    return idle_stack


def test_a_call_is_put_on_the_bus_and_its_key_is_printed(stack: IdleStack) -> None:
    printed = stack.connect(
        *("call", "post", "/rest/api/3/issue", *SITE, "--data", '{"fields": {"summary": "ü"}}'),
        *("--query", "a=1", "--query", "b=x=y", "--query", "a=2"),
    )
    assert (printed.returncode, printed.stderr) == (0, "")
    (event,) = stack.on_bus
    assert (event["source"], event["detail-type"]) == ("connect", "Jira call requested")
    assert event["detail"] == {
        "clientKey": "c",
        "method": "POST",
        "path": "/rest/api/3/issue",
        "query": {"a": ["1", "2"], "b": "x=y"},
        "body": {"fields": {"summary": "ü"}},
        "idempotencyKey": printed.stdout.strip(),
        "returnBody": False,
    }
    assert uuid.UUID(printed.stdout.strip()).version == 4


def test_the_key_and_the_body_may_be_given(stack: IdleStack) -> None:
    printed = stack.connect(
        *("call", *MYSELF, *SITE, "--idempotency-key", "k", "--data", "-", "--json"), stdin="[1]"
    )
    assert json.loads(printed.stdout) == {"idempotencyKey": "k"}
    assert [(event["detail"]["idempotencyKey"], event["detail"]["body"]) for event in stack.on_bus] == [
        ("k", [1])
    ]


@pytest.mark.parametrize(("status", "code"), [(200, 0), (204, 0), (399, 0), (400, 1), (503, 1)])
def test_a_call_that_is_waited_for_prints_jiras_answer(stack: IdleStack, status: int, code: int) -> None:
    answer = {"status": status, "body": {"name": "ü"}}
    worker = stack.functions["JiraCallsFunction"]
    worker.result = InvocationResult(json.dumps(answer).encode())
    printed = stack.connect("call", *MYSELF, *SITE, "--wait", "--json")
    assert (printed.returncode, json.loads(printed.stdout), printed.stderr) == (code, answer, "")
    readable = stack.connect("call", *MYSELF, *SITE, "--wait")
    assert readable.stdout.splitlines()[0] == str(status)
    assert json.loads(readable.stdout.partition("\n")[2]) == answer["body"]
    fields: dict[str, Any] = {
        "clientKey": "c",
        "method": "GET",
        "path": MYSELF[1],
        "query": {},
        "returnBody": False,
    }
    assert worker.events == [fields] * 2
    assert stack.on_bus == []


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        (
            {"status": 303, "location": "/rest/api/3/task/1", "body": None},
            ["303", "/rest/api/3/task/1", "null"],
        ),
        ({"status": 200, "bodyBase64": "iVBORw=="}, ["200", '"iVBORw=="']),
        ({"status": 200, "bodyTooLarge": True}, ["200", "The body is too large to be passed on."]),
    ],
)
def test_an_answer_is_printed_with_where_it_leads_and_its_body(
    stack: IdleStack, answer: dict[str, Any], lines: list[str]
) -> None:
    stack.functions["JiraCallsFunction"].result = InvocationResult(json.dumps(answer).encode())
    printed = stack.connect("call", *MYSELF, *SITE, "--wait")
    assert (printed.returncode, printed.stdout.splitlines(), printed.stderr) == (0, lines, "")


def test_a_call_that_jira_does_not_answer_is_one_line_and_is_not_made_again(stack: IdleStack) -> None:
    worker = stack.functions["JiraCallsFunction"]
    worker.result = failure("NotInstalled", "app-not-installed: the app is not installed for this client key")
    printed = stack.connect("call", *MYSELF, *SITE, "--wait", "--json")
    assert (printed.returncode, printed.stdout, printed.stderr.count("\n")) == (1, "", 1)
    assert "app-not-installed" in printed.stderr
    assert len(worker.events) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [*MYSELF],
        ["STEAL", "/x", *SITE],
        ["GET", "rest/api/3/myself", *SITE],
        [*MYSELF, *SITE, "--query", "a"],
        [*MYSELF, *SITE, "--query", "=a"],
        [*MYSELF, *SITE, "--data", "{"],
        [*MYSELF, *SITE, "--wait", "--idempotency-key", "k"],
        [*MYSELF, *SITE, "--local", "--stack", "name"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_called_is_one_line(arguments: list[str]) -> None:
    printed = connect("call", *arguments)
    assert (printed.returncode, printed.stdout, printed.stderr.count("\n")) == (2, "", 1)


def test_no_stack_is_one_line() -> None:
    printed = connect("call", *MYSELF, *SITE, "--port", str(free_port()))
    assert (printed.returncode, printed.stdout, printed.stderr.count("\n")) == (1, "", 1)
    assert "connect up" in printed.stderr


def test_the_real_worker_calls_the_laptops_jira(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "restored-afterwards")  # the stack takes real ones away
    with LaptopStack(StackOptions(port=0, jira_port=0)) as stack:
        assert stack.jira
        client_key = stack.jira.lifecycle.install(stack.descriptor_url).client_key
        assert client_key
        port = stack.base_url.rpartition(":")[2]
        on_it = ("--client-key", client_key, "--port", port, "--wait", "--json")
        works = connect("call", *MYSELF, *on_it)
        assert (works.returncode, json.loads(works.stdout)["status"]) == (0, 200)
        missing = connect("call", "GET", "/rest/api/3/issue/NONE-1", *on_it)
        assert (missing.returncode, json.loads(missing.stdout)["status"]) == (1, 404)
