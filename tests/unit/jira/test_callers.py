"""Whose page calls: a context token of Connect's or an invocation token of Forge's, and nothing else."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.callers import Callers
from connect_jira.errors import NotInstalled
from connect_jira.forge.invocations import ForgeInvocations
from connect_jwt.errors import TokenRefused
from tests.unit.jira.conftest import CLIENT_KEY, SITE_URL
from tests.unit.jira.forge import (
    INSTALLED,
    UNINSTALLED,
    forge_request,
    lifecycle,
    pre_uninstall,
    product_event,
    refresh,
)
from tests.unit.jwt.invocations import INSTALLATION, USER

if TYPE_CHECKING:
    from connect_jira.gateway import GatewayRequest
    from tests.unit.jira.conftest import Backend

SECRET = "s" * 40
CONTEXT = {"cloudId": "c", "moduleKey": "board"}


@pytest.fixture
def callers(backend: "Backend") -> Callers:
    backend.install(SECRET, age=20, installationId=INSTALLATION)
    invocations = ForgeInvocations(backend.app, backend.keys, clock=backend.clock)  # type: ignore[arg-type]
    return Callers(backend.app, backend.tenants, invocations, backend.forge_store)  # type: ignore[arg-type]


def page_call(backend: "Backend", **claims: Any) -> "GatewayRequest":
    request = forge_request(backend, "", {}, **({"principal": USER, "context": CONTEXT} | claims))
    return replace(request, path="/api/activity")


def test_a_context_token_says_site_and_user(backend: "Backend", callers: Callers) -> None:
    request = backend.signed_by_site("/api/activity", {}, SECRET, qsh="context-qsh", sub=USER)
    caller = callers.of_call(request)
    assert (caller.client_key, caller.account_id) == (CLIENT_KEY, USER)
    assert (caller.site_url, caller.state) == (SITE_URL, "enabled")


def test_a_page_is_loaded_by_a_token_that_is_bound_to_it(backend: "Backend", callers: Callers) -> None:
    page = backend.signed_by_site("/pages/x", {}, SECRET, sub=USER)
    assert callers.of_page(page).account_id == USER
    with pytest.raises(TokenRefused, match="qsh-is-context"):
        callers.of_page(backend.signed_by_site("/pages/x", {}, SECRET, qsh="context-qsh"))


def test_forges_page_is_the_same_site_and_user(backend: "Backend", callers: Callers) -> None:
    caller = callers.of_call(page_call(backend))
    assert (caller.client_key, caller.account_id) == (CLIENT_KEY, USER)
    assert caller.site_url == SITE_URL


def test_a_page_of_a_site_that_forge_alone_has_is_known_by_its_installation(
    backend: "Backend", callers: Callers
) -> None:
    backend.forge_store.rows.clear()
    caller = callers.of_call(page_call(backend, context={**CONTEXT, "siteUrl": f"{SITE_URL}/"}))
    assert (caller.client_key, caller.site_url, caller.state) == (INSTALLATION, SITE_URL, "enabled")


def test_an_address_that_is_no_sites_is_not_passed_on(backend: "Backend", callers: Callers) -> None:
    backend.forge_store.rows.clear()
    caller = callers.of_call(page_call(backend, context={**CONTEXT, "siteUrl": "javascript:alert(1)"}))
    assert caller.site_url == ""


def test_a_page_that_nobody_is_logged_in_to_has_no_user(backend: "Backend", callers: Callers) -> None:
    assert callers.of_call(page_call(backend, principal=None)).account_id is None


def test_a_token_bound_to_a_request_is_refused(backend: "Backend", callers: Callers) -> None:
    with pytest.raises(TokenRefused, match="qsh-is-not-context"):
        callers.of_call(backend.signed_by_site("/api/activity", {}, SECRET))


def test_a_token_of_forge_itself_is_no_pages(backend: "Backend", callers: Callers) -> None:
    with pytest.raises(TokenRefused, match="not-of-a-page"):
        callers.of_call(replace(refresh(backend), path="/api/activity"))


@pytest.mark.parametrize("claims", [{"principal": USER}, {"context": CONTEXT}])
def test_a_page_cannot_speak_for_forge_itself(backend: "Backend", claims: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused, match="of-a-page"):
        backend.forge.lifecycle(lifecycle(backend, UNINSTALLED, **claims))
    with pytest.raises(TokenRefused, match="of-a-page"):
        backend.forge.refresh(refresh(backend, token="stolen", **claims))
    with pytest.raises(TokenRefused, match="of-a-page"):
        backend.forge.event(product_event(backend, **claims))
    assert not backend.forge_store.rows


def test_a_page_writes_nothing_of_its_installation(backend: "Backend", callers: Callers) -> None:
    """Whoever has a page open could otherwise have it written as often as they like."""
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    backend.forge.lifecycle(pre_uninstall(backend))
    kept = dict(backend.forge_store.rows)
    writes = (backend.forge_store.writes, backend.store.writes)
    for known in (kept, {}):
        backend.forge_store.rows = dict(known)
        backend.joins_asked.clear()
        callers.of_call(page_call(backend))
        assert (backend.forge_store.rows, backend.joins_asked) == (known, [])
    assert (backend.forge_store.writes, backend.store.writes) == writes


def test_a_page_of_an_installation_that_has_ended_is_refused(backend: "Backend", callers: Callers) -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    with pytest.raises(NotInstalled):
        callers.of_call(page_call(backend))


@pytest.mark.parametrize("authorization", [None, "Basic eDp5", "Bearer x"])
def test_without_a_proof_nobody_calls(
    backend: "Backend", callers: Callers, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    with pytest.raises(TokenRefused):
        callers.of_call(replace(page_call(backend), headers=headers))
