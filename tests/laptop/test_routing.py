"""Routing of requests by an HTTP API."""

import pytest

from connect_local.laptop.routing import Routes
from connect_tools.template import DEFAULT_ROUTE, Route

ROUTES = Routes(
    [
        Route(method="ANY", path=DEFAULT_ROUTE, function="default"),
        Route(method="GET", path="/static/{file}", function="file"),
        Route(method="GET", path="/static/one", function="one"),
        Route(method="POST", path="/greedy/{rest+}", function="greedy"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("GET", "/static/one", "one"),
        ("GET", "/static/other", "file"),
        ("POST", "/static/one", "default"),
        ("GET", "/static/a/b", "default"),
        ("POST", "/greedy/a/b", "greedy"),
        ("DELETE", "/", "default"),
        ("GET", "/with\na line break", "default"),
    ],
)
def test_the_most_specific_route_is_taken_and_the_default_one_for_the_rest(
    method: str, path: str, function: str
) -> None:
    found = ROUTES.match(method, path)
    assert found
    assert found[0].function == function


def test_without_a_default_route_there_may_be_none() -> None:
    assert Routes([Route(method="GET", path="/one", function="one")]).match("GET", "/two") is None
