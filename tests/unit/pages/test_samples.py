"""The sample events of pages are what API Gateway hands over, with tokens that a site has signed."""

from typing import Any

import pytest

from bench.samples import SECRET, SITE, sample
from connect_jira.web.request import read_event
from connect_jwt.verifying import SignedRequest, verify_context_token, verify_request_token
from connect_tools.template import Template


@pytest.mark.parametrize("name", ["pages-hello-world", "pages-connection", "pages-recent-projects"])
def test_its_token_is_of_the_kind_that_its_route_takes(name: str) -> None:
    event = sample(name)
    request = read_event(event)
    now = event["requestContext"]["timeEpoch"] / 1000
    proof: dict[str, Any] = {"secrets": [SECRET], "now": now}
    if request.path.startswith("/api/"):
        verified = verify_context_token(request.context_token, **proof)
    else:
        signed = SignedRequest(request.method, request.path, request.query)
        verified = verify_request_token(request.token, request=signed, **proof)
    assert (verified.client_key, verified.account_id) == (SITE, "5b10a2844c20165700ede21g")


@pytest.mark.parametrize("name", ["pages-hello-world", "pages-connection", "pages-recent-projects"])
def test_its_route_is_one_of_the_template(name: str) -> None:
    event = sample(name)
    routes = {f"{route.method} {route.path}" for route in Template({}).routes()}
    assert event["routeKey"] == event["requestContext"]["routeKey"]
    assert event["routeKey"] in routes
    (value,) = event["pathParameters"].values()
    assert event["rawPath"].endswith(f"/{value}")
