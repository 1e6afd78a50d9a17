"""`connect smoke` on a stack that is whole, and on one of which one thing is broken."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import urllib3
from moto import mock_aws

from connect_cli.errors import CommandError
from connect_local.laptop.stack import LaptopStack, StackOptions
from connect_tools.smoke.alarms import check_alarms
from connect_tools.smoke.app_answers import AppAnswers, header_faults
from connect_tools.smoke.command import look
from connect_tools.smoke.deployment import Deployment, deployed, on_the_laptop, stopping_alarms
from connect_tools.smoke.function_answers import FunctionAnswers
from connect_tools.target_stack import Stack, running_stack
from connect_tools.template import Template
from tests.descriptors import own_descriptor
from tests.laptop.idle_stack import IdleStack, connect

if TYPE_CHECKING:
    from collections.abc import Callable

CHECKS = [
    *("outputs", "descriptor", "urls"),
    *("table", "key", "install-key-hosts", "forge-key-host"),
    *("queue", "bus", "alarms"),
]
HEADERS = {
    "Cache-Control": "no-cache, no-store",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


class Host:
    """A server with one answer to everything, which can be another one later."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 404, b"", dict(HEADERS)
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(host.status_of(self.path))
                for name, value in host.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(host.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(host.body)

            do_POST = do_HEAD = do_GET  # noqa: N815 - http.server's names

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.status_of: Callable[[str], int] = lambda _path: self.status

    @contextmanager
    def serving(self) -> Iterator["Host"]:
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        yield self
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def key_host() -> Iterator[Host]:
    with Host().serving() as host:
        yield host


@pytest.fixture(scope="module")
def forge_host() -> Iterator[Host]:
    with Host().serving() as host:
        host.status, host.body = 200, b'{"keys": []}'
        yield host


@pytest.fixture(scope="module")
def stack(key_host: Host, forge_host: Host) -> Iterator[LaptopStack]:
    options = StackOptions(
        port=0, jira_port=0, install_keys_urls=[key_host.url], forge_jwks_url=f"{forge_host.url}/jwks.json"
    )
    with LaptopStack(options) as stack:
        yield stack


def port_of(stack: LaptopStack) -> int:
    return int(stack.base_url.rpartition(":")[2])


def failing(stack: LaptopStack, capsys: pytest.CaptureFixture[str]) -> str:
    """The sentence about the first check that fails, after the lines of those that hold."""
    deployment = on_the_laptop(running_stack(port_of(stack)), port_of(stack))
    with pytest.raises(CommandError) as failed:
        look(deployment, patience=60, as_json=False)
    said, name = str(failed.value), str(failed.value).partition(":")[0]
    passed = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert passed == CHECKS[: CHECKS.index(name)]
    assert "\n" not in said
    return said


def test_a_whole_stack_passes_every_check_and_says_how_long_each_took(stack: LaptopStack) -> None:
    printed = connect("smoke", "--port", str(port_of(stack)))
    assert (printed.returncode, printed.stderr) == (0, "")
    rows = [line.split() for line in printed.stdout.splitlines()]
    assert [row[1] for row in rows] == CHECKS
    assert all(row[0] == "ok" and float(row[2]) >= 0 and row[3] == "s" for row in rows)
    assert "eyJ" not in printed.stdout


def test_json_is_one_object_with_every_check(stack: LaptopStack) -> None:
    printed = connect("smoke", "--port", str(port_of(stack)), "--json")
    said = json.loads(printed.stdout)
    assert (printed.returncode, said["ok"]) == (0, True)
    assert [check["check"] for check in said["checks"]] == CHECKS


def test_the_first_failure_is_in_json_too_and_ends_with_status_1(stack: LaptopStack) -> None:
    stack.cloud.fail("kms", seconds=60)
    printed = connect("smoke", "--port", str(port_of(stack)), "--json")
    stack.cloud.clear_faults()
    said = json.loads(printed.stdout)
    assert (printed.returncode, said["ok"]) == (1, False)
    assert [check["ok"] for check in said["checks"]] == [True] * 4 + [False]
    assert printed.stderr == f"connect: key: {said['checks'][-1]['seen']}\n"


@pytest.mark.parametrize(
    ("service", "check", "words"),
    [
        ("dynamodb", "table", "LifecycleFunction says: temporarily-unavailable: dynamodb:GetItem failed"),
        ("kms", "key", "LifecycleFunction says: temporarily-unavailable: kms:Encrypt failed"),
        ("sqs", "queue", "CallRequestsFunction fails: temporarily-unavailable: sqs:SendMessage failed"),
        ("events", "bus", "fails on order"),
    ],
)
def test_a_service_that_does_not_answer_is_named_by_the_check_that_needs_it(
    stack: LaptopStack, capsys: pytest.CaptureFixture[str], service: str, check: str, words: str
) -> None:
    stack.cloud.fail(service, seconds=120)
    said = failing(stack, capsys)
    stack.cloud.clear_faults()
    assert said.startswith(f"{check}: ")
    assert words in said


def test_a_key_host_that_fails_is_named(
    stack: LaptopStack, key_host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    key_host.status = 503
    said = failing(stack, capsys)
    key_host.status = 404
    assert said.startswith("install-key-hosts: LifecycleFunction says: key-host-unavailable: ")
    assert f"{key_host.url.removeprefix('http://')}: 503" in said


def test_a_host_of_forges_keys_that_has_no_key_set_is_named(
    stack: LaptopStack, forge_host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    body, forge_host.body = forge_host.body, b"<html>"
    said = failing(stack, capsys)
    forge_host.body = body
    assert said.startswith("forge-key-host: ForgeFunction says: key-host-unavailable: ")


def answers_of(stack: LaptopStack, *, patience: float) -> FunctionAnswers:
    return FunctionAnswers(running_stack(port_of(stack)), patience=patience)


def test_a_message_that_does_not_leave_the_queue_is_named(stack: LaptopStack) -> None:
    queue = {"QueueUrl": stack.cloud.attribute("JiraCalls", "Ref")}
    sqs = stack.cloud.client("sqs")
    sqs.set_queue_attributes(**queue, Attributes={"DelaySeconds": "900"})
    with pytest.raises(CommandError, match=r"has not come through .* in 1 s: .*list-event-source-mappings"):
        answers_of(stack, patience=1).check_queue()
    sqs.set_queue_attributes(**queue, Attributes={"DelaySeconds": "0"})


def test_a_bus_without_its_rule_is_named(stack: LaptopStack) -> None:
    (rule,) = stack.template.event_rules(stack.cloud.attribute)
    events = stack.cloud.client("events")
    (made,) = events.list_rules(EventBusName=rule.bus)["Rules"]
    events.delete_rule(Name=made["Name"], EventBusName=rule.bus)
    with pytest.raises(CommandError, match=r"has not come through .* in 1 s: .*list-rules"):
        answers_of(stack, patience=1).check_bus()
    stack.cloud.make_rule(rule, stack.asynchronous[rule.function].put)
    answers_of(stack, patience=60).check_bus()


def test_no_request_from_outside_is_a_check(stack: LaptopStack) -> None:
    url = stack.base_url.replace("localhost", "127.0.0.1")
    for path in ("/lifecycle/installed", "/forge/events"):
        answer = urllib3.request("POST", f"{url}{path}?check=key", json={"check": "key"}, retries=False)
        assert (answer.status, answer.data) == (401, b"")


def test_no_stack_is_one_line() -> None:
    with IdleStack() as idle:
        printed = idle.connect("smoke")
        assert (printed.returncode, printed.stderr.count("\n")) == (1, 1)
        assert printed.stderr.startswith("connect: descriptor: GET ")
        port = idle.port
    printed = connect("smoke", "--port", port)
    assert (printed.returncode, printed.stdout) == (1, "")
    assert "connect up" in printed.stderr


# --- what the app answers ----------------------------------------------------------------------------------


@pytest.fixture
def app() -> Iterator[Host]:
    """An app that answers as it must."""
    with Host().serving() as host:
        host.body = json.dumps(own_descriptor("dev", host.url)).encode()
        host.status_of = lambda path: {"/atlassian-connect.json": 200, "/connect-smoke": 404}.get(path, 401)
        yield host


def at(url: str, **changed: Any) -> Deployment:
    about: dict[str, Any] = {
        "stack": Stack(name="the stack", resources={}, client=boto3.client),
        "status": "CREATE_COMPLETE",
        "outputs": {},
        "base_url": url,
        "further": [],
        "address": url,
        "alarms": {},
        "since": datetime.now(UTC),
    }
    return Deployment(**about | changed)


def test_an_app_that_answers_as_it_must_passes(app: Host) -> None:
    answers = AppAnswers(at(app.url))
    assert app.url in answers.check_descriptor()
    assert "have the headers" in answers.check_urls()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "the descriptor: it must be an object"),
        (b'{"key": 1}', "authentication: it is missing"),
    ],
)
def test_what_jira_would_not_install_is_said(app: Host, body: bytes, words: str) -> None:
    app.body = body
    with pytest.raises(CommandError, match=words):
        AppAnswers(at(app.url)).check_descriptor()


