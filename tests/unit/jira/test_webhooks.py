"""Webhooks, from the request to the queue's message and back."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.errors import PayloadRefused, PayloadTooLarge
from connect_jira.queue import MAX_MESSAGE_BYTES, JiraCallsQueue
from connect_jira.webhooks import Webhook
from connect_jwt.identity import ClientKey

if TYPE_CHECKING:
    from connect_jira.gateway import GatewayRequest
    from tests.unit.jira.conftest import Backend

EVENTS = {
    "/webhooks/issue_created": ["jira:issue_created"],
    "/webhooks/comment": ["comment_created", "comment_updated"],
}
SITE = ClientKey("site")


def request_for(backend: "Backend", path: str, payload: object) -> "GatewayRequest":
    return backend.signed_by_site(path, payload, "s" * 40)


def test_the_path_says_which_event_it_is_and_not_the_body_that_no_token_covers(backend: "Backend") -> None:
    request = request_for(backend, "/webhooks/issue_created", {"webhookEvent": "jira:issue_deleted"})
    assert Webhook.from_request(request, SITE, EVENTS).event == "jira:issue_created"


def test_where_several_events_share_a_path_the_body_says_which(backend: "Backend") -> None:
    request = request_for(backend, "/webhooks/comment", {"webhookEvent": "comment_updated"})
    assert Webhook.from_request(request, SITE, EVENTS).event == "comment_updated"


@pytest.mark.parametrize(
    ("path", "payload"),
    [("/webhooks/comment", {}), ("/webhooks/comment", {"webhookEvent": ["x"]}), ("/webhooks/unknown", {})],
)
def test_an_event_that_the_descriptor_does_not_send_there_is_refused(
    backend: "Backend", path: str, payload: dict[str, Any]
) -> None:
    with pytest.raises(PayloadRefused, match="event-mismatch"):
        Webhook.from_request(request_for(backend, path, payload), SITE, EVENTS)


def test_what_is_read_from_a_message_is_what_was_written_to_it(backend: "Backend") -> None:
    request = request_for(backend, "/webhooks/issue_created", {"timestamp": 5, "issue": {"key": "Ü-1"}})
    request = replace(request, headers={"x-atlassian-webhook-identifier": "id-1"})
    webhook = Webhook.from_request(request, SITE, EVENTS)
    assert Webhook.from_message(webhook.to_message()) == webhook
    assert (webhook.webhook_id, webhook.timestamp) == ("id-1", 5)


class Sqs:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send_message(self, **message: Any) -> None:
        self.sent.append(message)


def test_messages_of_one_site_are_one_group() -> None:
    sqs = Sqs()
    webhook = Webhook(client_key=SITE, event="e", webhook_id=None, payload={})
    JiraCallsQueue(sqs, url="https://queue").send(webhook)  # type: ignore[arg-type]
    (message,) = sqs.sent
    assert message["MessageGroupId"] == SITE
    assert json.loads(message["MessageBody"])["clientKey"] == SITE


def test_what_does_not_fit_into_a_message_is_refused_and_not_sent() -> None:
    sqs = Sqs()
    webhook = Webhook(
        client_key=SITE, event="e", webhook_id=None, payload={"x": "ü" * (MAX_MESSAGE_BYTES // 2)}
    )
    with pytest.raises(PayloadTooLarge):
        JiraCallsQueue(sqs, url="https://queue").send(webhook)  # type: ignore[arg-type]
    assert sqs.sent == []
