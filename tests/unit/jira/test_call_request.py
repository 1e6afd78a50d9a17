"""Requests for calls on the bus."""

from typing import Any

import pytest

from connect_jira.errors import RequestMalformed
from connect_jira.events.call_request import CallRequest

UNSENDABLE: list[Any] = [
    None,
    1.5,
    float("nan"),
    "\ud83d",
    [None],
    [1.0],
    ["\udc00"],
    [["a"]],
    {"b": 1},
    [{}],
]
ASKED = {"clientKey": "c", "path": "/x"}


def test_a_path_and_a_site_suffice() -> None:
    request = CallRequest.from_fields(ASKED)
    assert (request.method, request.query, request.body) == ("GET", {}, None)
    assert request.work_id is None, "without a key nothing tells it from the next"


def test_a_query_of_text_whole_numbers_true_and_false_and_lists_of_these_is_taken() -> None:
    query = {"a": "ü \U0001f600", "b": 1, "c": True, "d": ["x", 2, False], "e": []}
    assert CallRequest.from_fields({**ASKED, "query": query}).query == query


def test_the_digest_tells_calls_apart_by_what_jira_gets() -> None:
    def digest(**changed: Any) -> str:
        return CallRequest.from_fields({**ASKED, **changed}).digest

    same = {digest(), digest(method="get"), digest(query={}, idempotencyKey="k", returnBody=True)}
    changed: list[dict[str, Any]] = [
        {"method": "PUT"},
        {"path": "/y"},
        {"query": {"a": 1}},
        {"body": {}},
        {"body": "\ud83d"},
    ]
    assert len(same) == 1
    assert len({*same, *(digest(**one) for one in changed)}) == 1 + len(changed)
    assert digest(body={"a": 1, "b": 2}) == digest(body={"b": 2, "a": 1})


def test_the_same_key_is_the_same_work_on_one_site_only() -> None:
    one, again, elsewhere = (
        CallRequest.from_fields({"clientKey": site, "path": path, "idempotencyKey": "k"})
        for site, path in (("c", "/x"), ("c", "/y"), ("d", "/x"))
    )
    assert one.work_id == again.work_id != elsewhere.work_id


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"method": "put"},
        {"method": "DELETE"},
        {"method": "POST", "repeatable": True},
    ],
)
def test_what_comes_to_the_same_may_be_made_twice(asked: dict[str, Any]) -> None:
    assert CallRequest.from_fields({**ASKED, **asked}).is_idempotent


@pytest.mark.parametrize(
    "asked", [{"method": "POST"}, {"method": "patch"}, {"method": "PUT", "repeatable": False}]
)
def test_anything_else_is_made_once(asked: dict[str, Any]) -> None:
    assert not CallRequest.from_fields({**ASKED, **asked}).is_idempotent


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"clientKey": ""}, "clientKey is missing"),
        ({"path": None}, "path is missing"),
        ({"method": "STEAL"}, "method is none of GET, POST"),
        ({"query": ["a"]}, "query is not an object"),
        *(({"query": {"fine": 1, "a": value}}, "query parameter 'a' is no text") for value in UNSENDABLE),
        ({"query": {"\ud83d": "b"}}, "query parameter"),
        ({"path": "/\ud83d"}, "path has more than 8192 characters, or half a character"),
        ({"path": "/" * 8193}, "path has more than 8192 characters"),
        ({"idempotencyKey": "k" * 8193}, "idempotencyKey has more than 8192 characters"),
        ({"idempotencyKey": 5}, "idempotencyKey is not a string"),
        ({"repeatable": "yes"}, "repeatable is neither true nor false"),
        ({"returnBody": 1}, "returnBody is neither true nor false"),
        ({"url": "/x"}, "unknown member 'url'"),
    ],
)
def test_what_cannot_be_made_is_refused_in_one_sentence(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RequestMalformed, match=sentence):
        CallRequest.from_fields({**ASKED, **changed})
