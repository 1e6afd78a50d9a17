"""Proof of a page's call: a context token of Connect or an invocation token of Forge, and nothing else."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.auth.forge_invocations import ForgeInvocations
from connect_jira.auth.page_requests import PageAuthenticator, PageRequest
from connect_jira.errors import NotInstalled, ProductNotServed
from connect_jira.web.request import GatewayRequest
from connect_jwt.errors import TokenRefused
from tests.unit.jira.conftest import CLIENT_KEY, SITE_URL, unused_storage
from tests.unit.jira.forge import (
    INSTALLED,
    UNINSTALLED,
    forge_request,
    lifecycle,
    page_call,
    pre_uninstall,
    product_event,
    refresh,
)
from tests.unit.jwt.invocations import API, CLOUD_ID, INSTALLATION, PAGE, PAGE_CONTEXT, USER

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

SECRET = "s" * 40


class Pages:
    """The requests of pages, to an app that makes no call of its own."""

    def __init__(self, backend: "Backend") -> None:
        backend.install(SECRET, age=20, installationId=INSTALLATION)
        unused: Any = None
        clients: Any = self
        self._authenticator = PageAuthenticator(
            backend.app,
            tenants=backend.tenants,
            invocations=ForgeInvocations(backend.app, backend.keys, clock=backend.clock),  # type: ignore[arg-type]
            forge=backend.forge_store,
            clients=clients,
            activity=unused,
            storage=unused_storage(),
        )
        self._context: Any = None

    def on(self, *_arguments: object) -> None:
        return None

    def as_user_of(self, *_arguments: object) -> None:
        return None

    def page(self, request: GatewayRequest) -> PageRequest:
        return self._authenticator.page(request, self._context)

    def call(self, request: GatewayRequest) -> PageRequest:
        return self._authenticator.call(request, self._context)


@pytest.fixture
def pages(backend: "Backend") -> Pages:
    return Pages(backend)


def test_a_context_token_says_site_and_user(backend: "Backend", pages: Pages) -> None:
    request = backend.signed_by_site("/api/activity", {}, SECRET, qsh="context-qsh", sub=USER)
    page_request = pages.call(request)
    assert (page_request.client_key, page_request.account_id) == (CLIENT_KEY, USER)
    assert (page_request.installation.site_url, page_request.installation.state) == (SITE_URL, "enabled")


def test_a_page_is_loaded_by_a_token_that_is_bound_to_it(backend: "Backend", pages: Pages) -> None:
    page = backend.signed_by_site("/pages/x", {}, SECRET, sub=USER)
    assert pages.page(page).account_id == USER
    with pytest.raises(TokenRefused, match="qsh-is-context"):
        pages.page(backend.signed_by_site("/pages/x", {}, SECRET, qsh="context-qsh"))


def test_forges_page_is_the_same_site_and_user(backend: "Backend", pages: Pages) -> None:
    request = pages.call(page_call(backend))
    assert (request.client_key, request.account_id) == (CLIENT_KEY, USER)
    assert request.installation.site_url == SITE_URL


def test_a_page_of_a_site_that_forge_alone_has_is_known_by_its_installation(
    backend: "Backend", pages: Pages
) -> None:
    backend.forge_store.rows.clear()
    request = pages.call(page_call(backend, context={**PAGE_CONTEXT, "siteUrl": f"{SITE_URL}/"}))
    assert (request.client_key, request.installation.site_url, request.installation.state) == (
        INSTALLATION,
        SITE_URL,
        "enabled",
    )


def test_an_address_that_is_no_sites_is_not_passed_on(backend: "Backend", pages: Pages) -> None:
    backend.forge_store.rows.clear()
    request = pages.call(page_call(backend, context={**PAGE_CONTEXT, "siteUrl": "javascript:alert(1)"}))
    assert request.installation.site_url == ""


def test_a_page_that_nobody_is_logged_in_to_has_no_user(backend: "Backend", pages: Pages) -> None:
    assert pages.call(page_call(backend, principal=None)).account_id is None


def test_a_token_bound_to_a_request_is_refused(backend: "Backend", pages: Pages) -> None:
    with pytest.raises(TokenRefused, match="qsh-is-not-context"):
        pages.call(backend.signed_by_site("/api/activity", {}, SECRET))


def test_a_token_of_forge_itself_is_no_pages(backend: "Backend", pages: Pages) -> None:
    with pytest.raises(TokenRefused, match="not-of-a-page"):
        pages.call(replace(refresh(backend), path="/api/activity"))


NO_PAGES = {
    "a web trigger": {"app": {"module": {"type": "core:webtrigger", "key": "web"}}},
    "a web trigger with an extension": {
        "app": {"module": {"type": "core:webtrigger", "key": "web"}},
        "context": PAGE_CONTEXT,
    },
    "a function": {"app": {"module": {"type": "core:function", "key": "f"}}, "principal": USER},
    "an endpoint with a principal": {
        "app": {"module": {"type": "core:endpoint", "key": "e"}},
        "principal": USER,
    },
}


@pytest.mark.parametrize("claims", NO_PAGES.values(), ids=NO_PAGES)
def test_what_is_of_unknown_origin_is_no_pages(
    backend: "Backend", pages: Pages, claims: dict[str, Any]
) -> None:
    request = replace(forge_request(backend, "", {}, **claims), path="/api/activity")
    with pytest.raises(TokenRefused, match="module-type-unknown"):
        pages.call(request)


PAGES: dict[str, dict[str, Any]] = {
    "as captured": {},
    "that nobody is logged in to": {"principal": None},
    "whose resolver is an endpoint": {"app": {"module": {"type": "core:endpoint", "key": "e"}}},
    "that says nothing of itself": {"context": None, "principal": None},
    "that looks like a trigger": {"app": {"module": {"type": "core:trigger", "key": "t"}}},
}


@pytest.mark.parametrize("claims", PAGES.values(), ids=PAGES)
def test_a_page_cannot_speak_for_forge_itself(
    backend: "Backend", pages: Pages, claims: dict[str, Any]
) -> None:
    before = backend.forge_store.writes
    takes = {
        "lifecycle": (backend.forge.lifecycle, lifecycle(backend, UNINSTALLED)),
        "refresh": (backend.forge.refresh, refresh(backend, token="stolen")),
        "events": (backend.forge.event, product_event(backend)),
    }
    for path, (take, genuine) in takes.items():
        proof = page_call(backend, **claims).headers["authorization"]
        headers = {**genuine.headers, "authorization": proof}
        with pytest.raises(TokenRefused, match="of-a-page"):
            take(replace(genuine, path=f"/forge/{path}", headers=headers))
    assert backend.forge_store.writes == before
    assert pages.call(page_call(backend, **claims)).client_key == CLIENT_KEY


def test_a_page_of_another_product_is_refused(backend: "Backend", pages: Pages) -> None:
    with pytest.raises(ProductNotServed):
        pages.call(
            page_call(
                backend,
                app={"module": PAGE, "apiBaseUrl": f"{API}/ex/confluence/{CLOUD_ID}", "installation": None},
            )
        )


def test_a_page_writes_nothing_of_its_installation(backend: "Backend", pages: Pages) -> None:
    """Otherwise anybody with a page open could have it written as often as they like."""
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    backend.forge.lifecycle(pre_uninstall(backend))
    kept = dict(backend.forge_store.rows)
    writes = (backend.forge_store.writes, backend.store.writes)
    for known in (kept, {}):
        backend.forge_store.rows = dict(known)
        backend.joins_asked.clear()
        pages.call(page_call(backend))
        assert (backend.forge_store.rows, backend.joins_asked) == (known, [])
    assert (backend.forge_store.writes, backend.store.writes) == writes


def test_a_page_of_an_installation_that_has_ended_is_refused(backend: "Backend", pages: Pages) -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    with pytest.raises(NotInstalled):
        pages.call(page_call(backend))


@pytest.mark.parametrize("authorization", [None, "Basic eDp5", "Bearer x"])
def test_without_a_proof_nobody_calls(backend: "Backend", pages: Pages, authorization: str | None) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    with pytest.raises(TokenRefused):
        pages.call(replace(page_call(backend), headers=headers))
