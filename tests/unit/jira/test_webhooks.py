"""Webhooks, from the request to the queue's message and back."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.errors import PayloadRefused
from connect_jira.messages import read_text, to_text
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
    assert read_text(to_text(webhook)) == webhook
    assert (webhook.webhook_id, webhook.timestamp) == ("id-1", 5)
