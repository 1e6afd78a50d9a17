"""Collections, a page at a time."""

import json
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from connect_jira.jira.errors import JiraResponseUnusable, JiraServerError
from connect_jira.jira.paging import MOST_EMPTY_PAGES
from tests.unit.jira.test_client import SITE, client_over

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

PATH = "/rest/api/3/project/search"


def starts(urls: list[str]) -> list[str]:
    return [parse_qs(urlsplit(url).query)["startAt"][0] for url in urls]


def test_pages_by_start_at_are_followed_until_the_last(backend: "Backend") -> None:
    pages = [
        (200, {"startAt": 0, "values": [1, 2], "isLast": False}),
        (200, {"startAt": 2, "values": [3], "isLast": False}),  # a short page is not the last one
        (200, {"startAt": 3, "values": [4], "isLast": True}),
    ]
    client, pool = client_over(backend, *pages)
    assert list(client.items(PATH, query={"maxResults": 2})) == [1, 2, 3, 4]
    assert starts([sent.url for sent in pool.sent]) == ["0", "2", "3"]
    assert all("maxResults=2" in sent.url for sent in pool.sent)


def test_where_only_a_total_is_told_it_says_when_to_stop(backend: "Backend") -> None:
    pages = [
        (200, {"startAt": 0, "total": 3, "comments": ["a", "b"]}),
        (200, {"startAt": 2, "total": 3, "comments": ["c"]}),
    ]
    client, pool = client_over(backend, *pages)
    assert list(client.items(PATH, name="comments")) == ["a", "b", "c"]
    assert len(pool.sent) == 2


def test_an_empty_page_is_the_last_one(backend: "Backend") -> None:
    client, pool = client_over(backend, (200, {"startAt": 0, "values": []}))
    assert list(client.items(PATH)) == []
    assert len(pool.sent) == 1


def test_only_the_pages_that_are_needed_are_asked_for(backend: "Backend") -> None:
    client, pool = client_over(backend, (200, {"startAt": 0, "values": [1, 2], "isLast": False}))
    assert list(islice(client.items(PATH), 2)) == [1, 2]
    assert len(pool.sent) == 1


def test_a_search_follows_the_tokens_of_its_pages(backend: "Backend") -> None:
    pages = [
        (200, {"issues": [{"key": "A-1"}], "nextPageToken": "t1"}),
        (200, {"issues": [], "nextPageToken": "t2", "isLast": False}),
        (200, {"issues": [{"key": "A-2"}], "isLast": True}),
    ]
    client, pool = client_over(backend, *pages)
    found = list(client.search("project = A", fields=("key", "summary")))
    assert [issue["key"] for issue in found] == ["A-1", "A-2"]
    asked = [json.loads(sent.options["body"]) for sent in pool.sent]
    assert asked[0] == {"jql": "project = A", "fields": ["key", "summary"]}
    assert [page.get("nextPageToken") for page in asked] == [None, "t1", "t2"]
    assert {urlsplit(sent.url).path for sent in pool.sent} == {"/rest/api/3/search/jql"}


def test_a_search_is_repeated_after_503_since_it_only_reads(backend: "Backend") -> None:
    client, pool = client_over(backend, (503, {}), (200, {"issues": [], "isLast": True}))
    assert list(client.search("project = A")) == []
    assert len(pool.sent) == 2


SERVICE_MANAGEMENT = "/rest/servicedeskapi/request"
KINDS: dict[str, tuple[str, list[dict[str, object]], list[str]]] = {
    "Service Management": (
        SERVICE_MANAGEMENT,
        [
            {"start": 0, "limit": 2, "size": 2, "isLastPage": False, "values": [1, 2]},
            {"start": 2, "limit": 2, "size": 1, "isLastPage": True, "values": [3]},
        ],
        ["start=2"],
    ),
    "changed worklogs": (
        "/rest/api/3/worklog/updated",
        [
            {"values": [1], "since": 1, "until": 5, "lastPage": False, "nextPage": f"{SITE}/rest/x?since=5"},
            {"values": [2, 3], "since": 5, "until": 9, "lastPage": True},
        ],
        ["since=5"],
    ),
    "failed webhooks": (
        "/rest/api/3/webhook/failed",
        [
            {"values": [1], "maxResults": 1, "next": "https://elsewhere.example/?failedAfter=7&maxResults=1"},
            {"values": [2], "maxResults": 1, "next": f"{SITE}/rest/x?failedAfter=8&maxResults=1"},
            {"values": [3], "maxResults": 1},
        ],
        ["failedAfter=7", "failedAfter=8"],
    ),
    "tokens": (
        "/rest/api/3/plans/plan",
        [
            {"values": [1], "nextPageToken": "t1", "isLast": False},
            {"values": [2], "nextPageToken": "t2", "total": None, "isLast": None},
            {"values": [3], "nextPageToken": None},
        ],
        ["nextPageToken=t1", "nextPageToken=t2"],
    ),
    "null is as absent": (
        PATH,
        [
            {"startAt": 0, "values": [1, 2], "isLast": None, "total": 3, "nextPageToken": None, "next": None},
            {"startAt": None, "values": [3], "isLast": None, "total": 3},
        ],
        ["startAt=2"],
    ),
}


