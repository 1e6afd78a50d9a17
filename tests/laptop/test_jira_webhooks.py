"""Webhooks, from the command and from what happens on the site."""

import time
from typing import Any

import jwt
import pytest
from atlassian_jwt.url_utils import hash_url

from connect_local.jira import LaptopJira
from tests.laptop.fake_app import FakeApp, SignedCalls
from tests.laptop.verbatim_http import Answer, VerbatimHttp

EVENT = "jira:issue_created"


@pytest.fixture
def send_webhook(jira_http: VerbatimHttp) -> Any:
    def send(event: object = EVENT, **more: object) -> Answer:
        return jira_http.send_json("POST", "/_local/webhooks", {"event": event, **more})

    return send


def test_a_webhook_is_signed_and_marked_as_jiras(installed_app: FakeApp, send_webhook: Any) -> None:
    answer = send_webhook(body={"issue": {"key": "DEMO-7"}}, identifier="event-1")
    assert answer.status == 200
    assert answer.json() == {"status": 204, "identifier": "event-1", "answers": [{"status": 204}]}
    (webhook,) = installed_app.received
    claims = jwt.decode(webhook.token, installed_app.installed["sharedSecret"], algorithms=["HS256"])
    assert claims.pop("iat") == pytest.approx(time.time(), abs=5)
    assert claims.pop("exp") == pytest.approx(time.time() + 180, abs=5)
    assert claims == {
        "iss": installed_app.installed["clientKey"],
        "qsh": hash_url("POST", "/webhooks/issue_created"),
        "context": {},
    }
    assert webhook.headers["content-type"] == "application/json; charset=UTF-8"
    assert webhook.headers["x-atlassian-webhook-identifier"] == "event-1"
    assert webhook.headers["x-atlassian-webhook-flow"] == "Primary"
    assert "x-atlassian-webhook-retry" not in webhook.headers


def test_the_issue_comes_into_being_and_the_payload_shows_it_as_jira_does(
    installed_app: FakeApp, rest: SignedCalls, send_webhook: Any
) -> None:
    send_webhook(body={"issue": {"key": "NEW-7", "fields": {"summary": "From the body"}}, "user": {"x": 1}})
    payload = installed_app.received[0].body
    assert payload["timestamp"] == pytest.approx(time.time() * 1000, abs=5000)
    assert (payload["webhookEvent"], payload["user"]) == (EVENT, {"x": 1})
    issue = rest("GET", "/issue/NEW-7").json()
    assert {name: issue[name] for name in ("id", "key", "self", "fields")} == payload["issue"]
    assert (issue["fields"]["summary"], issue["fields"]["project"]["key"]) == ("From the body", "NEW")


def test_an_issue_that_was_there_takes_on_the_fields_of_the_body(
    rest: SignedCalls, installed_app: FakeApp, send_webhook: Any
) -> None:
    send_webhook(body={"issue": {"key": "DEMO-7", "fields": {"summary": "First", "labels": ["kept"]}}})
    send_webhook(body={"issue": {"key": "DEMO-7", "fields": {"summary": "Second"}}})
    first, second = (received.body["issue"] for received in installed_app.received)
    assert first["id"] == second["id"]
    fields = rest("GET", "/issue/DEMO-7").json()["fields"]
    assert (fields["summary"], fields["labels"]) == ("Second", ["kept"])


def test_what_the_body_says_of_time_and_event_is_kept(installed_app: FakeApp, send_webhook: Any) -> None:
    send_webhook(body={"timestamp": 1, "webhookEvent": "jira:issue_updated"})
    assert installed_app.received[0].body == {"timestamp": 1, "webhookEvent": "jira:issue_updated"}


def test_without_an_identifier_each_event_gets_its_own(installed_app: FakeApp, send_webhook: Any) -> None:
    first, second = send_webhook().json()["identifier"], send_webhook().json()["identifier"]
    sent = [received.headers["x-atlassian-webhook-identifier"] for received in installed_app.received]
    assert sent == [first, second]
    assert first != second


