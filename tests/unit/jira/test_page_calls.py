"""Responses to a page's calls if Jira, or a proxy, returns something unexpected."""

from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.auth.page_requests import PageRequest
from tests.unit.jira.page_calls import answered, proved_request
from tests.unit.jira.test_client import client_over

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

HTML = {"Content-Type": "text/html"}
PROJECT = {"id": "10000", "key": "EX", "name": "Example"}
MAY = {"projectPermissions": [{"permission": "BROWSE_PROJECTS", "projects": [10000]}]}
NO_OBJECTS: list[Any] = [
    (200, b"<html>somebody in between</html>", HTML),
    (200, [1]),
    (200, True),
    (204, b""),
    (200, b""),
    (303, b"", {"Location": "/login"}),
]


def page_request(backend: "Backend", *answers: Any) -> PageRequest:
    return proved_request(client_over(backend, *answers)[0])


@pytest.mark.parametrize("said", NO_OBJECTS, ids=str)
def test_a_user_that_is_no_object_is_answered_502_with_a_reason(backend: "Backend", said: Any) -> None:
    assert answered("GET greeting", page_request(backend, said)) == (502, {"reason": "answer-unusable"})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ü", (200, {"displayName": "ü"})),
        (None, (200, {"displayName": None})),
        (5, (200, {"displayName": None})),
        ("\ud83d", (502, {"reason": "answer-unusable"})),
    ],
    ids=repr,
)
def test_a_name_that_cannot_be_said_is_no_exception(
    backend: "Backend", name: object, expected: tuple[int, Any]
) -> None:
    assert answered("GET greeting", page_request(backend, (200, {"displayName": name}))) == expected


@pytest.mark.parametrize(
    "said",
    [
        *(said for said in NO_OBJECTS if said != (200, [1])),
        (200, [1]),
        (200, {}),
        (200, [{}]),
        (200, [PROJECT | {"id": "x"}]),
        (200, [PROJECT | {"id": 10000}]),
        (200, [PROJECT | {"name": None}]),
    ],
    ids=str,
)
def test_projects_that_are_no_list_of_projects_are_answered_502(backend: "Backend", said: Any) -> None:
    assert answered("GET recent-projects", page_request(backend, said)) == (
        502,
        {"reason": "answer-unusable"},
    )


@pytest.mark.parametrize(
    "said",
    [
        *NO_OBJECTS,
        (200, {"projectPermissions": None}),
        (200, {"projectPermissions": [1]}),
        (200, {"projectPermissions": [{}]}),
        (200, {"projectPermissions": [{"projects": ["x"]}]}),
    ],
    ids=str,
)
def test_permissions_that_say_nothing_show_no_project(backend: "Backend", said: Any) -> None:
    request = page_request(backend, (200, [PROJECT]), said)
    status, body = answered("GET recent-projects", request)
    assert (status, body) in [
        (502, {"reason": "answer-unusable"}),
        (502, {"reason": "effect-unknown"}),  # of a 303 to a POST
    ]


def test_projects_that_the_user_may_see_are_shown(backend: "Backend") -> None:
    status, body = answered("GET recent-projects", page_request(backend, (200, [PROJECT]), (200, MAY)))
    assert status == 200
    assert [project["key"] for project in body["projects"]] == ["EX"]


@pytest.mark.parametrize("said", [*NO_OBJECTS, (200, {"globalPermissions": None})], ids=str)
def test_what_does_not_say_that_somebody_is_an_administrator_makes_nobody_one(
    backend: "Backend", said: Any
) -> None:
    assert answered("GET connection", page_request(backend, said))[0] in {403, 503}


@pytest.mark.parametrize("said", NO_OBJECTS, ids=str)
def test_a_test_of_the_connection_says_that_something_else_has_answered(
    backend: "Backend", said: Any
) -> None:
    request = page_request(backend, (200, {"globalPermissions": ["ADMINISTER"]}), said)
    status, outcome = answered("POST connection-test", request)
    assert (status, outcome["accepted"], outcome["code"]) == (200, False, "answer-unusable")