@pytest.mark.parametrize(("path", "pages", "asked"), KINDS.values(), ids=KINDS)
def test_each_kind_of_page_leads_on_to_the_next(
    backend: "Backend", path: str, pages: list[dict[str, object]], asked: list[str]
) -> None:
    client, pool = client_over(backend, *((200, page) for page in pages))
    assert list(client.items(path, query={"expand": "x"})) == [1, 2, 3]
    assert all(sent.url.startswith(f"{SITE}{path}?expand=x") for sent in pool.sent)
    assert [parameter in sent.url for sent, parameter in zip(pool.sent[1:], asked, strict=True)] == [True] * (
        len(asked)
    )


HTML = {"Content-Type": "text/html"}
NO_PAGES: list[tuple[object, dict[str, str]]] = [
    ([1, 2], {}),
    (b"<html>somebody in between</html>", HTML),
    (b"", {}),
    ("text", {}),
    ({}, {}),
    ({"values": None, "isLast": True}, {}),
    ({"values": {"0": 1}, "isLast": True}, {}),
    ({"values": [1]}, {}),
    ({"values": [1], "total": "3"}, {}),
    ({"values": [1], "startAt": 0.5}, {}),
    ({"values": [1], "startAt": True, "total": 2}, {}),
    ({"values": [1], "isLast": "false"}, {}),
    ({"values": [1], "isLastPage": 0}, {}),
    ({"values": [1], "nextPageToken": 7}, {}),
    ({"values": [1], "nextPageToken": None, "next": "no link"}, {}),
    ({"values": [1], "lastPage": False}, {}),
    ({"values": [1], "next": ["https://x/?a=1"]}, {}),
]


@pytest.mark.parametrize(("body", "headers"), NO_PAGES, ids=str)
def test_what_is_no_page_is_said_to_be_none(
    backend: "Backend", body: object, headers: dict[str, str]
) -> None:
    client, pool = client_over(backend, (200, body, headers))
    with pytest.raises(JiraResponseUnusable, match="this is no page") as error:
        list(client.items(PATH))
    assert error.value.reason == "answer-unusable"
    assert str(error.value).count("\n") == 0
    assert len(pool.sent) == 1


@pytest.mark.parametrize("body", [[], "text", {"issues": 1}, {"issues": [], "isLast": False}], ids=str)
def test_what_is_no_page_of_a_search_is_said_to_be_none(backend: "Backend", body: object) -> None:
    client, _ = client_over(backend, (200, body))
    with pytest.raises(JiraResponseUnusable, match="this is no page"):
        list(client.search("project = A"))


ENDLESS: list[dict[str, object]] = [
    {"startAt": 0, "values": [1, 2], "isLast": False},
    {"startAt": 0, "values": [1, 2], "total": 9},
    {"values": [1, 2], "isLast": False},
    {"startAt": 0, "values": [], "isLast": False},
    {"startAt": 0, "values": [], "total": 3},
    {"values": [1], "nextPageToken": "same"},
    {"values": [], "nextPageToken": "same"},
    {"start": 0, "limit": 2, "values": [1, 2], "isLastPage": False},
    {"start": 0, "limit": 2, "values": [], "isLastPage": False},
    {"values": [1], "since": 1, "until": 1, "lastPage": False, "nextPage": "https://x/?since=1"},
    {"values": [1], "next": "https://x/?failedAfter=7"},
    {"values": [], "next": "https://x/?failedAfter=7"},
]


@pytest.mark.parametrize("page", ENDLESS, ids=str)
def test_a_page_that_brings_nothing_new_is_an_error_and_no_loop(
    backend: "Backend", page: dict[str, object]
) -> None:
    client, pool = client_over(backend, (200, page))
    with pytest.raises(JiraResponseUnusable, match="brings nothing new"):
        list(client.items(PATH))
    assert len(pool.sent) <= 2


def test_pages_that_lead_to_one_another_are_no_loop(backend: "Backend") -> None:
    pages = [(200, {"issues": [n], "nextPageToken": token}) for n, token in enumerate(["a", "b", "a", "b"])]
    client, pool = client_over(backend, *pages)
    with pytest.raises(JiraResponseUnusable, match="brings nothing new"):
        list(client.search("project = A"))
    assert len(pool.sent) == 3


def test_empty_pages_without_an_end_are_not_followed_for_ever(backend: "Backend") -> None:
    pages = [(200, {"issues": [], "nextPageToken": f"t{n}"}) for n in range(100)]
    client, pool = client_over(backend, *pages)
    with pytest.raises(JiraResponseUnusable, match="brings nothing new"):
        list(client.search("project = A"))
    assert len(pool.sent) == MOST_EMPTY_PAGES + 1


def test_a_collection_may_be_followed_from_where_the_caller_says(backend: "Backend") -> None:
    pages = [
        (200, {"startAt": 50, "values": [1], "isLast": False}),
        (200, {"startAt": 51, "values": [], "isLast": True}),
    ]
    client, pool = client_over(backend, *pages)
    assert list(client.items(PATH, query={"startAt": 50})) == [1]
    assert starts([sent.url for sent in pool.sent]) == ["50", "51"]


def test_an_error_in_the_middle_is_not_the_end_of_the_collection(backend: "Backend") -> None:
    pages = [(200, {"startAt": 0, "values": [1], "isLast": False}), (500, {})]
    client, _ = client_over(backend, *pages)
    items = client.items(PATH)
    assert next(items) == 1
    with pytest.raises(JiraServerError):
        next(items)
