"""Lifecycle of a Forge installation, and the search for its Connect site."""

from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.errors import NotInstalled, PayloadRefused, TemporarilyUnavailable
from connect_jira.events.link_request import LinkRequest
from connect_jira.installations.forge_installation import LEAVING_SECONDS, ForgeState
from connect_jwt.identity import ClientKey
from tests.unit.jira.forge import (
    APP,
    INSTALLED,
    UNINSTALLED,
    UPGRADED,
    forge_request,
    lifecycle,
    pre_uninstall,
    product_event,
    refresh,
    system_token,
)
from tests.unit.jwt.invocations import API, CLOUD_ID, INSTALLATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from connect_jira.installations.forge_installation import ForgeInstallation
    from connect_jira.web.request import GatewayRequest
    from tests.unit.jira.conftest import Backend

HOUR = 3600
CONFLUENCE = f"ari:cloud:confluence::site/{CLOUD_ID}"
JIRA = f"ari:cloud:jira::site/{CLOUD_ID}"
CALLS: dict[str, "Callable[[Backend], object]"] = {
    "installed": lambda backend: backend.forge.lifecycle(lifecycle(backend, INSTALLED)),
    "upgraded": lambda backend: backend.forge.lifecycle(lifecycle(backend, UPGRADED)),
    "refresh": lambda backend: backend.forge.refresh(refresh(backend)),
    "event": lambda backend: backend.forge.event(product_event(backend)),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


def at_route(backend: "Backend", route: str, **said: object) -> "GatewayRequest":
    return forge_request(backend, route, {**APP, **said})


def row(backend: "Backend") -> "ForgeInstallation":
    return backend.forge_store.rows[INSTALLATION]


def installed_with_token(backend: "Backend") -> None:
    token = system_token("t", backend.clock.now + 4 * HOUR)
    backend.forge.lifecycle(lifecycle(backend, INSTALLED, token=token))


def can_call(backend: "Backend") -> bool:
    """Return whether a process that remembers nothing may call Jira for the installation."""
    try:
        backend.new_credentials().credentials(ClientKey(INSTALLATION))
    except NotInstalled:
        return False
    return True


@pytest.mark.parametrize("account", [{}, {"installerAccountId": "a"}, {"upgraderAccountId": "a"}])
@pytest.mark.parametrize(
    ("route", "name", "state"),
    [
        ("lifecycle/installed", INSTALLED, ForgeState.LIVE),
        ("lifecycle/upgraded", UPGRADED, ForgeState.LIVE),
        ("lifecycle/uninstalled", UNINSTALLED, ForgeState.ENDED),
    ],
)
def test_each_event_has_a_route_where_it_need_not_say_its_name(
    backend: "Backend", route: str, name: str, state: ForgeState, account: dict[str, str]
) -> None:
    for said in ({}, {"eventType": name}):
        installed_with_token(backend)
        backend.forge.lifecycle(at_route(backend, route, **account, **said))
        assert row(backend).state is state
        del backend.forge_store.rows[INSTALLATION]


def test_without_a_name_an_event_at_the_route_for_all_ends_nothing(backend: "Backend") -> None:
    for said in ({"installerAccountId": "a"}, {"upgraderAccountId": "a"}, {}):
        backend.forge.lifecycle(at_route(backend, "lifecycle", **said))
        assert row(backend).state is ForgeState.LIVE
    backend.forge.lifecycle(forge_request(backend, "lifecycle", {"payload": APP}))
    assert row(backend).state is ForgeState.LIVE


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("lifecycle/installed", {**APP, "eventType": UNINSTALLED}),
        ("lifecycle/upgraded", {**APP, "eventType": INSTALLED}),
        ("lifecycle/uninstalled", {**APP, "eventType": UPGRADED}),
        ("lifecycle/uninstalled", {**APP, "eventType": "avi:jira:created:issue"}),
        ("lifecycle/uninstalled", []),
        ("lifecycle", {}),
        ("lifecycle", {"context": {"cloudId": CLOUD_ID}, "contextToken": "opaque"}),
        ("lifecycle", {**APP, "eventType": "preUninstall"}),
        ("lifecycle", {**APP, "eventType": ["avi:forge:uninstalled:app"]}),
    ],
)
def test_what_is_not_the_event_of_its_route_changes_nothing(
    backend: "Backend", route: str, body: object
) -> None:
    installed_with_token(backend)
    before = row(backend)
    with pytest.raises(PayloadRefused):
        backend.forge.lifecycle(forge_request(backend, route, body))
    assert row(backend) == before


