"""The stack's own controls, on the app's port of a running stack."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import urllib3

from connect_local.laptop.stack import LaptopStack, StackOptions


@pytest.fixture(scope="module")
def stack() -> Iterator[LaptopStack]:
    with LaptopStack(StackOptions(port=0, jira_port=0)) as stack:
        yield stack


def ask(stack: LaptopStack, method: str, path: str, body: object = None) -> tuple[int, Any]:
    with urllib3.PoolManager() as http:
        answer = http.request(method, f"{stack.base_url}/_local/{path}", json=body)
    return answer.status, answer.json()


def test_the_stack_says_where_its_resources_are(stack: LaptopStack) -> None:
    status, said = ask(stack, "GET", "stack")
    assert status == 200
    assert said["region"] == "us-east-1"
    make_client: Any = boto3.client
    resources = said["resources"]
    there = {
        service: make_client(service, endpoint_url=said["endpoint"])
        for service in ("sqs", "s3", "dynamodb", "events", "kms")
    }
    there["sqs"].get_queue_attributes(QueueUrl=resources["FailedJiraCalls"])
    there["sqs"].get_queue_attributes(QueueUrl=resources["JiraCalls"])
    there["s3"].head_bucket(Bucket=resources["LargeMessages"])
    there["events"].describe_event_bus(Name=resources["Bus"])
    there["kms"].describe_key(KeyId=resources["SecretsKey"])
    for table in ("Installations", "WorkDone"):
        there["dynamodb"].describe_table(TableName=resources[table])
    assert resources["JiraCallsFunction"] in stack.functions


def test_a_service_fails_on_order_and_works_again(stack: LaptopStack) -> None:
    status, said = ask(stack, "POST", "faults", {"service": "kms", "seconds": 60})
    assert status == 200
    assert [(fault["service"], fault["delay"]) for fault in said["pending"]] == [("kms", None)]
    assert ask(stack, "POST", "faults", {"service": "s3", "seconds": 60, "delay": 0.1})[0] == 200
    assert set(stack.cloud.faults()) == {"kms", "s3"}
    assert ask(stack, "DELETE", "faults") == (200, {"pending": []})
    assert not stack.cloud.faults()


@pytest.mark.parametrize(
    "order",
    [
        None,
        [],
        {"service": "sns", "seconds": 1},
        {"service": 1, "seconds": 1},
        {"service": "kms"},
        {"service": "kms", "seconds": -1},
        {"service": "kms", "seconds": True},
        {"service": "kms", "seconds": "1"},
        {"service": "kms", "seconds": 1, "count": 1},
        {"service": "kms", "seconds": 1, "delay": -1},
    ],
)
def test_an_order_that_says_nothing_is_refused(stack: LaptopStack, order: object) -> None:
    status, said = ask(stack, "POST", "faults", order)
    assert status == 400
    assert said["error"]
    assert not stack.cloud.faults()
