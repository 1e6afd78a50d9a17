"""Issues, their comments and their properties."""

import json
from typing import Any

import pytest

from connect_local.jira import LaptopJira
from connect_local.jira.site import ADMIN
from tests.laptop.fake_app import FakeApp, SignedCalls
from tests.laptop.verbatim_http import VerbatimHttp

FIELDS = {"project": {"key": "DEMO"}, "issuetype": {"name": "Task"}, "summary": "New"}
DOCUMENT = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": []}]}


@pytest.fixture
def issue(rest: SignedCalls) -> str:
    created = rest("POST", "/issue", {"fields": FIELDS})
    assert created.status == 201
    key: str = created.json()["key"]
    return key


def test_a_new_issue_is_answered_with_where_it_is(jira: LaptopJira, rest: SignedCalls, issue: str) -> None:
    created = rest("POST", "/issue", {"fields": FIELDS | {"project": {"id": "10000"}}, "update": {}}).json()
    assert created == {
        "id": created["id"],
        "key": "DEMO-2",
        "self": f"{jira.base_url}/rest/api/3/issue/{created['id']}",
    }
    assert issue == "DEMO-1"
    assert rest("GET", f"/issue/{created['id']}").json()["key"] == "DEMO-2"
    assert rest("GET", "/issue/demo-2").json()["id"] == created["id"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"project": None}, "project"),
        ({"project": {"key": "NONE"}}, "project"),
        ({"summary": None}, "summary"),
        ({"summary": " "}, "summary"),
        ({"summary": "two\nlines"}, "summary"),
        ({"summary": "s" * 256}, "summary"),
        ({"issuetype": {"name": "Epos"}}, "issuetype"),
        ({"issuetype": "Task"}, "issuetype"),
        ({"description": "plain text"}, "description"),
        ({"labels": ["two words"]}, "labels"),
        ({"labels": "one"}, "labels"),
        ({"assignee": {"accountId": "nobody"}}, "assignee"),
        ({"sumary": "misspelt"}, "sumary"),
        ({"status": {"name": "Done"}}, "status"),
    ],
)
def test_a_bad_field_of_a_new_issue_is_named(
    jira: LaptopJira, rest: SignedCalls, fields: dict[str, Any], field: str
) -> None:
    answer = rest("POST", "/issue", {"fields": FIELDS | fields})
    assert answer.status == 400
    assert answer.json()["errors"].keys() == {field}
    assert jira.site.issues() == []


def test_a_new_issue_needs_project_type_and_summary(rest: SignedCalls) -> None:
    errors = rest("POST", "/issue", {}).json()["errors"]
    assert errors.keys() == {"project", "issuetype", "summary"}


def test_an_issue_has_jiras_fields(rest: SignedCalls) -> None:
    more = {
        "description": DOCUMENT,
        "labels": ["one"],
        "assignee": {"accountId": ADMIN.account_id},
        "customfield_10001": 1,
    }
    key = rest("POST", "/issue", {"fields": FIELDS | more}).json()["key"]
    fields = rest("GET", f"/issue/{key}").json()["fields"]
    assert (fields["summary"], fields["description"], fields["labels"]) == ("New", DOCUMENT, ["one"])
    assert (fields["project"]["key"], fields["issuetype"]["name"]) == ("DEMO", "Task")
    assert fields["assignee"]["displayName"] == "Ada Admin"
    assert (fields["creator"]["accountType"], fields["customfield_10001"]) == ("app", 1)
    assert fields["created"].endswith("+0000")


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("", {"summary", "comment"}, set()),
        ("fields=summary", {"summary"}, {"status", "comment"}),
        ("fields=summary,labels&fields=status,none", {"summary", "labels", "status"}, {"none", "comment"}),
        ("fields=*all,-comment,-project", {"summary", "status"}, {"comment", "project"}),
        ("fields=-comment", {"summary", "project"}, {"comment"}),
        ("fields=*navigable", {"summary", "project"}, {"comment"}),
    ],
)
def test_fields_can_be_chosen(
    rest: SignedCalls, issue: str, query: str, there: set[str], not_there: set[str]
) -> None:
    fields = rest("GET", f"/issue/{issue}?{query}").json()["fields"].keys()
    assert there <= fields
    assert not_there.isdisjoint(fields)


def test_properties_come_with_an_issue_when_asked_for(rest: SignedCalls, issue: str) -> None:
    for key in ("a", "b", "c"):
        rest("PUT", f"/issue/{issue}/properties/{key}", {"is": key})
    assert "properties" not in rest("GET", f"/issue/{issue}").json()
    answer = rest("GET", f"/issue/{issue}?properties=a,c,none&fields=summary").json()
    assert answer["properties"] == {"a": {"is": "a"}, "c": {"is": "c"}}
    assert rest("GET", f"/issue/{issue}?properties=*all,-b").json()["properties"].keys() == {"a", "c"}


