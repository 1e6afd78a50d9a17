"""Webhooks, from the command and from what happens on the site."""

import re
import time
from dataclasses import replace
from typing import Any

import jwt
import pytest
from atlassian_jwt.url_utils import hash_url

from connect_local.jira import LaptopJira
from connect_local.jira.site import ADMIN
from tests.laptop.fake_app import FakeApp, SignedCalls
from tests.laptop.verbatim_http import Answer, VerbatimHttp
from tests.unit.jira.captures import capture

EVENT = "jira:issue_created"
NEW = {"project": {"key": "DEMO"}, "issuetype": {"name": "Task"}, "summary": "Mine"}
FROM_AND_TO = ("from", "fromString", "to", "toString")


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
    assert webhook.headers["x-atlassian-webhook-identifier"] == "event-1"


def test_it_has_the_headers_of_one_that_was_captured(installed_app: FakeApp, send_webhook: Any) -> None:
    captured = capture("webhook-request-headers")
    each_time = {"x-b3-spanid", "x-b3-traceid", "x-atlassian-webhook-identifier"}
    of_http = {"host", "content-length"}
    send_webhook()
    send_webhook()
    first, second = ({**received.headers} for received in installed_app.received)
    assert first.keys() - of_http == captured.keys() | {"authorization"}
    assert {name: first[name] for name in captured.keys() - each_time} == {
        name: captured[name] for name in captured.keys() - each_time
    }
    for name in each_time:
        assert first[name] != second[name]
        assert re.fullmatch("[0-9]+" if captured[name].isdecimal() else "[0-9a-f]+", first[name])
    assert [len(first[name]) for name in ("x-b3-spanid", "x-b3-traceid")] == [16, 32]


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