@pytest.mark.parametrize("context", [CONFLUENCE, "ari:cloud:compass::site/c"])
@pytest.mark.parametrize("route", ["lifecycle", "lifecycle/uninstalled"])
def test_an_uninstall_from_another_product_does_not_end_it_in_jira(
    backend: "Backend", route: str, context: str
) -> None:
    installed_with_token(backend)
    backend.forge.lifecycle(at_route(backend, route, eventType=UNINSTALLED, context=context))
    assert can_call(backend)
    backend.forge.lifecycle(at_route(backend, route, eventType=UNINSTALLED, context=JIRA))
    assert not can_call(backend)
    assert not backend.forge.lifecycle(
        at_route(backend, route, eventType=UNINSTALLED, context=context)
    ).changed


def in_both_products(product: str) -> dict[str, Any]:
    """The `app` claim of an installation into Jira and Confluence, whose module was invoked in one."""
    urls = {name: f"{API}/ex/{name}/{CLOUD_ID}" for name in ("jira", "confluence")}
    contexts = [{"name": name, "apiBaseUrl": url} for name, url in urls.items()]
    return {"apiBaseUrl": urls[product], "installation": {"id": INSTALLATION, "contexts": contexts}}


def test_where_the_event_names_no_product_the_token_does(backend: "Backend") -> None:
    installed_with_token(backend)
    for request in (
        forge_request(backend, "lifecycle/uninstalled", APP, app=in_both_products("confluence")),
        pre_uninstall(backend, app=in_both_products("confluence")),
    ):
        backend.forge.lifecycle(request)
        assert row(backend).state is ForgeState.LIVE
    backend.forge.lifecycle(
        forge_request(backend, "lifecycle/uninstalled", APP, app=in_both_products("jira"))
    )
    assert row(backend).state is ForgeState.ENDED


def test_an_installation_that_is_leaving_works_on_for_two_hours(backend: "Backend") -> None:
    installed_with_token(backend)
    backend.forge.lifecycle(pre_uninstall(backend))
    assert row(backend).state is ForgeState.LEAVING
    backend.clock.now += LEAVING_SECONDS - 1
    assert can_call(backend)
    backend.clock.now += 1
    assert not can_call(backend)
    assert row(backend).expires_at == backend.clock.now + 30 * 24 * HOUR


@each_call
@pytest.mark.parametrize("after", [1, LEAVING_SECONDS - 1, LEAVING_SECONDS, 24 * HOUR])
def test_any_later_call_of_forges_revives_it(
    backend: "Backend", call: "Callable[[Backend], object]", after: int
) -> None:
    installed_with_token(backend)
    backend.forge.lifecycle(pre_uninstall(backend))
    backend.clock.now += after
    call(backend)
    revived = row(backend)
    assert (revived.state, revived.leaves_at, revived.expires_at) == (ForgeState.LIVE, None, None)


def test_it_ends_when_forge_says_so_and_a_late_sign_of_that_changes_nothing(backend: "Backend") -> None:
    installed_with_token(backend)
    sign = pre_uninstall(backend)
    backend.forge.lifecycle(sign)
    assert not backend.forge.lifecycle(sign).changed
    backend.forge.lifecycle(at_route(backend, "lifecycle/uninstalled"))
    ended = row(backend)
    assert (ended.state, ended.sealed_token) == (ForgeState.ENDED, None)
    assert not backend.forge.lifecycle(pre_uninstall(backend)).changed


@each_call
def test_the_first_call_of_forges_has_it_found_out_whose_it_is_whatever_it_is(
    backend: "Backend", call: "Callable[[Backend], object]"
) -> None:
    call(backend)
    assert row(backend).state is ForgeState.LIVE
    for _ in range(3):
        backend.forge.event(product_event(backend))
        backend.forge.refresh(refresh(backend))
    assert backend.joins_asked == [LinkRequest(ClientKey(INSTALLATION))]


def test_it_is_asked_anew_when_the_app_is_upgraded(backend: "Backend") -> None:
    backend.forge.refresh(refresh(backend))
    backend.clock.now += HOUR
    request = lifecycle(backend, UPGRADED)
    backend.forge.lifecycle(request)
    backend.forge.lifecycle(request)
    assert len(backend.joins_asked) == 2


def test_a_call_whose_question_could_not_be_asked_is_not_taken(backend: "Backend") -> None:
    def silent(_join: LinkRequest) -> None:
        raise TemporarilyUnavailable("SQS gave no answer")

    calls: Any = backend.forge
    calls._ask, ask = silent, calls._ask  # noqa: SLF001 - a queue that does not answer
    with pytest.raises(TemporarilyUnavailable):
        backend.forge.event(product_event(backend))
    assert not backend.forge_store.rows
    calls._ask = ask  # noqa: SLF001
    backend.forge.event(product_event(backend))
    assert len(backend.joins_asked) == 1
