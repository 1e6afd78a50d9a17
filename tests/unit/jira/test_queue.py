"""What is put on the queue, and what is read from it."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from connect_jira.call_request import CallRequest
from connect_jira.errors import MessageUnreadable
from connect_jira.messages import Message
from connect_jira.queue import MAX_MESSAGE_BYTES, JiraCallsQueue
from connect_jira.webhooks import Webhook
from connect_jwt.identity import ClientKey

SITE = ClientKey("site")
SQS_LIMIT_BYTES = 1_048_576


@dataclass
class Sqs:
    sent: list[dict[str, Any]] = field(default_factory=list)

    def call(self, operation: str, **message: Any) -> None:
        assert operation == "SendMessage"
        self.sent.append(message)


@dataclass
class Bucket:
    """Keeps texts in memory."""

    texts: dict[str, str] = field(default_factory=dict)

    def keep(self, text: str) -> str:
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
        self.queue = JiraCallsQueue(self.sqs, url="https://queue", large=self.bucket)  # type: ignore[arg-type]

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
    repeatable=True,
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
        '{"kind": "tomorrow", "clientKey": "c"}',
        '{"kind": "stored"}',
        '"kind"',
    ],
)
def test_a_message_of_somebody_elses_is_unreadable(text: str) -> None:
    with pytest.raises(MessageUnreadable):
        Ends().queue.read(text)