BODIES: dict[str, Any] = {
    "no issue": {"worklog": {"issueId": "10001"}},
    "an issue that is null": {"issue": None},
    "fields that are null": {"issue": {"key": "DEMO-7", "fields": None}},
    "a key in lower case": {"issue": {"key": "demo-7"}},
    "nothing but null": {"user": None, "comment": None, "changelog": None, "timestamp": None},
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_jira_can_send_is_sent_as_it_is_said(
    installed_app: FakeApp, send_webhook: Any, body: dict[str, Any]
) -> None:
    assert send_webhook(body=body).json()["status"] == 204
    (received,) = installed_app.received
    for name, value in body.items():
        sent = received.body[name]
        assert sent == value if name != "issue" or value is None else sent.items() >= value.items()


def test_an_issue_whose_key_is_in_lower_case_is_the_one_that_is_there(
    jira: LaptopJira, installed_app: FakeApp, send_webhook: Any
) -> None:
    send_webhook(body={"issue": {"key": "DEMO-7"}})
    send_webhook(body={"issue": {"key": "demo-7", "fields": {"summary": "Second"}}})
    (issue,) = jira.site.issues()
    assert (issue.key, issue.fields["summary"]) == ("DEMO-7", "Second")
    first, second = (received.body["issue"]["id"] for received in installed_app.received)
    assert first == second


def test_a_webhook_is_sent_for_the_issues_that_its_filter_finds(
    jira: LaptopJira, fake_app: FakeApp, send_webhook: Any
) -> None:
    fake_app.descriptor["modules"]["webhooks"] = [
        {"event": EVENT, "url": "/webhooks/demo", "filter": "project = DEMO"},
        {"event": EVENT, "url": "/webhooks/open", "filter": "project = NEW AND statusCategory != Done"},
        {"event": EVENT, "url": "/webhooks/unknown", "filter": "labels = urgent"},
    ]
    assert jira.lifecycle.install(fake_app.descriptor_url).installed
    fake_app.received.clear()
    for key in ("DEMO-7", "NEW-7"):
        send_webhook(body={"issue": {"key": key}})
    assert {(received.target, received.body["issue"]["key"]) for received in fake_app.received} == {
        ("/webhooks/demo", "DEMO-7"),
        ("/webhooks/open", "NEW-7"),
        ("/webhooks/unknown", "DEMO-7"),
        ("/webhooks/unknown", "NEW-7"),
    }


def test_a_webhook_has_the_properties_that_it_asks_for(
    jira: LaptopJira, fake_app: FakeApp, send_webhook: Any
) -> None:
    fake_app.descriptor["modules"]["webhooks"] = [
        {"event": EVENT, "url": "/webhooks/with", "propertyKeys": ["due", "none"]},
        {"event": EVENT, "url": "/webhooks/without"},
    ]
    assert jira.lifecycle.install(fake_app.descriptor_url).installed
    fake_app.received.clear()
    jira.site.ensure_issue("DEMO-7", {})
    jira.site.change_issue("DEMO-7", lambda now: replace(now, properties={"due": 1, "other": 2}))
    send_webhook(body={"issue": {"key": "DEMO-7"}})
    properties = {received.target: received.body["issue"].get("properties") for received in fake_app.received}
    assert properties == {"/webhooks/with": {"due": 1}, "/webhooks/without": None}


def test_a_webhook_can_be_without_a_body_and_have_variables_in_its_url(
    jira: LaptopJira, fake_app: FakeApp, send_webhook: Any
) -> None:
    query = "?issue={issue.key}&project=${project.key}&user={user.accountId}&nothing={no.such}&again=1"
    fake_app.descriptor["modules"]["webhooks"] = [
        {"event": EVENT, "url": f"/webhooks/issue_created{query}", "excludeBody": True}
    ]
    assert jira.lifecycle.install(fake_app.descriptor_url).installed
    fake_app.received.clear()
    body = {"issue": {"key": "DEMO-7"}, "user": {"accountId": "557058:a b&c"}}
    assert send_webhook(body=body).json()["status"] == 204
    (webhook,) = fake_app.received
    assert webhook.body is None
    assert webhook.headers["content-length"] == "0"
    target = "/webhooks/issue_created?issue=DEMO-7&project=DEMO&user=557058%3Aa%20b%26c&nothing=&again=1"
    assert webhook.target == target
    claims = jwt.decode(webhook.token, fake_app.installed["sharedSecret"], algorithms=["HS256"])
    assert claims["qsh"] == hash_url("POST", target)


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


def test_who_sends_a_webhook_learns_all_its_answers_in_the_end(
    jira: LaptopJira, installed_app: FakeApp
) -> None:
    installed_app.answers["issue_created"] = [503, 500]
    result = jira.webhooks.send(EVENT, {})
    assert [answer.status for answer in result.answers] == [503]
    (settled,) = result.settled
    assert [answer.status for answer in settled.result(timeout=10)] == [503, 500, 204]


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
    created = rest("POST", "/issue", {"fields": NEW}).json()
    (webhook,) = installed_app.wait_for(1, "issue_created")
    assert webhook.body["issue"]["key"] == created["key"]
    assert webhook.body["user"]["accountType"] == "app"
    assert webhook.body["issue_event_type_name"] == "issue_created"


@pytest.fixture
def edited(fake_app: FakeApp, installed_app: FakeApp, jira: LaptopJira) -> FakeApp:
    """The app, which wants to hear of edits, too."""
    fake_app.descriptor["modules"]["webhooks"].append(
        {"event": "jira:issue_updated", "url": "/webhooks/issue_updated"}
    )
    assert jira.lifecycle.install(fake_app.descriptor_url).installed
    jira.site.ensure_issue("DEMO-1", {"summary": "Old", "labels": ["kept"]})
    fake_app.received.clear()
    return installed_app


def test_an_edit_is_told_with_what_it_changed(edited: FakeApp, rest: SignedCalls) -> None:
    fields = {
        "summary": "New",
        "labels": ["kept", "added"],
        "assignee": {"accountId": ADMIN.account_id},
        "issuetype": {"name": "Bug"},
        "description": {
            "type": "doc",
            "version": 1,
            "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Some words"}]}],
        },
        "customfield_10001": 2,
    }
    assert rest("PUT", "/issue/DEMO-1", {"fields": fields}).status == 204
    (webhook,) = edited.wait_for(1, "issue_updated")
    payload = webhook.body
    assert (payload["webhookEvent"], payload["issue_event_type_name"]) == (
        "jira:issue_updated",
        "issue_updated",
    )
    assert payload["user"]["accountType"] == "app"
    assert payload["issue"]["key"] == "DEMO-1"
    assert payload["issue"]["fields"]["summary"] == "New"
    assert payload["changelog"].keys() == {"id", "items"}
    changes = {item.pop("field"): item for item in payload["changelog"]["items"]}
    assert changes.keys() == fields.keys()
    assert changes["summary"] == {
        "fieldtype": "jira",
        "fieldId": "summary",
        "from": None,
        "fromString": "Old",
        "to": None,
        "toString": "New",
    }
    said = {name: tuple(changes[name][member] for member in FROM_AND_TO) for name in changes}
    del said["summary"]
    assert said == {
        "labels": ("", "kept", "", "kept added"),
        "assignee": (None, None, ADMIN.account_id, ADMIN.display_name),
        "issuetype": ("10001", "Task", "10002", "Bug"),
        "description": (None, None, None, "Some words"),
        "customfield_10001": (None, None, None, "2"),
    }
    assert changes["customfield_10001"]["fieldtype"] == "custom"


