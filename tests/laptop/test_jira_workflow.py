"""Transitions, comments and dates: by apps and by people, and what the apps are told."""

from typing import Any
from urllib.parse import urlencode

import pytest

from connect_local.jira import LaptopJira
from connect_local.jira.documents import document_of
from connect_local.jira.site import ADMIN
from tests.laptop.fake_app import FakeApp, SignedCalls
from tests.laptop.verbatim_http import VerbatimHttp

EVENTS = ("jira:issue_updated", "comment_created")


@pytest.fixture
def told(jira: LaptopJira, fake_app: FakeApp) -> FakeApp:
    """An app that is told of edits and comments, on a site with DEMO-1."""
    fake_app.descriptor["modules"]["webhooks"] = [
        {"event": event, "url": f"/webhooks/{event.rpartition(':')[2]}"} for event in EVENTS
    ]
    assert jira.lifecycle.install(fake_app.descriptor_url).installed
    jira.site.ensure_issue("DEMO-1", {"summary": "One", "description": document_of("Two\nlines")})
    return fake_app


def click(jira: LaptopJira, jira_http: VerbatimHttp, path: str, **fields: str) -> str:
    """Post a form, and return the page that comes next."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": jira.base_url}
    answer = jira_http.send("POST", f"/browse/DEMO-1{path}", headers=headers, body=urlencode(fields))
    return jira_http.send("GET", answer.headers["location"]).text if answer.status == 303 else answer.text


def items(payload: Any) -> list[tuple[str, str | None, str | None]]:
    return [(item["field"], item["fromString"], item["toString"]) for item in payload["changelog"]["items"]]


def test_an_app_sees_the_transitions_and_takes_one(told: FakeApp, rest: SignedCalls) -> None:
    possible = rest("GET", "/issue/DEMO-1/transitions").json()["transitions"]
    assert [(each["name"], each["to"]["statusCategory"]["key"]) for each in possible] == [
        ("In Progress", "indeterminate"),
        ("Done", "done"),
    ]
    assert rest("POST", "/issue/DEMO-1/transitions", {"transition": {"id": possible[1]["id"]}}).status == 204
    (payload,) = (each.body for each in told.wait_for(1, "issue_updated"))
    assert payload["issue_event_type_name"] == "issue_generic"
    assert items(payload) == [("resolution", None, "Done"), ("status", "To Do", "Done")]
    assert payload["issue"]["fields"]["status"]["name"] == "Done"
    left = rest("GET", "/issue/DEMO-1/transitions").json()["transitions"]
    assert [each["name"] for each in left] == ["To Do", "In Progress"]


@pytest.mark.parametrize(
    "body",
    [{}, {"transition": {}}, {"transition": {"id": "11"}}, {"transition": {"id": "99"}}, {"other": 1}],
)
def test_a_transition_that_the_issue_cannot_take_is_refused(
    told: FakeApp, jira: LaptopJira, rest: SignedCalls, body: dict[str, Any]
) -> None:
    assert rest("POST", "/issue/DEMO-1/transitions", body).status == 400
    assert "status" not in jira.site.issues()[0].fields
    assert told.events() == []


def test_a_comment_is_told_as_the_one_that_was_captured(told: FakeApp, rest: SignedCalls) -> None:
    assert rest("POST", "/issue/DEMO-1/comment", {"body": document_of("/due 2026-12-24")}).status == 201
    (payload,) = (each.body for each in told.wait_for(1, "comment_created"))
    assert payload["comment"]["body"] == "/due 2026-12-24"
    assert payload["comment"]["author"]["accountType"] == "app"
    assert payload["eventType"] == "primaryAction"
    assert set(payload) == {"timestamp", "webhookEvent", "comment", "issue", "eventType"}
    assert set(payload["issue"]["fields"]) == {
        *("summary", "issuetype", "project", "assignee", "priority", "status"),
    }


def test_a_webhook_has_text_where_version_3_has_documents(told: FakeApp, rest: SignedCalls) -> None:
    assert rest("PUT", "/issue/DEMO-1", {"fields": {"duedate": "2026-12-24"}}).status == 204
    (payload,) = (each.body for each in told.wait_for(1, "issue_updated"))
    assert payload["issue"]["fields"]["description"] == "Two\nlines"
    assert items(payload) == [("duedate", None, "2026-12-24 00:00:00.0")]
    assert rest("GET", "/issue/DEMO-1").json()["fields"]["description"]["type"] == "doc"


@pytest.mark.parametrize("date", ["24.12.2026", "2026-13-01", "2026-12-24T00:00", 20261224, ""])
@pytest.mark.usefixtures("told")
def test_a_due_date_is_a_day(rest: SignedCalls, date: object) -> None:
    refused = rest("PUT", "/issue/DEMO-1", {"fields": {"duedate": date}})
    assert refused.status == 400
    assert "yyyy-MM-dd" in refused.json()["errors"]["duedate"]


@pytest.mark.usefixtures("told")
def test_a_priority_is_one_that_there_is(rest: SignedCalls) -> None:
    assert rest("PUT", "/issue/DEMO-1", {"fields": {"priority": {"name": "High"}}}).status == 204
    assert rest("GET", "/issue/DEMO-1").json()["fields"]["priority"]["id"] == "2"
    assert rest("PUT", "/issue/DEMO-1", {"fields": {"priority": {"name": "Huge"}}}).status == 400


def test_people_comment_and_the_apps_are_told(
    told: FakeApp, jira: LaptopJira, jira_http: VerbatimHttp
) -> None:
    assert "Your comment is on DEMO-1." in click(jira, jira_http, "/comments", body="One\r\n<two>")
    (payload,) = (each.body for each in told.wait_for(1, "comment_created"))
    assert payload["comment"]["body"] == "One\n<two>"
    assert payload["comment"]["author"]["accountId"] == ADMIN.account_id
    assert "needs some words" in click(jira, jira_http, "/comments", body=" \n ")
    assert len(jira.site.issues()[0].comments) == 1


def test_people_move_an_issue_and_the_apps_are_told(
    told: FakeApp, jira: LaptopJira, jira_http: VerbatimHttp
) -> None:
    assert "DEMO-1 is In Progress now." in click(jira, jira_http, "/transitions", transition="21")
    (payload,) = (each.body for each in told.wait_for(1, "issue_updated"))
    assert items(payload) == [("status", "To Do", "In Progress")]
    assert "cannot go there" in click(jira, jira_http, "/transitions", transition="21")


def test_people_change_every_field(told: FakeApp, jira: LaptopJira, jira_http: VerbatimHttp) -> None:
    changed = {
        "summary": "New",
        "type": "Bug",
        "description": "",
        "assignee": ADMIN.account_id,
        "priority": "High",
        "duedate": "2026-12-24",
        "labels": "a b",
    }
    assert "DEMO-1 is changed." in click(jira, jira_http, "/edit", **changed)
    (payload,) = (each.body for each in told.wait_for(1, "issue_updated"))
    assert {field: after for field, _, after in items(payload)} == {
        "summary": "New",
        "issuetype": "Bug",
        "description": None,
        "assignee": ADMIN.display_name,
        "priority": "High",
        "duedate": "2026-12-24 00:00:00.0",
        "labels": "a b",
    }
    assert "yyyy-MM-dd" in click(jira, jira_http, "/edit", **(changed | {"duedate": "soon"}))
    assert "says what it said before" in click(jira, jira_http, "/edit", **changed)
