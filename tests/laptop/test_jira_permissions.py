"""Users and their permissions."""

from typing import Any

import pytest

from connect_local.jira import LaptopJira
from connect_local.jira.entities import User
from connect_local.jira.site import ADMIN, FORMER, MEMBER
from tests.laptop.fake_app import FakeApp, SignedCalls
from tests.laptop.verbatim_http import Answer, VerbatimHttp


@pytest.fixture
def check(rest: SignedCalls) -> Any:
    def ask(**wish: object) -> Answer:
        return rest("POST", "/permissions/check", wish)

    return ask


@pytest.mark.parametrize(
    ("account_id", "granted"),
    [
        (ADMIN.account_id, ["ADMINISTER", "BULK_CHANGE"]),
        (MEMBER.account_id, ["BULK_CHANGE"]),
        (FORMER.account_id, []),
        (None, ["BULK_CHANGE"]),
    ],
)
def test_only_an_administrator_administers(check: Any, account_id: str | None, granted: list[str]) -> None:
    answer = check(
        accountId=account_id, globalPermissions=["ADMINISTER", None, "BULK_CHANGE"], projectPermissions=[]
    )
    assert answer.status == 200
    assert answer.json() == {"globalPermissions": granted, "projectPermissions": []}


def test_an_apps_user_administers_with_the_admin_scope(
    jira: LaptopJira, jira_http: VerbatimHttp, fake_app: FakeApp
) -> None:
    fake_app.descriptor["scopes"] = ["ADMIN"]
    jira.lifecycle.install(fake_app.descriptor_url)
    rest = SignedCalls(fake_app, jira_http)
    answer = rest("POST", "/permissions/check", {"globalPermissions": ["ADMINISTER"]})
    assert answer.json()["globalPermissions"] == ["ADMINISTER"]


def test_projects_and_issues_are_checked_where_there_are_such(jira: LaptopJira, check: Any) -> None:
    issue = int(jira.site.ensure_issue("DEMO-1", {}).id)
    wish = [
        {
            "permissions": ["EDIT_ISSUES", "", "ADMINISTER_PROJECTS"],
            "projects": [10000, 99],
            "issues": [issue, 1],
        }
    ]
    grant = {"issues": [issue], "projects": [10000]}
    of_admin = check(accountId=ADMIN.account_id, projectPermissions=wish).json()
    assert of_admin == {
        "globalPermissions": [],
        "projectPermissions": [
            {"permission": "EDIT_ISSUES", **grant},
            {"permission": "ADMINISTER_PROJECTS", **grant},
        ],
    }
    of_member = check(accountId=MEMBER.account_id, projectPermissions=wish).json()["projectPermissions"]
    assert of_member == [{"permission": "EDIT_ISSUES", **grant}]
    nowhere = [{"permissions": ["EDIT_ISSUES"], "projects": [99], "issues": None}]
    assert check(projectPermissions=nowhere).json()["projectPermissions"] == []


def test_an_issue_is_seen_and_edited_by_those_alone_who_see_its_project(jira: LaptopJira, check: Any) -> None:
    open_one, hidden = (int(jira.site.ensure_issue(key, {}).id) for key in ("DEMO-1", "OPS-1"))
    wish = [{"permissions": ["BROWSE_PROJECTS", "EDIT_ISSUES"], "issues": [open_one, hidden]}]
    for user, seen in ((ADMIN, [open_one, hidden]), (MEMBER, [open_one])):
        grants = check(accountId=user.account_id, projectPermissions=wish).json()["projectPermissions"]
        assert [grant["issues"] for grant in grants] == [seen, seen]


@pytest.mark.parametrize(
    "wish",
    [
        {"accountId": "nobody"},
        {"accountId": 5},
        {"globalPermissions": ["NO_SUCH_PERMISSION"]},
        {"globalPermissions": ["EDIT_ISSUES"]},
        {"globalPermissions": "ADMINISTER"},
        {"globalPermissions": [1]},
        {"projectPermissions": [{"projects": [10000]}]},
        {"projectPermissions": [{"permissions": [""]}]},
        {"projectPermissions": [{"permissions": ["ADMINISTER"]}]},
        {"projectPermissions": [{"permissions": ["EDIT_ISSUES"], "projects": ["DEMO"]}]},
        {"projectPermissions": [{"permissions": ["EDIT_ISSUES"], "projects": [10000] * 1001}]},
        {"projectPermissions": {}},
        {"projectPermissions": [{"permissions": ["EDIT_ISSUES"], "projects": [True]}]},
        {"projectPermissions": ["EDIT_ISSUES"]},
        {"account": ADMIN.account_id},
    ],
)
def test_what_cannot_be_checked_is_refused(check: Any, wish: dict[str, Any]) -> None:
    answer = check(**wish)
    assert answer.status == 400
    assert answer.json()["errorMessages"]


def test_a_check_only_reads(jira: LaptopJira, jira_http: VerbatimHttp, fake_app: FakeApp) -> None:
    fake_app.descriptor["scopes"] = ["READ"]
    jira.lifecycle.install(fake_app.descriptor_url)
    assert SignedCalls(fake_app, jira_http)("POST", "/permissions/check", {}).status == 200


@pytest.mark.parametrize("user", [ADMIN, MEMBER, FORMER])
def test_users_are_found_by_their_account_ids(jira: LaptopJira, rest: SignedCalls, user: User) -> None:
    answer = rest("GET", f"/user?accountId={user.account_id}")
    found = answer.json()
    assert answer.status == 200
    assert (found["accountId"], found["displayName"]) == (user.account_id, user.display_name)
    assert (found["active"], found["accountType"]) == (user != FORMER, "atlassian")
    assert found["self"] == f"{jira.base_url}/rest/api/3/user?accountId={user.account_id}"


@pytest.mark.parametrize(("query", "status"), [("?accountId=nobody", 404), ("?accountId=", 400), ("", 400)])
def test_nobody_is_found_by_anything_else(rest: SignedCalls, query: str, status: int) -> None:
    answer = rest("GET", f"/user{query}")
    assert answer.status == status
    assert answer.json()["errorMessages"]
