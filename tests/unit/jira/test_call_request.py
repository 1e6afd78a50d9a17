"""What can be asked for on the bus."""

from typing import Any

import pytest

from connect_jira.call_request import CallRequest
from connect_jira.errors import RequestMalformed

ASKED = {"clientKey": "c", "path": "/x"}


def test_a_path_and_a_site_suffice() -> None:
    request = CallRequest.from_fields(ASKED)
    assert (request.method, request.query, request.body) == ("GET", {}, None)
    assert request.work_id is None, "without a key nothing tells it from the next"


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
    assert CallRequest.from_fields({**ASKED, **asked}).may_be_repeated


@pytest.mark.parametrize(
    "asked", [{"method": "POST"}, {"method": "patch"}, {"method": "PUT", "repeatable": False}]
)
def test_anything_else_is_made_once(asked: dict[str, Any]) -> None:
    assert not CallRequest.from_fields({**ASKED, **asked}).may_be_repeated


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"clientKey": ""}, "clientKey is missing"),
        ({"path": None}, "path is missing"),
        ({"method": "STEAL"}, "method is none of GET, POST"),
        ({"query": ["a"]}, "query is not an object"),
        ({"idempotencyKey": 5}, "idempotencyKey is not a string"),
        ({"repeatable": "yes"}, "repeatable is neither true nor false"),
        ({"returnBody": 1}, "returnBody is neither true nor false"),
        ({"url": "/x"}, "unknown member 'url'"),
    ],
)
def test_what_cannot_be_made_is_refused_in_one_sentence(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RequestMalformed, match=sentence):
        CallRequest.from_fields({**ASKED, **changed})
