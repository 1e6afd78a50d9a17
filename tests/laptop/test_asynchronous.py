"""Events that nobody waits for the answer to: on the bus, and by Lambda's Invoke API."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connect_local.laptop.asynchronous import AsynchronousInvocations
from connect_local.laptop.invocations import InvocationResult, failure
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.template import Template

PATIENCE_SECONDS = 10
TEMPLATE = """
Parameters: {}
Globals: {Function: {}}
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${AWS::StackName}-bus"}}
  Failed: {Type: AWS::SQS::Queue, Properties: {}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      EventInvokeConfig:
        MaximumRetryAttempts: 2
        DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Failed.Arn}}
      Events:
        Asked:
          Type: EventBridgeRule
          Properties: {EventBusName: !Ref Bus, Pattern: {detail-type: [Wanted]}}
"""


class Worker:
    """A function that fails a number of times."""

    name = "Worker"
    arn = "arn:aws:lambda:us-east-1:123456789012:function:Worker"

    def __init__(self) -> None:
        self.failures = 0
        self.calls: list[tuple[Any, str | None]] = []
        self._called = threading.Condition()

    def invoke(self, event: bytes, *, request_id: str | None, is_scheduled: bool) -> InvocationResult:
        assert not is_scheduled
        with self._called:
            self.calls.append((json.loads(event), request_id))
            self._called.notify_all()
            fails = len(self.calls) <= self.failures
        return failure("ValueError", "no good") if fails else InvocationResult(b"null")

    def wait_for(self, count: int) -> list[tuple[Any, str | None]]:
        with self._called:
            assert self._called.wait_for(lambda: len(self.calls) >= count, PATIENCE_SECONDS), self.calls
            return self.calls


@pytest.fixture
def template(tmp_path: Path) -> Template:
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    return Template({}, tmp_path / "template.yaml")


@pytest.fixture
def cloud(template: Template) -> Iterator[LaptopCloud]:
    cloud = LaptopCloud(template)
    cloud.start()
    yield cloud
    cloud.stop()


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def invocations(template: Template, cloud: LaptopCloud, worker: Worker) -> Iterator[AsynchronousInvocations]:
    invocations = AsynchronousInvocations(
        worker,  # type: ignore[arg-type]
        template.asynchronous_invocation("Worker", cloud.attribute),
        deliver=cloud.deliver,
        retry_seconds=(0.05, 0.05),
    )
    for rule in template.event_rules(cloud.attribute):
        cloud.make_rule(rule, invocations.put)
    yield invocations
    invocations.stop()
    invocations.finish()


def put_event(cloud: LaptopCloud, kind: str, detail: dict[str, Any]) -> str:
    entry = {
        "EventBusName": cloud.attribute("Bus", "Ref"),
        "Source": "somebody",
        "DetailType": kind,
        "Detail": json.dumps(detail),
    }
    answer = cloud.client("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0
    return str(answer["Entries"][0]["EventId"])


def failed(cloud: LaptopCloud) -> list[dict[str, Any]]:
    answer = cloud.client("sqs").receive_message(QueueUrl=cloud.attribute("Failed", "Ref"), WaitTimeSeconds=5)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


@pytest.mark.usefixtures("invocations")
def test_an_event_of_the_bus_reaches_the_function_as_eventbridge_hands_it_over(
    cloud: LaptopCloud, worker: Worker
) -> None:
    detail = {"a": 'ü "<time>" <id>', "n": [1, None]}
    event_id = put_event(cloud, "Wanted", detail)
    ((event, _),) = worker.wait_for(1)
    members = {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}
    assert event.keys() == members
    assert (event["id"], event["source"], event["detail-type"]) == (event_id, "somebody", "Wanted")
    assert event["detail"] == detail


@pytest.mark.usefixtures("invocations")
def test_an_event_that_the_rule_does_not_want_is_not_handed_over(cloud: LaptopCloud, worker: Worker) -> None:
    put_event(cloud, "Something else", {})
    put_event(cloud, "Wanted", {"n": 1})
    assert [event["detail"] for event, _ in worker.wait_for(1)] == [{"n": 1}]


def test_what_fails_is_tried_twice_again_with_the_same_request_id(
    invocations: AsynchronousInvocations, worker: Worker
) -> None:
    worker.failures = 2
    request_id = invocations.put(b'{"n": 1}')
    assert worker.wait_for(3) == [({"n": 1}, request_id)] * 3


def test_what_fails_for_good_is_kept_with_lambdas_record_of_it(
    invocations: AsynchronousInvocations, cloud: LaptopCloud, worker: Worker
) -> None:
    worker.failures = 3
    request_id = invocations.put(b'{"n": 1}')
    (record,) = failed(cloud)
    assert len(worker.calls) == 3
    assert record.pop("timestamp").endswith("Z")
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{worker.arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {"n": 1},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "ValueError", "errorMessage": "no good"},
    }


def test_what_waits_to_be_tried_again_is_not_tried_once_the_stack_stops(
    invocations: AsynchronousInvocations, worker: Worker
) -> None:
    worker.failures = 1
    invocations.put(b"{}")
    worker.wait_for(1)
    invocations.stop()
    invocations.finish()
    calls = len(worker.calls)
    threading.Event().wait(0.2)
    assert len(worker.calls) == calls