def test_only_what_an_edit_changed_is_in_its_changelog(edited: FakeApp, rest: SignedCalls) -> None:
    rest("PUT", "/issue/DEMO-1", {"fields": {"summary": "New", "labels": ["kept"]}})
    (webhook,) = edited.wait_for(1, "issue_updated")
    assert [item["field"] for item in webhook.body["changelog"]["items"]] == ["summary"]


def test_an_edit_that_changes_nothing_is_told_nobody(
    jira: LaptopJira, edited: FakeApp, rest: SignedCalls
) -> None:
    assert rest("PUT", "/issue/DEMO-1", {"fields": {"summary": "Old"}}).status == 204
    assert rest("PUT", "/issue/DEMO-1", {"fields": {}}).status == 204
    rest("PUT", "/issue/DEMO-1", {"fields": {"summary": "New"}})
    (webhook,) = edited.wait_for(1, "issue_updated")
    jira.close()
    assert edited.events() == ["issue_updated"]
    assert webhook.body["issue"]["fields"]["summary"] == "New"


def test_a_property_is_told_nobody(jira: LaptopJira, edited: FakeApp, rest: SignedCalls) -> None:
    assert rest("PUT", "/issue/DEMO-1/properties/p", 1).status == 201
    rest("PUT", "/issue/DEMO-1", {"fields": {"summary": "New"}})
    edited.wait_for(1, "issue_updated")
    jira.close()
    assert edited.events() == ["issue_updated"]


def test_an_app_that_does_not_ask_for_edits_is_not_told(
    jira: LaptopJira, installed_app: FakeApp, rest: SignedCalls
) -> None:
    jira.site.ensure_issue("DEMO-1", {})
    rest("PUT", "/issue/DEMO-1", {"fields": {"summary": "New"}})
    rest("POST", "/issue", {"fields": NEW})
    installed_app.wait_for(1, "issue_created")
    jira.close()
    assert installed_app.events() == ["issue_created"]


@pytest.mark.parametrize("trace", ["loop-1", "a b {~}", "t" * 1024])
def test_the_trace_of_a_call_is_echoed_by_the_webhooks_that_it_causes(
    edited: FakeApp, rest: SignedCalls, trace: str
) -> None:
    edited.answers["issue_created"] = [503]
    rest("POST", "/issue", {"fields": NEW}, **{"X-Atlassian-Webhook-Trace": trace})
    rest("PUT", "/issue/DEMO-1", {"fields": {"summary": "New"}}, **{"X-Atlassian-Webhook-Trace": trace})
    webhooks = edited.wait_for(2, "issue_created") + edited.wait_for(1, "issue_updated")
    assert {webhook.headers["x-atlassian-webhook-trace"] for webhook in webhooks} == {trace}


@pytest.mark.parametrize("trace", [None, "", "t" * 1025, "a\tb", "\xe9"])
def test_what_is_no_trace_is_not_echoed(installed_app: FakeApp, rest: SignedCalls, trace: str | None) -> None:
    headers = {} if trace is None else {"X-Atlassian-Webhook-Trace": trace}
    assert rest("POST", "/issue", {"fields": NEW}, **headers).status == 201
    (webhook,) = installed_app.wait_for(1, "issue_created")
    assert "x-atlassian-webhook-trace" not in webhook.headers


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
