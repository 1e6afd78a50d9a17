"""Collections, a page at a time."""

import json
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from connect_jira.jira_errors import JiraServerError
from tests.unit.jira.test_client import client_over

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


def test_an_error_in_the_middle_is_not_the_end_of_the_collection(backend: "Backend") -> None:
    pages = [(200, {"startAt": 0, "values": [1], "isLast": False}), (500, {})]
    client, _ = client_over(backend, *pages)
    items = client.items(PATH)
    assert next(items) == 1
    with pytest.raises(JiraServerError):
        next(items)