def test_a_descriptor_that_names_another_base_url_is_said(app: Host) -> None:
    with pytest.raises(CommandError, match=r"its baseUrl is http.*, and not https://other\.example\.com"):
        AppAnswers(at("https://other.example.com", address=app.url)).check_descriptor()


def test_the_app_is_asked_by_each_further_base_url_too(app: Host) -> None:
    deployment = at(app.url, further=[app.url.replace("127.0.0.1", "localhost")])
    assert app.url in AppAnswers(deployment).check_descriptor()
    with Host().serving() as other:
        other.status = 200
        with pytest.raises(CommandError, match=f"{other.url} serves another descriptor"):
            AppAnswers(at(app.url, further=[other.url])).check_descriptor()
    with pytest.raises(CommandError, match=f"GET {other.url}/atlassian-connect.json gives no answer"):
        AppAnswers(at(app.url, further=[other.url])).check_descriptor()


@pytest.mark.parametrize("status", [200, 302, 403, 404, 429, 500, 503])
def test_an_url_that_does_not_refuse_as_it_must_is_said(app: Host, status: int) -> None:
    answers = AppAnswers(at(app.url))
    answers.check_descriptor()
    right = app.status_of
    app.status_of = lambda path: status if path == "/webhooks/issue_created" else right(path)
    with pytest.raises(CommandError, match=f"/webhooks/issue_created is answered {status}, not 401: "):
        answers.check_urls()