def test_an_edit_sets_what_it_names_and_leaves_the_rest(rest: SignedCalls, issue: str) -> None:
    answer = rest("PUT", f"/issue/{issue}", {"fields": {"summary": "Edited"}})
    assert (answer.status, answer.text) == (204, "")
    fields = rest("GET", f"/issue/{issue}").json()["fields"]
    assert (fields["summary"], fields["issuetype"]["name"]) == ("Edited", "Task")


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        {"field": {}},
        {"fields": []},
        {"fields": {"project": {"key": "OPS"}}},
        {"update": {"labels": [{"add": "x"}]}},
    ],
)
def test_an_edit_that_jira_does_not_know_is_refused(rest: SignedCalls, issue: str, body: object) -> None:
    assert rest("PUT", f"/issue/{issue}", body).status == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PUT", ""),
        ("GET", "/comment"),
        ("POST", "/comment"),
        ("GET", "/properties"),
        ("GET", "/properties/p"),
        ("PUT", "/properties/p"),
        ("DELETE", "/properties/p"),
    ],
)
def test_an_issue_that_is_not_there_is_not_found(rest: SignedCalls, method: str, path: str) -> None:
    answer = rest(method, f"/issue/DEMO-404{path}", {})
    assert answer.status == 404
    assert answer.json()["errorMessages"] == ["Issue does not exist or you do not have permission to see it."]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/issue"),
        ("PUT", "/issue/DEMO-1"),
        ("POST", "/issue/DEMO-1/comment"),
        ("PUT", "/issue/DEMO-1/properties/p"),
    ],
)
@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        (None, "{}", 415),
        ("text/plain", "{}", 415),
        ("application/json", "{", 400),
        ("application/json", "", 400),
        ("application/json", "NaN", 400),
        ("application/json", "1e999", 400),
        ("application/json", '"\\ud800"', 400),
        ("application/json", "[" * 100_000, 400),
        ("Application/JSON; charset=UTF-8", "{", 400),
    ],
)
def test_bodies_must_be_json_and_say_so(
    jira_http: VerbatimHttp,
    installed_app: FakeApp,
    issue: str,
    method: str,
    path: str,
    content_type: str | None,
    body: str,
    status: int,
) -> None:
    target = f"/rest/api/3{path}"
    headers = installed_app.sign(method, target) | ({"Content-Type": content_type} if content_type else {})
    assert jira_http.send(method, target, headers=headers, body=body).status == status
    assert issue == "DEMO-1"


def test_a_comment_is_read_by_its_id(rest: SignedCalls, issue: str) -> None:
    added = rest("POST", f"/issue/{issue}/comment", {"body": DOCUMENT}).json()
    assert rest("GET", f"/issue/{issue}/comment/{added['id']}").json() == added
    assert rest("GET", f"/issue/{issue}/comment/{added['id']}0").status == 404


def test_comments_are_added_and_listed(rest: SignedCalls, issue: str) -> None:
    added = [rest("POST", f"/issue/{issue}/comment", {"body": DOCUMENT}) for _ in range(3)]
    assert {answer.status for answer in added} == {201}
    assert added[0].json()["author"]["displayName"] == "Fake App"
    listed = rest("GET", f"/issue/{issue}/comment").json()
    assert listed["comments"] == [answer.json() for answer in added]
    assert (listed["startAt"], listed["total"]) == (0, 3)
    page = rest("GET", f"/issue/{issue}/comment?startAt=1&maxResults=1").json()
    assert page["comments"] == [added[1].json()]
    assert rest("GET", f"/issue/{issue}").json()["fields"]["comment"]["total"] == 3


@pytest.mark.parametrize("body", ["plain text", None, {"type": "doc"}, {"type": "doc", "version": 1}])
def test_a_comment_is_an_atlassian_document(rest: SignedCalls, issue: str, body: object) -> None:
    answer = rest("POST", f"/issue/{issue}/comment", {"body": body})
    assert (answer.status, answer.json()["errors"]) == (400, {"comment": "Comment body is not valid!"})


@pytest.mark.parametrize("value", [{"a": [1, None]}, [], "text", 0, False, None])
def test_a_property_is_created_replaced_read_and_deleted(
    rest: SignedCalls, issue: str, value: object
) -> None:
    path = f"/issue/{issue}/properties/com.example.note"
    assert rest("GET", path).status == 404
    assert rest("PUT", path, "first").status == 201
    assert rest("PUT", path, value).status == 200
    assert rest("GET", path).json() == {"key": "com.example.note", "value": value}
    assert [entry["key"] for entry in rest("GET", f"/issue/{issue}/properties").json()["keys"]] == [
        "com.example.note"
    ]
    assert rest("DELETE", path).status == 204
    assert rest("DELETE", path).status == 404
    assert rest("GET", f"/issue/{issue}/properties").json() == {"keys": []}


def test_a_property_has_limits(rest: SignedCalls, issue: str) -> None:
    longest = "v" * (32768 - len(json.dumps("")))
    assert rest("PUT", f"/issue/{issue}/properties/p", longest).status == 201
    assert rest("PUT", f"/issue/{issue}/properties/p", longest + "v").status == 400
    assert rest("PUT", f"/issue/{issue}/properties/{'k' * 255}", 1).status == 201
    assert rest("PUT", f"/issue/{issue}/properties/{'k' * 256}", 1).status == 400
