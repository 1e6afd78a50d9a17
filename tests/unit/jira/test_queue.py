"""Messages put on the queue, and read from it."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from connect_jira.errors import MessageUnreadable, OfNewerCode, TemporarilyUnavailable
from connect_jira.events.call_request import CallRequest
from connect_jira.events.messages import Message
from connect_jira.events.webhook import Webhook
from connect_jira.worker.queue import MAX_MESSAGE_BYTES, JiraCallsQueue
from connect_jira.worker.sqs_record import SqsRecord
from connect_jwt.identity import ClientKey

SITE = ClientKey("site")
NOW = 1_000_000.25
HOUR = 3600
SQS_LIMIT_BYTES = 1_048_576


@dataclass
class Sqs:
    sent: list[dict[str, Any]] = field(default_factory=list)
    hidden: list[dict[str, Any]] = field(default_factory=list)
    takes: bool = True

    refuses: frozenset[str] = frozenset()

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        if operation == "ChangeMessageVisibility":
            self.hidden.append(parameters)
            return {}
        if not self.takes:
            raise TemporarilyUnavailable("sqs:SendMessage failed")
        if operation == "SendMessageBatch":
            taken = [entry for entry in parameters["Entries"] if entry["Id"] not in self.refuses]
            self.sent.extend(taken)
            return {"Successful": [{"Id": entry["Id"]} for entry in taken]}
        assert operation == "SendMessage"
        self.sent.append(parameters)
        return {"MessageId": "m"}


@dataclass
class Bucket:
    """Keeps texts in memory."""

    texts: dict[str, str] = field(default_factory=dict)

    def keep(self, text: str, *, client_key: str) -> str:  # noqa: ARG002 - as LargeMessages has it
        key = f"key-{len(self.texts)}"
        self.texts[key] = text
        return key

    def fetch(self, key: str) -> str:
        if key not in self.texts:
            raise MessageUnreadable("gone")
        return self.texts[key]


@dataclass
class Ends:
    """A queue, with what it is made of."""

    sqs: Sqs = field(default_factory=Sqs)
    bucket: Bucket = field(default_factory=Bucket)

    def __post_init__(self) -> None:
        self.queue = JiraCallsQueue(
            self.sqs,  # type: ignore[arg-type]
            url="https://queue",
            large=self.bucket,  # type: ignore[arg-type]
            clock=lambda: NOW,
        )

    def send(self, message: Message) -> str:
        self.queue.send(message)
        return str(self.sqs.sent[-1]["MessageBody"])


def webhook(payload: dict[str, Any]) -> Webhook:
    return Webhook(client_key=SITE, event="jira:issue_created", webhook_id="w-1", payload=payload)


CALL = CallRequest(
    client_key=SITE,
    method="POST",
    path="/rest/api/3/issue",
    query={"expand": ["a", "b"]},
    body={"fields": {"summary": "Ü \U0001f600"}},
    idempotency_key="k",
    return_body=True,
    idempotent=True,
)


@pytest.mark.parametrize(
    "message",
    [
        webhook({"issue": {"key": "Ü-1"}, "timestamp": 5}),
        webhook({"text": "half an emoji \ud83d, a noncharacter \uffff, a zero \x00"}),
        CALL,
        CallRequest(client_key=SITE, path="/x"),
    ],
    ids=["webhook", "what SQS does not take", "call", "bare call"],
)
def test_what_is_read_is_what_was_sent(message: Message) -> None:
    ends = Ends()
    text = ends.send(message)
    text.encode()  # as SQS takes it
    assert not set(text) & {"\uffff", "\x00"}
    assert ends.queue.read(text) == message


def test_messages_of_one_site_are_one_group() -> None:
    ends = Ends()
    ends.send(webhook({}))
    ends.send(CALL)
    assert {message["MessageGroupId"] for message in ends.sqs.sent} == {SITE}


def test_what_does_not_fit_into_a_message_is_kept_and_passed_by_reference() -> None:
    ends = Ends()
    large = webhook({"description": "ü" * (MAX_MESSAGE_BYTES // 2)})
    text = ends.send(large)
    assert len(text) < 200
    assert json.loads(text)["clientKey"] == SITE
    assert ends.queue.read(text) == large


def test_the_largest_message_leaves_room_for_what_is_said_when_it_fails() -> None:
    ends = Ends()
    overhead = len(ends.send(webhook({"x": ""})))
    text = ends.send(webhook({"x": "x" * (MAX_MESSAGE_BYTES - overhead)}))
    assert len(text) == MAX_MESSAGE_BYTES
    assert not ends.bucket.texts
    assert len(text) + 4 * (1000 + 100) + 1000 < SQS_LIMIT_BYTES


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        "{}",
        '{"kind": "webhook"}',
        '{"kind": "webhook", "clientKey": 5}',
        '{"kind": "call", "clientKey": "c"}',
        '{"kind": "call", "clientKey": "c", "path": "/x", "method": "STEAL"}',
        '{"kind": "", "clientKey": "c"}',
        '{"kind": ["webhook"], "clientKey": "c"}',
        "[" * 9_997 + "]" * 9_997,
        '{"kind": "call", "clientKey": "c", "path": "/x", "body": ' + "[" * 20_000 + "]" * 20_000 + "}",
        '{"kind": "call", "clientKey": "c", "path": "/x", "query": {"a": null}}',
        '{"kind": "stored"}',
        '"kind"',
    ],
)
def test_a_message_of_somebody_elses_is_unreadable(text: str) -> None:
    with pytest.raises(MessageUnreadable):
        Ends().queue.read(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"kind": "tomorrow", "clientKey": "c"}',
        '{"kind": "call", "clientKey": "c", "path": "/x", "headers": {"Accept": "image/png"}}',
    ],
)
def test_a_message_that_newer_code_may_have_written_is_not_called_unreadable(text: str) -> None:
    with pytest.raises(OfNewerCode):
        Ends().queue.read(text)


def received(message: dict[str, Any], *, sent_at: float = NOW) -> SqsRecord:
    """A message that was sent, as Lambda hands it over."""
    return SqsRecord.from_record(
        {
            "messageId": "message",
            "receiptHandle": "handle",
            "body": message["MessageBody"],
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": str(int(sent_at * 1000)),
            },
            "messageAttributes": {
                name: {"stringValue": attribute["StringValue"], "dataType": attribute["DataType"]}
                for name, attribute in message.get("MessageAttributes", {}).items()
            },
        }
    )


def test_what_was_tried_and_is_soon_to_be_back_is_hidden() -> None:
    ends = Ends()
    ends.send(CALL)
    assert not ends.queue.postpone(received(ends.sqs.sent[0]), seconds=60, tried=True)
    assert ends.sqs.hidden == [
        {"QueueUrl": "https://queue", "ReceiptHandle": "handle", "VisibilityTimeout": 60}
    ]
    assert len(ends.sqs.sent) == 1


@pytest.mark.parametrize(
    ("seconds", "tried"), [(61, True), (900, True), (900, False), (2, False), (0, False)]
)
def test_what_stays_away_for_longer_or_was_not_tried_is_sent_again_as_it_was(
    seconds: int, *, tried: bool
) -> None:
    ends = Ends()
    ends.send(CALL)
    assert ends.queue.postpone(received(ends.sqs.sent[0]), seconds=seconds, tried=tried)
    first, again = ends.sqs.sent
    assert again["MessageBody"] == first["MessageBody"]
    assert (again["MessageGroupId"], again["DelaySeconds"]) == (SITE, seconds)
    assert again["MessageAttributes"].keys() == {"FirstMessageId", "FirstSentAt"}
    assert received(again).not_before == 0
    assert ends.sqs.hidden == []


def test_a_wait_of_an_hour_is_made_in_steps() -> None:
    ends = Ends()
    ends.send(CALL)
    ends.queue.postpone(received(ends.sqs.sent[0]), seconds=HOUR, tried=True)
    assert ends.sqs.sent[-1]["DelaySeconds"] == 900
    assert received(ends.sqs.sent[-1]).not_before == NOW + HOUR


def test_what_was_before_is_not_forgotten_when_a_message_is_sent_again() -> None:
    ends = Ends()
    ends.send(CALL)
    first = replace(
        received(ends.sqs.sent[-1], sent_at=NOW - HOUR),
        first_message_id="first",
        redriven="dead letter",
        held_since=NOW - 2 * HOUR,
    )
    ends.queue.postpone(first.abandoning("one").abandoning("another"), seconds=90, tried=True)
    ends.queue.postpone(received(ends.sqs.sent[-1]), seconds=5, tried=False)
    ends.queue.postpone(received(ends.sqs.sent[-1]), seconds=HOUR, tried=False)
    ends.queue.postpone(received(ends.sqs.sent[-1]), seconds=90, tried=True)
    found = received(ends.sqs.sent[-1])
    assert (found.sent_at, found.not_before) == (NOW - HOUR, 0)
    assert (found.first_message_id, found.redriven) == ("first", "dead letter")
    assert found.held_since == NOW - 2 * HOUR
    assert found.abandoned == ("one", "another")


CARRIED = {"FirstSentAt": ("Number", str(NOW - HOUR)), "TriesBefore": ("Number", "4")}


def test_what_older_code_has_sent_again_is_read() -> None:
    attributes = {name: {"DataType": kind, "StringValue": value} for name, (kind, value) in CARRIED.items()}
    found = received({"MessageBody": "x", "MessageAttributes": attributes})
    assert (found.sent_at, found.first_message_id, found.abandoned) == (NOW - HOUR, "message", ())


@pytest.mark.parametrize("name", ["FirstSentAt", "NotBefore"])
@pytest.mark.parametrize("value", ["soon", "", "nan", "inf"])
def test_a_moment_that_is_none_makes_a_record_unreadable(name: str, value: str) -> None:
    attributes = {name: {"DataType": "Number", "StringValue": value}}
    with pytest.raises(MessageUnreadable):
        received({"MessageBody": "x", "MessageAttributes": attributes})


def test_what_cannot_be_sent_again_is_hidden() -> None:
    ends = Ends()
    ends.send(CALL)
    ends.sqs.takes = False
    assert not ends.queue.postpone(received(ends.sqs.sent[0]), seconds=HOUR, tried=False)
    assert [hidden["VisibilityTimeout"] for hidden in ends.sqs.hidden] == [HOUR]


def test_a_message_of_nobodys_is_sent_again_without_a_group() -> None:
    ends = Ends()
    theirs = {"Theirs": {"DataType": "String", "StringValue": "words"}}
    message = received({"MessageBody": "not json", "MessageAttributes": theirs})
    assert ends.queue.postpone(message, seconds=0, tried=False)
    assert "MessageGroupId" not in ends.sqs.sent[0]


def test_the_largest_message_can_be_sent_again() -> None:
    ends = Ends()
    overhead = len(ends.send(webhook({"x": ""})))
    ends.send(webhook({"x": "x" * (MAX_MESSAGE_BYTES - overhead)}))
    longest = replace(
        received(ends.sqs.sent[-1]), redriven=36 * "x", first_message_id=36 * "x", held_since=NOW
    )
    for _ in range(1000):
        longest = longest.abandoning(32 * "x")
    ends.queue.postpone(longest, seconds=12 * HOUR, tried=True)
    again = ends.sqs.sent[-1]
    attributes = [
        name + attribute["DataType"] + attribute["StringValue"]
        for name, attribute in again["MessageAttributes"].items()
    ]
    assert len(attributes) == 6
    assert len(again["MessageBody"]) + sum(map(len, attributes)) < SQS_LIMIT_BYTES


def calls(number: int, *, body: object = None) -> list[CallRequest]:
    return [CallRequest(client_key=ClientKey(f"site-{i}"), path="/rest", body=body) for i in range(number)]


def test_ten_are_sent_at_once_each_in_its_sites_group() -> None:
    ends = Ends()
    ends.queue.send_all(calls(10))
    assert [entry["MessageGroupId"] for entry in ends.sqs.sent] == [f"site-{i}" for i in range(10)]
    assert len({entry["Id"] for entry in ends.sqs.sent}) == 10


def test_what_is_too_much_together_is_sent_one_by_one() -> None:
    ends = Ends()
    ends.queue.send_all(calls(3, body="x" * (MAX_MESSAGE_BYTES // 2)))
    assert len(ends.sqs.sent) == 3
    assert all("QueueUrl" in one for one in ends.sqs.sent)


def test_some_that_were_not_taken_are_an_error() -> None:
    with pytest.raises(TemporarilyUnavailable):
        Ends(sqs=Sqs(refuses=frozenset({"3"}))).queue.send_all(calls(10))


def test_what_is_kept_elsewhere_is_kept_once_also_when_the_rest_is_too_much_together() -> None:
    ends = Ends()
    too_large, *rest = calls(3, body="x" * (MAX_MESSAGE_BYTES // 2))
    ends.queue.send_all([replace(too_large, body="x" * MAX_MESSAGE_BYTES), *rest, *rest])
    assert len(ends.sqs.sent) == 5
    assert len(ends.bucket.texts) == 1
