"""The invocation tokens that the tests make, and those that were captured."""

from typing import Any

import pytest

from connect_jwt.origins import InvocationOrigin
from tests.unit.jira.captures import at, capture, shape_of
from tests.unit.jwt.handmade import NOW, atlassian_key
from tests.unit.jwt.invocations import (
    API,
    APP,
    KeyOf,
    app_claim,
    event_claims,
    fit,
    on_forge_route,
    page_claims,
)

KINDS = {
    "fit-lifecycle-trigger": (event_claims, InvocationOrigin.FORGE, ["app.module.type"]),
    "fit-page": (page_claims, InvocationOrigin.PAGE, ["context.accountType"]),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_tests_make_them_as_they_were_captured(name: str) -> None:
    make, _, constants = KINDS[name]
    ours, captured = make(), capture(name)["claims"]
    for either in (ours, captured):  # what else is there depends on the module
        if "principal" in either:
            either["context"] = at(either, "context") | {"extension": ""}
    assert shape_of(ours) == shape_of(captured)
    for path in ["iss", "app.installation.contexts.0.name", *constants]:
        assert at(ours, path) == at(captured, path), path


def of_now(captured: dict[str, Any]) -> dict[str, Any]:
    """A captured token as it would be for the app of the tests, now."""
    later = NOW - captured["iat"]
    return {
        **captured,
        "aud": APP,
        "app": captured["app"] | {"apiBaseUrl": app_claim()["apiBaseUrl"]},
        **{name: captured[name] + later for name in ("iat", "nbf", "exp")},
    }


@pytest.mark.parametrize("name", KINDS)
def test_what_was_captured_is_taken_for_what_it_is(name: str) -> None:
    _, origin, _ = KINDS[name]
    captured = capture(name)
    token = fit(of_now(captured["claims"]), kid=captured["header"]["kid"])
    verified = on_forge_route(token, keys=KeyOf(lambda _: atlassian_key().public_key()), origins={origin})
    assert verified.origin is origin
    assert verified.api_base_url.startswith(API)
    assert verified.module_key == captured["claims"]["app"]["module"]["key"]