def test_an_app_that_is_not_there_is_said() -> None:
    with Host().serving() as host:
        url = host.url
    with pytest.raises(CommandError, match="gives no answer"):
        AppAnswers(at(url)).check_descriptor()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Cache-Control", "no-cache"),
        ("Cache-Control", None),
        ("Referrer-Policy", "unsafe-url"),
        ("Referrer-Policy", None),
        ("Strict-Transport-Security", "max-age=3600"),
        ("Strict-Transport-Security", None),
        ("X-Content-Type-Options", None),
    ],
)
def test_a_header_that_is_missing_is_said_whatever_the_status(
    app: Host, name: str, value: str | None
) -> None:
    answers = AppAnswers(at(app.url))
    answers.check_descriptor()
    app.headers = {**HEADERS, name: value} if value else {n: v for n, v in HEADERS.items() if n != name}
    (fault,) = header_faults(app.headers)
    assert name in fault
    with pytest.raises(CommandError, match="is answered without"):
        answers.check_urls()


# --- a deployed one ----------------------------------------------------------------------------------------


OUTPUTS = {
    "DescriptorUrl": "https://app.example.com/atlassian-connect.json",
    "JiraCallsFunctionName": "f",
    "FailedJiraCallsQueueUrl": "q",
    "BusName": "b",
}
SINCE = datetime(2026, 11, 27, 8, tzinfo=UTC)


class CloudFormation:
    def __init__(self, status: str, outputs: Mapping[str, str]) -> None:
        self._status, self._outputs = status, outputs

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - as boto3's
        outputs = [{"OutputKey": name, "OutputValue": value} for name, value in self._outputs.items()]
        given = {"ParameterKey": "FurtherBaseUrls", "ParameterValue": "https://a.example, https://b.example"}
        about = {
            "StackStatus": self._status,
            "CreationTime": SINCE,
            "Outputs": outputs,
            "Parameters": [given],
        }
        return {"Stacks": [about]} if StackName == "my-stack" else {}


def as_deployed(
    status: str = "UPDATE_COMPLETE",
    outputs: Mapping[str, str] = OUTPUTS,
    *alarms: str,
    counting: frozenset[str] | None = None,
) -> Deployment:
    def client(service: str, **options: Any) -> Any:
        if service == "cloudformation":
            return CloudFormation(status, outputs)
        return boto3.client(service, region_name="us-east-1", **options)  # type: ignore[call-overload]

    stack = Stack(
        name="the stack my-stack",
        resources={f"A{name}": name for name in alarms} | {"Bus": "bus"},
        kinds={f"A{name}": "AWS::CloudWatch::Alarm" for name in alarms} | {"Bus": "AWS::Events::EventBus"},
        client=client,
    )
    return deployed(stack, "my-stack", counting=counting)


