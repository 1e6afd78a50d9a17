"""A token for one request is good for that request, and a browser's token for the browser's routes."""

import pytest

from connect_jwt.verifying import SignedRequest
from tests.unit.jwt.handmade import OMITTED, SITE, atlassian_key, hs256, qsh, rs256
from tests.unit.jwt.routes import (
    INSTALL,
    INSTALL_QSH,
    WEBHOOK_QSH,
    Route,
    context_claims,
    each_route,
    install_claims,
    on_context_route,
    on_install_route,
    on_request_route,
    refused_as,
    webhook_claims,
)

OTHER_REQUESTS = {
    "another method": "GET&/webhooks/issue&id=7&project=A%26B",
    "another path": "POST&/webhooks/comment&id=7&project=A%26B",
    "the path above": "POST&/webhooks&id=7&project=A%26B",
    "the path below": "POST&/webhooks/issue/7&id=7&project=A%26B",
    "the path in another case": "POST&/Webhooks/issue&id=7&project=A%26B",
    "a base path in front": "POST&/prod/webhooks/issue&id=7&project=A%26B",
    "another query": "POST&/webhooks/issue&id=8&project=A%26B",
    "a parameter more": "POST&/webhooks/issue&id=7&project=A%26B&q=1",
    "a parameter less": "POST&/webhooks/issue&id=7",
    "no query": "POST&/webhooks/issue&",
    "a query cut at the encoded ampersand": "POST&/webhooks/issue&B=&id=7&project=A",
}


@pytest.mark.parametrize("canonical", OTHER_REQUESTS.values(), ids=OTHER_REQUESTS)
def test_a_token_for_another_request_is_refused(canonical: str) -> None:
    with refused_as("qsh-mismatch"):
        on_request_route(hs256(webhook_claims(qsh=qsh(canonical))))


@pytest.mark.parametrize(
    "request_",
    [
        SignedRequest("GET", INSTALL.path, ""),
        SignedRequest("POST", "/lifecycle/uninstalled", ""),
        SignedRequest("POST", INSTALL.path, "user_key=admin"),
    ],
    ids=["method", "path", "query"],
)
def test_an_install_token_for_another_request_is_refused(request_: SignedRequest) -> None:
    with refused_as("qsh-mismatch"):
        on_install_route(rs256(install_claims(), key=atlassian_key()), request=request_)


NO_HASHES = {
    "empty": "",
    "upper-case hex": WEBHOOK_QSH.upper(),
    "a space behind": f"{WEBHOOK_QSH} ",
    "cut short": WEBHOOK_QSH[:-1],
    "the canonical request itself": "POST&/webhooks/issue&id=7&project=A%26B",
    "not ASCII": "ü" * 64,
    "beyond the BMP": "\N{GRINNING FACE}",
    "a lone surrogate": "\ud800",
    "Context-Qsh": "Context-Qsh",
    "context-qsh with a space": "context-qsh ",
}


@pytest.mark.parametrize("claimed", NO_HASHES.values(), ids=NO_HASHES)
def test_what_is_not_exactly_the_hash_is_refused(claimed: str) -> None:
    with refused_as("qsh-mismatch"):
        on_request_route(hs256(webhook_claims(qsh=claimed)))
    with refused_as("qsh-is-not-context"):
        on_context_route(hs256(context_claims(qsh=claimed)))


NOT_STRINGS = {
    "left out": OMITTED,
    "null": None,
    "number": 0,
    "true": True,
    "array of the right one": [WEBHOOK_QSH, INSTALL_QSH, "context-qsh"],
    "object": {"qsh": WEBHOOK_QSH},
}


@each_route
@pytest.mark.parametrize("claimed", NOT_STRINGS.values(), ids=NOT_STRINGS)
def test_a_token_bound_to_nothing_at_all_is_refused(route: Route, claimed: object) -> None:
    with refused_as("qsh-missing"):
        route.verify(route.sign(route.claims(qsh=claimed)))


def test_a_token_for_a_request_is_refused_on_the_browsers_routes() -> None:
    with refused_as("qsh-is-not-context"):
        on_context_route(hs256(webhook_claims()))


def test_a_browsers_token_is_refused_in_place_of_an_install_token() -> None:
    with refused_as("qsh-is-context"):
        on_install_route(rs256(install_claims(qsh="context-qsh"), key=atlassian_key()))


def test_a_path_that_holds_an_encoded_question_mark_is_not_another_path_with_a_query() -> None:
    token = hs256(webhook_claims(qsh=qsh("GET&/pages/a%3Fb=1&")))
    assert on_request_route(token, request=SignedRequest("GET", "/pages/a?b=1", "")).client_key == SITE
    with refused_as("qsh-mismatch"):
        on_request_route(token, request=SignedRequest("GET", "/pages/a", "b=1"))


def test_an_ampersand_in_a_path_is_not_where_the_query_begins() -> None:
    token = hs256(webhook_claims(qsh=qsh("GET&/pages&a=b")))
    with refused_as("qsh-mismatch"):
        on_request_route(token, request=SignedRequest("GET", "/pages&a=b", ""))
