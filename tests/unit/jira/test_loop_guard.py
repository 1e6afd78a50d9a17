"""Own changes are recognised when they come back as webhooks."""

import pytest

from connect_jira.events.webhook import Webhook
from connect_jira.jira.loop_guard import is_own_webhook, webhook_trace_of
from connect_jwt.identity import AppKey, ClientKey

APP = AppKey("com.example.app")


def webhook(webhook_id: str | None) -> Webhook:
    return Webhook(client_key=ClientKey("c"), event="jira:issue_updated", webhook_id=webhook_id, payload={})


@pytest.mark.parametrize("webhook_id", ["w-1", None, "", "x" * 5000, "line\nbreak", "ümlaut", "two words"])
def test_a_trace_is_what_jira_takes_and_is_recognised(webhook_id: str | None) -> None:
    trace = webhook_trace_of(APP, webhook_id)
    assert trace.isascii()
    assert trace.isprintable()
    assert len(trace) <= 1024
    assert is_own_webhook(trace, APP)


def test_a_trace_names_its_cause() -> None:
    assert webhook_trace_of(APP, "w-1") == "com.example.app w-1"


@pytest.mark.parametrize(
    "trace", [None, "", "com.example.app.more w-1", "another w-1", "w-1 com.example.app"]
)
def test_no_trace_and_another_apps_trace_are_not_own(trace: str | None) -> None:
    assert not is_own_webhook(trace, APP)
