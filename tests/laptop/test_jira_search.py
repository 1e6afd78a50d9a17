"""Search by JQL."""

from typing import Any
from urllib.parse import quote

import pytest

from connect_local.jira import LaptopJira
from connect_local.jira.site import ADMIN
from tests.laptop.fake_app import SignedCalls


@pytest.fixture(autouse=True)
def four_issues(jira: LaptopJira) -> None:
    for key in ("DEMO", "OPS", "DEMO", "DEMO"):
        project = jira.site.project(key)
        assert project is not None
        jira.site.create_issue(project, ADMIN, {"summary": key})


def found(rest: SignedCalls, jql: str) -> list[str]:
    answer = rest("POST", "/search/jql", {"jql": jql, "fields": ["summary"]})
    assert answer.status == 200, answer.text
    return [issue["key"] for issue in answer.json()["issues"]]


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("project = DEMO", ["DEMO-3", "DEMO-2", "DEMO-1"]),
        ("project = demo order by created", ["DEMO-1", "DEMO-2", "DEMO-3"]),
        ('PROJECT="OPS"', ["OPS-1"]),
        ("project = 10000 AND key in (DEMO-1, 'demo-2', OPS-1) ORDER BY key desc", ["DEMO-2", "DEMO-1"]),
        ("issuekey = OPS-1", ["OPS-1"]),
        ("project in (OPS, DEMO) order by key ASC, created", ["DEMO-1", "DEMO-2", "DEMO-3", "OPS-1"]),
        ("project = WEB", []),
    ],
)
def test_issues_are_found(rest: SignedCalls, jql: str, keys: list[str]) -> None:
    assert found(rest, jql) == keys


@pytest.mark.parametrize(
    ("condition", "keys"),
    [
        ("duedate < startOfDay()", ["DEMO-1"]),
        ("due < now()", ["DEMO-2", "DEMO-1"]),
        ("duedate <= now() ", ["DEMO-2", "DEMO-1"]),
        ("duedate > startOfDay()", ["OPS-1"]),
        ("duedate>=startOfDay()", ["OPS-1", "DEMO-2"]),
        ('duedate = "2020-01-01"', ["DEMO-1"]),
        ("duedate < 2020/01/02", ["DEMO-1"]),
        ("duedate is EMPTY", ["DEMO-3"]),
        ("duedate is not empty", ["OPS-1", "DEMO-2", "DEMO-1"]),
        ("duedate < startOfDay() AND statusCategory != Done", ["DEMO-1"]),
        ("duedate < startOfDay() AND statusCategory = Done", []),
        ('statusCategory = "To Do"', ["OPS-1", "DEMO-3", "DEMO-2", "DEMO-1"]),
    ],
)
def test_issues_are_found_by_their_due_date(
    jira: LaptopJira, rest: SignedCalls, condition: str, keys: list[str]
) -> None:
    today = jira.site.now().date()
    for key, due in {"DEMO-1": "2020-01-01", "DEMO-2": today.isoformat(), "OPS-1": "2999-12-31"}.items():
        assert rest("PUT", f"/issue/{key}", {"fields": {"duedate": due}}).status == 204
    assert found(rest, f"{condition} ORDER BY key DESC") == keys


def test_an_edited_issue_comes_first_by_update(rest: SignedCalls) -> None:
    rest("PUT", "/issue/DEMO-1", {"fields": {"summary": "Edited"}})
    assert found(rest, "project = DEMO ORDER BY updated DESC")[0] == "DEMO-1"


@pytest.mark.parametrize("jql", ["", "  ", "order by created DESC"])
def test_a_search_without_a_restriction_is_refused(rest: SignedCalls, jql: str) -> None:
    answer = rest("POST", "/search/jql", {"jql": jql})
    assert answer.status == 400
    assert answer.json()["errorMessages"][0].startswith("Unbounded JQL queries are not allowed here.")


@pytest.mark.parametrize(
    "jql",
    [
        "project",
        "project =",
        "project = (DEMO)",
        'project = "DEMO',
        'project = ""',
        "project = DEMO OPS",
        "project = DEMO AND",
        "project in DEMO",
        "project in (DEMO",
        "project != DEMO",
        "project = DEMO order created",
        "project = DEMO order by summary",
        "project = DEMO order by created down",
        "colour = red",
        "project = NONE",
        "key = DEMO-404",
        "duedate",
        "duedate <",
        "duedate < 2020-13-01",
        "duedate < tomorrow",
        "duedate < now(",
        "duedate != now()",
        "duedate is",
        "duedate is not",
        "duedate is red",
        "duedate in (2020-01-01)",
        "statusCategory = Red",
        "statusCategory > Done",
        "statusCategory is EMPTY",
    ],
)
def test_jql_that_is_not_understood_is_refused(rest: SignedCalls, jql: str) -> None:
    answer = rest("POST", "/search/jql", {"jql": jql})
    assert answer.status == 400
    assert len(answer.json()["errorMessages"]) == 1


def test_only_ids_are_told_when_no_fields_are_asked_for(jira: LaptopJira, rest: SignedCalls) -> None:
    issue = jira.site.issue("OPS-1")
    assert issue is not None
    answer = rest("POST", "/search/jql", {"jql": "project = OPS"})
    assert answer.json() == {"issues": [{"id": issue.id}], "isLast": True}


def test_fields_and_properties_are_told_when_asked_for(rest: SignedCalls) -> None:
    rest("PUT", "/issue/OPS-1/properties/p", 1)
    target = f"/search/jql?jql={quote('project = OPS')}&fields=summary,labels&properties=p"
    (issue,) = rest("GET", target).json()["issues"]
    assert issue["key"] == "OPS-1"
    assert issue["fields"] == {"summary": "OPS", "labels": []}
    assert issue["properties"] == {"p": 1}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_leads_to_the_next_page(rest: SignedCalls, method: str) -> None:
    def page(**more: object) -> Any:
        wish = {"jql": "project = DEMO", "maxResults": 2, **more}
        if method == "POST":
            return rest("POST", "/search/jql", wish).json()
        query = "&".join(f"{name}={quote(str(value))}" for name, value in wish.items())
        return rest("GET", f"/search/jql?{query}").json()

    first = page()
    assert (len(first["issues"]), first["isLast"], "total" in first) == (2, False, False)
    second = page(nextPageToken=first["nextPageToken"])
    assert (len(second["issues"]), second["isLast"], "nextPageToken" in second) == (1, True, False)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"jql": 1},
        {"jql": "project = DEMO", "startAt": 0},
        {"jql": "project = DEMO", "fields": "summary"},
        {"jql": "project = DEMO", "fields": [1]},
        {"jql": "project = DEMO", "expand": ["names"]},
        {"jql": "project = DEMO", "maxResults": "2"},
        {"jql": "project = DEMO", "nextPageToken": "x"},
        {"jql": "project = DEMO", "nextPageToken": "é"},
        {"jql": "project = DEMO", "nextPageToken": "b2Zmc2V0Oi0x"},
    ],
)
def test_a_search_that_jira_does_not_know_is_refused(rest: SignedCalls, body: object) -> None:
    assert rest("POST", "/search/jql", body).status == 400


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_old_search_is_gone(rest: SignedCalls, method: str) -> None:
    answer = rest(method, "/search")
    assert answer.status == 410
    assert "/rest/api/3/search/jql" in answer.json()["errorMessages"][0]