def test_the_apps_answer_is_reported(installed_app: FakeApp, send_webhook: Any) -> None:
    installed_app.answers["issue_created"] = [401]
    assert send_webhook().json()["status"] == 401


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 503])
def test_temporary_failures_are_sent_again_with_the_same_identifier(
    installed_app: FakeApp, send_webhook: Any, status: int
) -> None:
    installed_app.answers["issue_created"] = [status, status]
    assert send_webhook(identifier="event-1").json()["status"] == status
    received = installed_app.wait_for(3, "issue_created")
    assert {webhook.headers["x-atlassian-webhook-identifier"] for webhook in received} == {"event-1"}
    assert [webhook.headers.get("x-atlassian-webhook-retry") for webhook in received] == [None, "1", "2"]


@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 403, 404, 413])
def test_other_answers_are_final(
    jira: LaptopJira, installed_app: FakeApp, send_webhook: Any, status: int
) -> None:
    installed_app.answers["issue_created"] = [status]
    send_webhook()
    jira.close()
    assert installed_app.events() == ["issue_created"]


def test_after_five_further_attempts_jira_gives_up(
    installed_app: FakeApp, send_webhook: Any, caplog: pytest.LogCaptureFixture
) -> None:
    installed_app.answers["issue_created"] = [503] * 99
    send_webhook(identifier="event-1")
    installed_app.wait_for(6, "issue_created")
    for _ in range(100):
        if caplog.messages:
            break
        time.sleep(0.05)
    assert caplog.messages == ["gave up on webhook event-1 to com.example.fake-app"]
    assert len(installed_app.received) == 6


def test_what_is_sent_again_is_signed_with_the_secret_of_the_day(
    jira: LaptopJira, installed_app: FakeApp, send_webhook: Any
) -> None:
    installed_app.answers["issue_created"] = [503]
    old_secret = installed_app.installed["sharedSecret"]
    do_nothing = installed_app.before_answering

    def rotate() -> None:
        installed_app.before_answering = do_nothing
        jira.lifecycle.reinstall(installed_app.descriptor_url)

    installed_app.before_answering = rotate
    send_webhook()
    first, second = installed_app.wait_for(2, "issue_created")
    jwt.decode(first.token, old_secret, algorithms=["HS256"])
    jwt.decode(second.token, installed_app.installed["sharedSecret"], algorithms=["HS256"])


def test_an_issue_that_an_app_creates_is_told_to_apps(installed_app: FakeApp, rest: SignedCalls) -> None:
    fields = {"project": {"key": "DEMO"}, "issuetype": {"name": "Task"}, "summary": "Mine"}
    created = rest("POST", "/issue", {"fields": fields}).json()
    (webhook,) = installed_app.wait_for(1, "issue_created")
    assert webhook.body["issue"]["key"] == created["key"]
    assert webhook.body["user"]["accountType"] == "app"
    assert webhook.body["issue_event_type_name"] == "issue_created"


def test_without_an_app_to_tell_nothing_is_sent(
    jira: LaptopJira, installed_app: FakeApp, send_webhook: Any
) -> None:
    answer = send_webhook("comment_created")
    assert (answer.status, answer.json()) == (
        404,
        {"error": "No app on this site has a webhook for comment_created."},
    )
    jira.lifecycle.uninstall(installed_app.descriptor_url)
    assert send_webhook().status == 404


@pytest.mark.parametrize(
    "wish",
    [
        {"event": None},
        {"event": ""},
        {"body": []},
        {"body": {"issue": {}}},
        {"body": {"issue": {"key": "demo"}}},
        {"body": {"issue": {"key": "DEMO-1", "fields": []}}},
        {"identifier": 1},
        {"identifier": "line\nbreak"},
    ],
)
def test_commands_that_make_no_sense_are_refused(
    installed_app: FakeApp, send_webhook: Any, wish: dict[str, Any]
) -> None:
    answer = send_webhook(**wish)
    assert answer.status == 400
    assert answer.json()["error"].endswith(".")
    assert installed_app.received == []
