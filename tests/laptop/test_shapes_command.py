"""`connect shapes`: gathered from where they are kept, made one for each kind, compared with the laptop's."""

import json
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from connect_cli.errors import CommandError
from connect_jira.shape_recorder import SEEN
from connect_jira.shapes import json_shape
from connect_local.laptop.ports import free_port
from connect_tools.shapes.command import print_shapes
from connect_tools.shapes.comparison import by_kind, differences, laptops_kinds
from connect_tools.shapes.gathering import recorded_by
from connect_tools.target_stack import Stack
from connect_tools.template import Template
from tests.laptop.idle_stack import IdleStack, connect
from tests.unit.jira.captures import capture

GROUPS = {name: f"stack-{name}" for name in Template({}).resources("AWS::Logs::LogGroup")}


def line(kind: str, **shape: list[str]) -> str:
    shape = {path.replace("_", "."): forms for path, forms in shape.items()}
    return json.dumps({"level": "INFO", "message": SEEN, "kind": kind, "shape": shape})


def record(kind: str, **shape: list[str]) -> dict[str, Any]:
    said = json.loads(line(kind, **shape))
    return {"kind": said["kind"], "shape": said["shape"]}


# --- gathered --------------------------------------------------------------------------------------------


def client(service: str, **options: Any) -> Any:
    make: Any = boto3.client
    return make(service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b", **options)


@pytest.fixture
def logs() -> Iterator[Any]:
    with mock_aws():
        logs = client("logs")
        for group in GROUPS.values():
            logs.create_log_group(logGroupName=group)
            logs.create_log_stream(logGroupName=group, logStreamName="s")
        yield logs


def put(logs: Any, name: str, *messages: str, hours_ago: float = 0) -> None:
    timestamp = int((time.time() - hours_ago * 3600) * 1000)
    logs.put_log_events(
        logGroupName=GROUPS[name],
        logStreamName="s",
        logEvents=[{"timestamp": timestamp, "message": message} for message in messages],
    )


def test_from_the_logs_of_the_functions(logs: Any) -> None:
    others = ("no JSON", f"{SEEN}, says somebody", json.dumps({"message": "Webhook queued", "said": SEEN}))
    put(logs, "ForgeLogs", line("A", body=["object"]), *others)
    put(logs, "JiraCallsLogs", line("B", body=["null"]))
    put(logs, "WebhooksLogs", line("C", body=["null"]), hours_ago=30)
    stack = Stack(name="the stack", resources=GROUPS, client=client)
    assert [one["kind"] for one in recorded_by(stack, hours=24)] == ["A", "B"]
    assert {one["kind"] for one in recorded_by(stack, hours=48)} == {"A", "B", "C"}


def test_another_projects_stack_is_a_sentence() -> None:
    with pytest.raises(CommandError, match="not one of this project"):
        recorded_by(Stack(name="the stack", resources={}, client=client), hours=1)


def test_every_function_that_records_has_its_log_read(logs: Any) -> None:
    without_shapes = {"ApiAccessLogs", "DescriptorLogs", "CallRequestsLogs", "RetentionLogs", "OperatorLog"}
    written = GROUPS.keys() - without_shapes
    for name in written:
        put(logs, name, line(name, body=["null"]))
    stack = Stack(name="the stack", resources=GROUPS, client=client)
    assert {one["kind"] for one in recorded_by(stack, hours=1)} == written


# --- made one, and compared ------------------------------------------------------------------------------


def test_the_shapes_of_a_kind_are_one_and_what_some_lack_is_said() -> None:
    kinds = by_kind(
        [
            record("A", body=["object"], body_id=["integer"], body_of=["object"], body_of_it=["null"]),
            record("A", body=["object"], body_id=["string"], body_of=["null"]),
            record("B", body=["null"]),
        ]
    )
    assert kinds["A"] == {
        "body": ["object"],
        "body.id": ["integer", "string"],
        "body.of": ["null", "object"],
        "body.of.it": ["null"],
    }
    lacking = by_kind([record("A", header_date=["string"], body=["object"], body_id=["null"]), record("A")])
    assert lacking["A"] == {
        "body": ["absent", "object"],
        "body.id": ["null"],
        "header.date": ["absent", "string"],
    }


@pytest.mark.parametrize(
    ("here", "there", "said"),
    [
        ({"body": ["null"]}, {"body": ["null", "object"]}, []),
        ({"body": ["integer"]}, {"body": ["string"]}, ["A: body is integer; on the laptop string."]),
        (
            {"body": ["null"], "more": ["string"]},
            {"body": ["null"]},
            ["A: more is string; on the laptop absent."],
        ),
        ({}, {"body": ["string"]}, ["A: body is absent; on the laptop string."]),
        ({}, {"body": ["absent", "string"]}, []),
    ],
)
def test_what_the_laptop_never_sends_differs(
    here: dict[str, list[str]], there: dict[str, list[str]], said: list[str]
) -> None:
    assert list(differences({"A": here}, {"A": there})) == said


def test_a_kind_that_the_laptop_does_not_have_differs() -> None:
    assert list(differences({"A": {}}, {})) == ["A: the laptop has nothing of the kind."]


def test_the_laptops_own_do_not_differ(capsys: pytest.CaptureFixture[str]) -> None:
    kind, members = next(iter(laptops_kinds().items()))
    shape = {path: [form for form in forms if form != "absent"] for path, forms in members.items()}
    print_shapes([{"kind": kind, "shape": shape}], how_to_record="")
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"kinds": {kind: shape}, "differs": []}
    assert printed.err == "Nothing differs from what the laptop's Jira and Forge send.\n"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("fit-lifecycle-trigger", "Forge sends POST /forge/lifecycle/installed"),
        ("fit-page", "Forge sends GET /api/{…}"),
    ],
)
def test_a_token_that_was_captured_has_the_names_of_the_laptops(name: str, kind: str) -> None:
    captured = capture(name)
    captured["claims"]["context"].get("extension", {}).clear()  # what is in it depends on the module
    shape = json_shape(captured["header"], "token.header") | json_shape(captured["claims"], "token.claims")
    assert shape.keys() <= laptops_kinds()[kind].keys()


# --- at a terminal ---------------------------------------------------------------------------------------


def test_stdout_is_the_file_and_stderr_says_what_differs() -> None:
    with IdleStack() as stack:
        stack.shapes.take(line("A", body=["object"]))
        stack.shapes.take("another line")
        printed = stack.connect("shapes")
    assert printed.returncode == 0
    assert json.loads(printed.stdout) == {
        "kinds": {"A": {"body": ["object"]}},
        "differs": ["A: the laptop has nothing of the kind."],
    }
    assert printed.stderr == "A: the laptop has nothing of the kind.\n"


def test_without_any_it_says_how_to_record_them() -> None:
    with IdleStack() as stack:
        printed = stack.connect("shapes")
    assert (printed.returncode, printed.stdout, printed.stderr.count("\n")) == (1, "", 1)
    assert "connect up --record" in printed.stderr


def test_nothing_there_and_two_places_are_one_line() -> None:
    nowhere = connect("shapes", "--port", str(free_port()))
    assert (nowhere.returncode, nowhere.stdout, nowhere.stderr.count("\n")) == (1, "", 1)
    both = connect("shapes", "--stack", "s", "--local")
    assert (both.returncode, both.stderr.count("\n")) == (2, 1)
