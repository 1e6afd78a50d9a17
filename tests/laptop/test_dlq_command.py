"""`connect dlq` as somebody at a terminal meets it."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.sqs.models import sqs_backends

from connect_local.laptop.ports import free_port
from connect_tools.template import ACCOUNT, REGION
from tests.laptop.idle_stack import CONNECT, IdleStack, connect

WEBHOOK = {
    "kind": "webhook",
    "clientKey": "site-1",
    "event": "jira:issue_created",
    "webhookId": "w1",
    "payload": {"issue": {"key": "K-1"}, "words": "ü"},
}
CALL = {
    "kind": "call",
    "clientKey": "site-2",
    "method": "PUT",
    "path": "/rest/api/3/issue/K-1?notifyUsers=false",
    "query": {"secret": "in the query"},
    "body": {"a": 1},
    "idempotencyKey": "k",
    "returnBody": False,
}
JOIN = {"kind": "forge-join", "clientKey": "ari:cloud:ecosystem::installation/site-5"}
WORK = {
    "kind": "work",
    "clientKey": "site-2",
    "name": "post_status",
    "arguments": {"key": "K-1"},
    "cause": "webhook",
    "number": 0,
    "depth": 1,
    "repeatable": False,
}
STORED = {"kind": "stored", "clientKey": "site-3", "key": "large-1"}


def record(payload: object) -> dict[str, Any]:
    """Lambda's, as its documentation shows it."""
    return {
        "version": "1.0",
        "timestamp": "2026-11-14T18:16:05.568Z",
        "requestContext": {
            "requestId": "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:my-function:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": payload,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorMessage": "path is missing", "errorType": "RequestMalformed"},
    }


REQUEST = {
    "version": "0",
    "id": "17793124-05d4-b198-2fde-7ededc63b103",
    "detail-type": "Jira call requested",
    "source": "somebody",
    "account": "123456789012",
    "time": "2026-11-14T18:14:05Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {"clientKey": "site-4", "method": "DELETE", "path": "/rest/api/3/issue/K-2?x=1"},
}
NIGHTLY = {"everySite": {"method": "GET", "path": "/rest/api/3/myself"}, "idempotencyKey": "2026-11-14"}


@pytest.fixture(scope="module")
def idle_stack() -> Iterator[IdleStack]:
    with IdleStack() as stack:
        yield stack


@pytest.fixture
def stack(idle_stack: IdleStack, monkeypatch: pytest.MonkeyPatch) -> IdleStack:
    """One where nothing comes while a test looks: who waits a second for one more message is told at once."""
    sqs = sqs_backends[ACCOUNT][REGION]
    receive = sqs.receive_message
    monkeypatch.setattr(
        sqs, "receive_message", lambda queue, count, _seconds, *more: receive(queue, count, 0, *more)
    )
    idle_stack.forget()
    return idle_stack


def put(stack: IdleStack, body: object, **attributes: str) -> str:
    """Put a message into FailedJiraCalls; its id."""
    answer = stack.sqs.send_message(
        QueueUrl=stack.cloud.attribute("FailedJiraCalls", "Ref"),
        MessageBody=body if isinstance(body, str) else json.dumps(body),
        MessageAttributes={
            name: {"DataType": "Number" if value.isdecimal() else "String", "StringValue": value}
            for name, value in attributes.items()
        },
    )
    return str(answer["MessageId"])


def put_as_the_worker(stack: IdleStack, body: object, reason: str = "jira-500") -> str:
    three_hours_ago = datetime.now(UTC) - timedelta(hours=3, minutes=5)
    return put(
        stack,
        body,
        Reason=reason,
        Explanation="Jira answered 500",
        Tries="4",
        FailedAt=three_hours_ago.isoformat(timespec="seconds"),
    )


def dlq(stack: IdleStack, *arguments: str) -> Any:
    printed = stack.connect("dlq", *arguments, "--json")
    assert printed.stderr == ""
    return json.loads(printed.stdout)


def listed(stack: IdleStack) -> dict[str, dict[str, Any]]:
    return {message["id"]: message for message in dlq(stack, "list")["messages"]}


def test_the_list_says_what_each_message_is_and_why_it_is_there(stack: IdleStack) -> None:
    put_as_the_worker(stack, WEBHOOK)
    put_as_the_worker(stack, CALL, "effect-unknown")
    put_as_the_worker(stack, WORK, "too-deep")
    put_as_the_worker(stack, STORED)
    moved = put(stack, WEBHOOK)
    put(stack, record(REQUEST))
    put(stack, record(NIGHTLY))
    deep = "[" * 20_000 + "]" * 20_000
    foreign = ("no JSON \x1b[2J", "[1]", {"kind": "webhook"}, {"kind": [1]}, deep)
    unreadable = [put(stack, body) for body in foreign]
    printed = stack.connect("dlq", "list")
    rows = [line.split("  ") for line in printed.stdout.splitlines()]
    assert printed.returncode == 0
    assert "\x1b" not in printed.stdout
    by_age = [row[1:] for row in rows]
    assert by_age[:4] == [
        ["3h", "webhook", "site-1", "jira:issue_created", "jira-500"],
        ["3h", "call", "site-2", "PUT /rest/api/3/issue/K-1", "effect-unknown"],
        ["3h", "work", "site-2", "post_status", "too-deep"],
        ["3h", "stored", "site-3", "-", "jira-500"],
    ]
    assert [row[1:] for row in by_age[4:]] == [
        ["webhook", "site-1", "jira:issue_created", "too-many-deliveries"],
        ["request", "site-4", "DELETE /rest/api/3/issue/K-2", "request-failed"],
        ["request", "-", "GET /rest/api/3/myself", "request-failed"],
        *[["unknown", "-", "-", "unreadable"]] * 5,
    ]
    messages = listed(stack)
    assert len(messages) == 12
    assert dlq(stack, "show", unreadable[-1])["body"] == deep
    assert messages[moved]["reason"] == "too-many-deliveries"
    assert {messages[name]["kind"] for name in unreadable} == {"unknown"}
    assert all(name.startswith(row[0]) for name, row in zip(messages, rows, strict=True))


def test_an_empty_queue_is_said(stack: IdleStack) -> None:
    assert stack.connect("dlq", "list").stdout == "Nothing has failed.\n"
    assert dlq(stack, "list") == {"messages": []}
    assert stack.connect("dlq", "redrive", "--all").returncode == 0


def test_more_messages_than_one_receive_are_all_listed_and_then_visible_to_others(stack: IdleStack) -> None:
    sent = {put(stack, WEBHOOK) for _ in range(34)}
    assert set(listed(stack)) == sent
    assert {message["MessageId"] for message in stack.messages("FailedJiraCalls")} == sent


def test_a_look_that_is_broken_off_hides_nothing(stack: IdleStack) -> None:
    sent = {put(stack, WEBHOOK) for _ in range(3)}
    stack.cloud.fail("sqs", seconds=60, delay=3.0)  # so that it can be met in the middle
    looking = subprocess.Popen(
        [CONNECT, "dlq", "list", "--port", stack.port], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    name = stack.cloud.attribute("FailedJiraCalls", "Ref").rpartition("/")[2]
    queue = sqs_backends[ACCOUNT][REGION].queues[name]  # without a request, which would meet the delay itself
    deadline = time.monotonic() + 50
    while time.monotonic() < deadline and queue.approximate_number_of_messages_not_visible < len(sent):
        time.sleep(0.02)
    time.sleep(
        1
    )  # until the answer is there: then it is in the middle of its next request, for three seconds
    looking.send_signal(signal.SIGINT)
    looking.communicate(timeout=20)
    stack.cloud.clear_faults()
    assert looking.returncode == 130
    assert {message["MessageId"] for message in stack.messages("FailedJiraCalls")} == sent


def test_one_message_is_shown_with_everything_and_what_to_do(stack: IdleStack) -> None:
    message_id = put_as_the_worker(stack, CALL, "effect-unknown")
    put(stack, WEBHOOK)
    shown = dlq(stack, "show", message_id[:10])
    assert shown["id"] == message_id
    assert (shown["kind"], shown["clientKey"]) == ("call", "site-2")
    assert (shown["reason"], shown["explanation"]) == ("effect-unknown", "Jira answered 500")
    assert shown["tries"] == 4
    assert shown["body"] == CALL
    assert "Look in Jira" in shown["remedy"]
    readable = stack.connect("dlq", "show", message_id).stdout
    assert "in the query" in readable
    assert shown["remedy"] in readable
    assert len(listed(stack)) == 2


def test_a_record_of_lambdas_is_shown_with_the_functions_error(stack: IdleStack) -> None:
    shown = dlq(stack, "show", put(stack, record(REQUEST)))
    assert (shown["explanation"], shown["tries"]) == ("RequestMalformed: path is missing", 3)
    assert shown["body"] == record(REQUEST)


def test_a_large_message_is_shown_as_it_is_kept(stack: IdleStack) -> None:
    kept = {**WEBHOOK, "clientKey": "site-3"}
    stack.cloud.client("s3").put_object(
        Bucket=stack.cloud.attribute("LargeMessages", "Ref"), Key="large-1", Body=json.dumps(kept).encode()
    )
    assert dlq(stack, "show", put_as_the_worker(stack, STORED))["body"] == kept
    gone = dlq(stack, "show", put_as_the_worker(stack, {**STORED, "key": "gone"}))
    assert "cannot be read" in gone["body"]


def test_what_cannot_be_parsed_is_shown_raw_but_never_obeyed(stack: IdleStack) -> None:
    raw = "no JSON \x1b[2J"
    message_id = put(stack, raw)
    assert dlq(stack, "show", message_id)["body"] == raw
    readable = stack.connect("dlq", "show", message_id).stdout
    assert "no JSON" in readable
    assert "\x1b" not in readable


@pytest.mark.parametrize("body", [WEBHOOK, CALL, WORK, JOIN], ids=lambda body: str(body["kind"]))
def test_work_goes_back_to_the_queue_as_it_was(stack: IdleStack, body: dict[str, Any]) -> None:
    message_id, other = put_as_the_worker(stack, body), put_as_the_worker(stack, WEBHOOK)
    said = dlq(stack, "redrive", message_id)
    assert said == {"redriven": [{"id": message_id, "to": "JiraCalls"}], "stayed": []}
    (message,) = stack.messages("JiraCalls")
    assert json.loads(message["Body"]) == body
    assert message["Attributes"]["MessageGroupId"] == body["clientKey"]
    assert redriven(message) == {"Redriven": message_id}, (
        "it is not failed any more, and has a record of its own"
    )
    assert set(listed(stack)) == {other}


def redriven(message: dict[str, Any]) -> dict[str, str]:
    return {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}


def test_what_may_have_been_done_stays_unless_it_is_to_be_done_again(stack: IdleStack) -> None:
    message_id, other = put_as_the_worker(stack, CALL, "effect-unknown"), put_as_the_worker(stack, WEBHOOK)
    printed = stack.connect("dlq", "redrive", "--all")
    assert printed.returncode == 1
    assert "it may have been done: look in Jira" in printed.stdout
    assert set(listed(stack)) == {message_id}
    assert dlq(stack, "redrive", message_id, "--again")["redriven"][0]["id"] == message_id
    found = {redriven(message)["Redriven"] for message in stack.messages("JiraCalls")}
    assert found == {message_id, other}


def test_what_no_worker_has_judged_keeps_the_record_that_says_whether_it_has_begun(stack: IdleStack) -> None:
    dlq(stack, "redrive", put(stack, CALL, Redriven="letter-before"))
    dlq(stack, "redrive", put(stack, CALL), "--again")
    one, again = stack.messages("JiraCalls")
    assert {redriven(one)["Redriven"], len(redriven(again)["Redriven"])} == {"letter-before", 36}


def test_what_was_put_off_before_it_failed_starts_anew(stack: IdleStack) -> None:
    moved = put(stack, WEBHOOK, FirstSentAt="1795443600", TriesBefore="4", NotBefore="1795447200", Other="o")
    shown = dlq(stack, "show", moved)
    assert (shown["reason"], shown["tries"]) == ("too-many-deliveries", None)
    dlq(stack, "redrive", moved)
    (message,) = stack.messages("JiraCalls")
    assert message["MessageAttributes"].keys() == {"Other"}


def test_a_request_goes_back_on_the_bus(stack: IdleStack) -> None:
    printed = stack.connect("dlq", "redrive", put(stack, record(REQUEST)))
    assert (printed.returncode, printed.stdout.split("  ")[1]) == (0, "put back on the bus\n")
    (event,) = stack.on_bus
    for member in ("source", "detail-type", "detail"):
        assert event[member] == REQUEST[member]
    assert listed(stack) == {}


UNDELIVERED = {
    "RULE_ARN": "arn:aws:events:us-east-1:123456789012:rule/bus/rule",
    "TARGET_ARN": "arn:aws:lambda:us-east-1:123456789012:function:call-requests:live",
    "ERROR_CODE": "NO_PERMISSIONS",
    "ERROR_MESSAGE": "The rule may not invoke the function",
    "EXHAUSTED_RETRY_CONDITION": "MaximumEventAgeInSeconds",
    "RETRY_ATTEMPTS": "185",
}
"""EventBridge's attributes of an event that it could not deliver, as documented."""


def test_what_the_bus_could_not_deliver_is_shown_and_goes_back_on_the_bus(stack: IdleStack) -> None:
    message_id = put(stack, REQUEST, **UNDELIVERED)
    shown = dlq(stack, "show", message_id)
    assert (shown["kind"], shown["reason"]) == ("request", "not-delivered")
    assert shown["explanation"] == "NO_PERMISSIONS: The rule may not invoke the function"
    dlq(stack, "redrive", message_id)
    (event,) = stack.on_bus
    assert event["detail"] == REQUEST["detail"]
    assert listed(stack) == {}


def test_what_the_schedule_could_not_deliver_goes_back_to_the_function(stack: IdleStack) -> None:
    message_id = put(stack, NIGHTLY, ERROR_CODE="AWS.Scheduler.InternalServerError", ERROR_MESSAGE="no")
    assert dlq(stack, "show", message_id)["reason"] == "not-delivered"
    dlq(stack, "redrive", message_id)
    assert stack.functions["CallRequestsFunction"].events == [NIGHTLY]


def test_what_is_kept_in_the_bucket_is_kept_anew_when_it_goes_back(stack: IdleStack) -> None:
    s3, bucket = stack.cloud.client("s3"), stack.cloud.attribute("LargeMessages", "Ref")
    s3.put_object(Bucket=bucket, Key="large-1", Body=json.dumps(WEBHOOK).encode())
    dlq(stack, "redrive", put_as_the_worker(stack, STORED))
    (message,) = stack.messages("JiraCalls")
    key = json.loads(message["Body"])["key"]
    assert key != "large-1"
    assert json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) == WEBHOOK


def test_what_is_gone_from_the_bucket_stays(stack: IdleStack) -> None:
    message_id = put_as_the_worker(stack, {**STORED, "key": "gone"})
    printed = stack.connect("dlq", "redrive", message_id)
    assert (printed.returncode, "Traceback" in printed.stderr) == (1, False)
    assert set(listed(stack)) == {message_id}


def test_the_schedules_event_goes_back_to_the_function(stack: IdleStack) -> None:
    dlq(stack, "redrive", put(stack, record(NIGHTLY)))
    assert stack.functions["CallRequestsFunction"].events == [NIGHTLY]
    assert listed(stack) == {}


def test_all_that_can_go_back_goes_back_and_the_rest_stays(stack: IdleStack) -> None:
    sent = {put_as_the_worker(stack, WEBHOOK) for _ in range(13)}
    stays = put(stack, "no JSON")
    printed = stack.connect("dlq", "redrive", "--all", "--json")
    said = json.loads(printed.stdout)
    assert printed.returncode == 1
    assert {message["id"] for message in said["redriven"]} == sent
    assert [message["id"] for message in said["stayed"]] == [stays]
    assert len(stack.messages("JiraCalls")) == 13
    assert set(listed(stack)) == {stays}


def test_what_the_bus_does_not_take_stays(stack: IdleStack) -> None:
    message_id = put(stack, record(REQUEST))
    stack.cloud.fail("events", seconds=60)
    printed = stack.connect("dlq", "redrive", message_id)
    assert printed.returncode == 1
    assert "stays" in printed.stdout
    stack.cloud.clear_faults()
    assert set(listed(stack)) == {message_id}


def test_an_id_that_is_not_there_or_not_enough_is_one_line_and_nothing_happens(stack: IdleStack) -> None:
    sent = {put(stack, WEBHOOK) for _ in range(17)}  # two of them begin alike
    firsts = [message_id[0] for message_id in sent]
    ambiguous = next(first for first in firsts if firsts.count(first) > 1)
    for arguments in (["show", "none"], ["show", ambiguous], ["redrive", next(iter(sent)), "none"]):
        printed = stack.connect("dlq", *arguments)
        assert (printed.returncode, printed.stdout, printed.stderr.count("\n")) == (1, "", 1)
    assert set(listed(stack)) == sent
    assert stack.messages("JiraCalls") == []


@pytest.mark.parametrize(
    "arguments",
    [["redrive"], ["redrive", "x", "--all"], ["show"], ["list", "--local", "--stack", "name"]],
    ids=" ".join,
)
def test_what_is_not_meant_clearly_is_one_line(arguments: list[str]) -> None:
    printed = connect("dlq", *arguments)
    assert (printed.returncode, printed.stdout, printed.stderr.count("\n")) == (2, "", 1)


def test_no_stack_is_one_line() -> None:
    printed = connect("dlq", "list", "--port", str(free_port()))
    assert (printed.returncode, printed.stdout, printed.stderr.count("\n")) == (1, "", 1)
