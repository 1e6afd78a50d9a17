"""Webhooks, from the request to the queue's message and back."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.errors import MessageUnreadable, PayloadRefused
from connect_jira.events.messages import read_text, to_text
from connect_jira.events.webhook import Webhook
from connect_jwt.identity import ClientKey

if TYPE_CHECKING:
    from connect_jira.web.request import GatewayRequest
    from tests.unit.jira.conftest import Backend

EVENTS = {
    "/webhooks/issue_created": ["jira:issue_created"],
    "/webhooks/comment": ["comment_created", "comment_updated"],
    "/webhooks/deleted": ["jira:version_deleted", "jira:version_created"],
    "/webhooks/merged": ["jira:version_merged", "jira:version_created"],
    "/webhooks/either": ["jira:version_deleted", "jira:version_merged"],
}
SITE = ClientKey("site")
ISSUE_CREATED = "/webhooks/issue_created"


def request_for(backend: "Backend", path: str, payload: object) -> "GatewayRequest":
    return backend.signed_by_site(path, payload, "s" * 40)


def webhook_for(backend: "Backend", body: bytes, *, path: str = ISSUE_CREATED, query: str = "") -> Webhook:
    request = replace(request_for(backend, path, {}), body=body, query=query)
    return Webhook.from_request(request, SITE, EVENTS)


def test_the_path_says_which_event_it_is_and_not_the_body_that_no_token_covers(backend: "Backend") -> None:
    request = request_for(backend, ISSUE_CREATED, {"webhookEvent": "jira:issue_deleted"})
    assert Webhook.from_request(request, SITE, EVENTS).event == "jira:issue_created"


def test_where_several_events_share_a_path_the_body_says_which(backend: "Backend") -> None:
    request = request_for(backend, "/webhooks/comment", {"webhookEvent": "comment_updated"})
    assert Webhook.from_request(request, SITE, EVENTS).event == "comment_updated"


MERGED_AT_THE_TOP = {"webhookEvent": "jira:version_deleted", "version": {"id": "1"}, "mergedTo": {"id": "2"}}
MERGED_IN_THE_VERSION = {"webhookEvent": "jira:version_deleted", "version": {"mergedTo": {"id": "2"}}}


@pytest.mark.parametrize(
    ("path", "payload", "event"),
    [
        ("/webhooks/merged", MERGED_AT_THE_TOP, "jira:version_merged"),
        ("/webhooks/merged", MERGED_IN_THE_VERSION, "jira:version_merged"),
        ("/webhooks/deleted", MERGED_AT_THE_TOP, "jira:version_deleted"),
        ("/webhooks/deleted", {"webhookEvent": "jira:version_merged"}, "jira:version_deleted"),
        ("/webhooks/either", {"webhookEvent": "jira:version_merged"}, "jira:version_merged"),
        ("/webhooks/either", MERGED_AT_THE_TOP, "jira:version_deleted"),
    ],
)
def test_a_merged_version_is_the_event_that_is_declared_whatever_jira_calls_it(
    backend: "Backend", path: str, payload: dict[str, Any], event: str
) -> None:
    assert Webhook.from_request(request_for(backend, path, payload), SITE, EVENTS).event == event


def test_a_path_that_the_descriptor_sends_nothing_to_is_refused(backend: "Backend") -> None:
    with pytest.raises(PayloadRefused, match="event-mismatch"):
        Webhook.from_request(request_for(backend, "/webhooks/unknown", {}), SITE, EVENTS)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/webhooks/comment", b""),
        ("/webhooks/comment", b"{}"),
        ("/webhooks/comment", b'{"webhookEvent": ["x"]}'),
        ("/webhooks/comment", b'{"webhookEvent": "comment_deleted"}'),
        ("/webhooks/comment", b'{"webhookEvent": "comment_created"'),
        ("/webhooks/merged", b'{"webhookEvent": "jira:version_deleted", "version": {"id": "1"}}'),
    ],
)
def test_what_does_not_say_which_of_several_events_it_is_is_queued_for_somebody_to_look_at(
    backend: "Backend", path: str, body: bytes
) -> None:
    text = to_text(webhook_for(backend, body, path=path))
    assert json.loads(text)["unread"] in {None, body.decode()}
    with pytest.raises(MessageUnreadable, match="several events"):
        read_text(text)


def test_without_a_body_the_event_is_told_with_an_empty_payload(backend: "Backend") -> None:
    webhook = webhook_for(backend, b"")
    assert (webhook.event, webhook.payload, webhook.unread) == ("jira:issue_created", {}, None)
    assert read_text(to_text(webhook)) == webhook


UNREAD = {
    "no JSON": b"canary=1",
    "cut": b'{"issue": {"key": "DEMO-1"}',
    "a list": b'[{"issue": 1}]',
    "a text": b'"issue"',
    "null": b"null",
    "blank": b" \n",
    "endless nesting": b'{"issue": ' * 100_000,
    "nesting that is JSON": b'{"issue": ' * 5000 + b"1" + b"}" * 5000,
    "no number": b'{"issue": NaN}',
    "beyond all numbers": b'{"issue": -Infinity}',
    "not UTF-8": b'{"issue": "\xe9"}',
    "compressed": b"\x1f\x8b\x08\x00\x00",
    "zeros": b"\x00" * 8,
}


@pytest.mark.parametrize("body", UNREAD.values(), ids=UNREAD)
def test_a_body_that_cannot_be_read_arrives_as_text(backend: "Backend", body: bytes) -> None:
    webhook = webhook_for(backend, body)
    assert (webhook.event, webhook.payload) == ("jira:issue_created", {})
    assert webhook.unread == body.decode(errors="replace")
    assert read_text(to_text(webhook)) == webhook


ENDLESS = "9" * 5000
READ: dict[str, tuple[bytes, object]] = {
    "an endless integer": (b'{"n": %s, "issue": {"key": "DEMO-1"}}' % ENDLESS.encode(), ENDLESS),
    "a negative one": (b'{"n": -%s}' % ENDLESS.encode(), f"-{ENDLESS}"),
    "a number beyond all floats": (b'{"n": 1e999}', "1e999"),
    "the largest integer that is read": (b'{"n": %s}' % ENDLESS[:4300].encode(), int(ENDLESS[:4300])),
    "a byte order mark": (b'\xef\xbb\xbf{"n": 1}', 1),
    "UTF-16": ('{"n": "é"}'.encode("utf-16"), "é"),
    "UTF-32": ('{"n": "é"}'.encode("utf-32-le"), "é"),
    "half a character": (b'{"n": "\\ud83d"}', "\ud83d"),
    "half a character, not escaped": ('{"n": "\ud83d"}'.encode(errors="surrogatepass"), "\ud83d"),
    "a member twice": (b'{"n": 1, "n": 2}', 2),
    "nesting as in a long document": (
        b'{"n": %s7%s}' % (b"[" * 200, b"]" * 200),
        json.loads("[" * 200 + "7" + "]" * 200),
    ),
}


@pytest.mark.parametrize(("body", "value"), READ.values(), ids=READ)
def test_a_body_is_read_as_far_as_it_can_be(backend: "Backend", body: bytes, value: object) -> None:
    webhook = webhook_for(backend, body)
    assert webhook.unread is None
    assert webhook.payload["n"] == value
    assert read_text(to_text(webhook)) == webhook


@pytest.mark.parametrize(
    ("query", "signed"),
    [
        ("", {}),
        ("issue=DEMO-1", {"issue": ["DEMO-1"]}),
        ("user_id=&user_key=a%20b+c", {"user_id": [""], "user_key": ["a b c"]}),
        ("id=2&id=10&id=%31", {"id": ["1", "10", "2"]}),
        ("flag&=nameless&&q=a=b", {"flag": [""], "q": ["a=b"]}),
        ("jwt=a.b.c&issue=DEMO-1&%6Awt=a.b.c", {"issue": ["DEMO-1"]}),
        ("JWT=is+not+it", {"JWT": ["is not it"]}),
        ("q=%E5%AE%AE&bad=%ff", {"q": ["宮"], "bad": ["\ufffd"]}),
    ],
)
def test_the_query_is_passed_on_as_signed_and_never_the_token_in_it(
    backend: "Backend", query: str, signed: dict[str, list[str]]
) -> None:
    webhook = webhook_for(backend, b'{"issue": {"key": "FORGED-1"}}', query=query)
    assert webhook.signed_query == signed
    assert webhook.payload == {"issue": {"key": "FORGED-1"}}
    text = to_text(webhook)
    assert "a.b.c" not in text
    assert read_text(text) == webhook


@pytest.mark.parametrize(
    ("said", "timestamp"),
    [
        (1_795_443_600_500, 1_795_443_600_500),
        ("1795443600500", 1_795_443_600_500),  # Forge's
        (0, 0),
        (None, None),
        ("soon", None),
        (True, None),
        (-1, None),
        (1.5, None),
        ([1], None),
        (10**400, None),
        ("9" * 400, None),
        ("٣", None),
    ],
)
def test_when_it_happened_is_told_in_milliseconds(said: object, timestamp: int | None) -> None:
    webhook = Webhook(client_key=SITE, event="e", webhook_id=None, payload={"timestamp": said})
    assert webhook.timestamp == timestamp


def test_what_is_read_from_a_message_is_what_was_written_to_it(backend: "Backend") -> None:
    request = request_for(backend, ISSUE_CREATED, {"timestamp": 5, "issue": {"key": "Ü-1"}})
    request = replace(request, headers={"x-atlassian-webhook-identifier": "id-1"}, query="a=1")
    webhook = Webhook.from_request(request, SITE, EVENTS)
    assert read_text(to_text(webhook)) == webhook
    assert (webhook.webhook_id, webhook.timestamp) == ("id-1", 5)


def test_a_message_of_before_there_was_a_signed_query_is_read() -> None:
    fields = {"kind": "webhook", "clientKey": SITE, "event": "e", "webhookId": "1", "payload": {"a": 1}}
    webhook = Webhook(client_key=SITE, event="e", webhook_id="1", payload={"a": 1})
    assert read_text(json.dumps(fields)) == webhook


def test_neither_body_nor_query_shows_in_a_representation(backend: "Backend") -> None:
    shown = repr(webhook_for(backend, b"canary", query="q=canary")) + repr(
        webhook_for(backend, b'{"canary": 1}')
    )
    assert "canary" not in shown