def test_a_deployed_stack_is_where_its_output_says() -> None:
    found = as_deployed("CREATE_COMPLETE", OUTPUTS, "one")
    assert found.further == ["https://a.example", "https://b.example"]
    assert (found.base_url, found.alarms, found.since) == ("https://app.example.com", {"one": "Aone"}, SINCE)


@pytest.mark.parametrize(
    ("status", "missing"),
    [("UPDATE_IN_PROGRESS", None), ("UPDATE_ROLLBACK_FAILED", None)]
    + [("CREATE_COMPLETE", output) for output in OUTPUTS],
)
def test_a_stack_that_is_not_complete_fails_at_once(
    status: str, missing: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = {name: value for name, value in OUTPUTS.items() if name != missing}
    with pytest.raises(CommandError, match=f"^outputs: the stack my-stack is {status}") as failed:
        look(as_deployed(status, outputs), patience=1, as_json=True)
    assert (missing or status) in str(failed.value)
    assert [check["ok"] for check in json.loads(capsys.readouterr().out)["checks"]] == [False]


def test_for_a_release_only_those_alarms_count_that_stop_a_deployment(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(
        "Globals: {Function: {DeploymentPreference: {Alarms: [!Ref Atwo, !Ref Athree]}}}\nResources: {}\n",
        encoding="utf-8",
    )
    counting = stopping_alarms(Template({}, tmp_path / "template.yaml"))
    found = as_deployed("CREATE_COMPLETE", OUTPUTS, "one", "two", "three", "four", counting=counting)
    assert found.alarms == {"two": "Atwo", "three": "Athree"}


def test_the_templates_own_alarms_that_stop_a_deployment_are_alarms_of_the_stack() -> None:
    assert stopping_alarms() <= Template({}).resources("AWS::CloudWatch::Alarm").keys()


def test_a_template_without_such_alarms_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text("Resources: {}\n", encoding="utf-8")
    with pytest.raises(CommandError, match="names no alarm that stops a deployment"):
        stopping_alarms(Template({}, tmp_path / "template.yaml"))


def test_where_there_is_no_template_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_parameters: dict[str, str]) -> Template:
        raise FileNotFoundError

    monkeypatch.setattr("connect_tools.smoke.deployment.Template", missing)
    with pytest.raises(CommandError, match=r"there is no template\.yaml here"):
        stopping_alarms()


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "nobody's")
    with mock_aws():
        client = boto3.client("cloudwatch", region_name="us-east-1")
        for name in ("one", "two"):
            client.put_metric_alarm(
                AlarmName=name,
                ComparisonOperator="GreaterThanThreshold",
                EvaluationPeriods=1,
                MetricName="m",
                Namespace="n",
                Period=60,
                Statistic="Sum",
                Threshold=1,
            )
        yield client


def test_alarms_that_are_quiet_pass(cloudwatch: Any) -> None:
    cloudwatch.set_alarm_state(AlarmName="one", StateValue="OK", StateReason="r")
    assert check_alarms(as_deployed("CREATE_COMPLETE", OUTPUTS, "one", "two")) == "2"


def test_an_alarm_that_has_gone_off_is_named(cloudwatch: Any) -> None:
    cloudwatch.set_alarm_state(AlarmName="two", StateValue="ALARM", StateReason="r")
    with pytest.raises(CommandError, match=r"Atwo has gone off: docs/runbook\.md#atwo"):
        check_alarms(at("", **of_alarms(SINCE)))


def test_an_alarm_that_went_off_before_the_deployment_is_told_and_no_failure(cloudwatch: Any) -> None:
    cloudwatch.set_alarm_state(AlarmName="two", StateValue="ALARM", StateReason="r")
    later = datetime.now(UTC) + timedelta(hours=1)
    assert "2, Atwo firing since before" in check_alarms(at("", **of_alarms(later)))


def of_alarms(since: datetime) -> dict[str, Any]:
    return {"stack": as_deployed().stack, "alarms": {"one": "Aone", "two": "Atwo"}, "since": since}


def test_an_alarm_that_was_deleted_is_named(cloudwatch: Any) -> None:
    cloudwatch.delete_alarms(AlarmNames=["one"])
    with pytest.raises(CommandError, match="the alarm Aone is not there"):
        check_alarms(as_deployed("CREATE_COMPLETE", OUTPUTS, "one", "two"))
