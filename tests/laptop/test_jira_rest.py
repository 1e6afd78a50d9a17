"""The REST API behind the gate: who is asking, and projects."""

import pytest

from connect_local.jira import LaptopJira
from tests.laptop.fake_app import SignedCalls


def test_an_app_is_a_user_of_its_own(rest: SignedCalls) -> None:
    myself = rest("GET", "/myself").json()
    assert (myself["accountType"], myself["displayName"], myself["active"]) == ("app", "Fake App", True)
    assert myself["accountId"] in myself["self"]


def test_the_site_says_where_it_is(jira: LaptopJira, rest: SignedCalls) -> None:
    info = rest("GET", "/serverInfo").json()
    assert (info["baseUrl"], info["deploymentType"]) == (jira.base_url, "Cloud")


def test_recent_projects_are_a_list(rest: SignedCalls) -> None:
    assert [project["key"] for project in rest("GET", "/project/recent").json()] == ["DEMO", "OPS", "WEB"]


def test_projects_come_in_pages_that_lead_to_the_next(jira: LaptopJira, rest: SignedCalls) -> None:
    page = rest("GET", "/project/search?query=O&maxResults=1").json()
    found = [page["values"][0]["key"]]
    assert (page["startAt"], page["maxResults"], page["total"], page["isLast"]) == (0, 1, 2, False)
    assert page["self"] == f"{jira.base_url}/rest/api/3/project/search?query=O&startAt=0&maxResults=1"
    page = rest("GET", page["nextPage"].removeprefix(f"{jira.base_url}/rest/api/3")).json()
    found.append(page["values"][0]["key"])
    assert (page["startAt"], page["isLast"], "nextPage" in page) == (1, True, False)
    assert found == ["DEMO", "OPS"]


@pytest.mark.parametrize("query", ["startAt=-1", "startAt=a", "maxResults=0", "maxResults=%C2%B2"])
def test_pages_are_asked_for_by_numbers(rest: SignedCalls, query: str) -> None:
    answer = rest("GET", f"/project/search?{query}")
    assert answer.status == 400
    assert answer.json()["errorMessages"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/myself/", 404), ("POST", "/myself", 405)],
)
def test_what_is_not_there_is_answered_with_an_error_collection(
    rest: SignedCalls, method: str, path: str, status: int
) -> None:
    answer = rest(method, path)
    assert answer.status == status
    assert answer.json()["errors"] == {}
