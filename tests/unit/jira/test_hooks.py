"""Hooks, the app's own functions for a change of an installation: sent, held against the rows, called."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Site
from connect_jira.errors import EventOutdated, SiteUninstalled, TemporarilyUnavailable
from connect_jira.events.hook_call import Hook, HookCall
from connect_jira.events.messages import Message, read_text, to_text
from connect_jira.lifecycle.hooks import HookGate
from connect_jwt.identity import AppKey, ClientKey
from functions.jira_calls.own_functions import OwnFunctions
from tests.unit.jira.conftest import CLIENT_KEY, unused_storage
from tests.unit.jira.forge import (
    INSTALLED,
    UNINSTALLED,
    UPGRADED,
    lifecycle,
    pre_uninstall,
    product_event,
    refresh,
)
from tests.unit.jwt.invocations import INSTALLATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.jira.conftest import Backend

OLD, NEW = "o" * 40, "n" * 40


def sent(backend: "Backend") -> list[str]:
    return [str(call.hook) for call in backend.hooks_sent]


def identities(backend: "Backend") -> set[str]:
    return {call.work_id for call in backend.hooks_sent}


def gate(backend: "Backend") -> HookGate:
    return HookGate(backend.store, backend.forge_store, clock=backend.clock)


# --- Connect


def test_the_first_install_is_an_install_and_each_later_one_an_upgrade_until_it_is_uninstalled(
    backend: "Backend",
) -> None:
    backend.install(OLD, age=50)
    backend.install(OLD, age=40)
    backend.install(NEW, age=30)
    backend.uninstall(age=20)
    backend.install(NEW, age=10)
    assert sent(backend) == ["installed", "upgraded", "upgraded", "uninstalled", "installed"]
    assert {call.client_key for call in backend.hooks_sent} == {CLIENT_KEY}
    assert len(identities(backend)) == 5


def test_a_request_that_is_repeated_is_the_same_hook_and_an_outdated_one_is_none(backend: "Backend") -> None:
    backend.install(OLD, age=5)
    backend.install(OLD, age=5)
    assert sent(backend) == ["installed"]
    with pytest.raises(EventOutdated):
        backend.install(NEW, age=60)
    assert sent(backend) == ["installed"]


def test_a_process_that_dies_before_the_row_is_written_has_sent_the_hook_and_the_retry_sends_the_same(
    backend: "Backend",
) -> None:
    def die() -> None:
        raise TemporarilyUnavailable("the process dies here")

    backend.store.interfere = die
    with pytest.raises(TemporarilyUnavailable):
        backend.install(OLD)
    (call,) = backend.hooks_sent
    with pytest.raises(TemporarilyUnavailable, match="not applied yet"):
        gate(backend).is_open(call)
    backend.install(OLD)
    assert len(backend.hooks_sent) == 2
    assert len(identities(backend)) == 1
    assert gate(backend).is_open(call)


def test_without_the_queue_no_install_is_taken_and_an_uninstall_is_all_the_same(backend: "Backend") -> None:
    def refuse(_call: HookCall) -> None:
        raise TemporarilyUnavailable("SQS does not answer")

    backend.install(OLD, age=5)
    backend.lifecycle = backend.new_lifecycle(hook=refuse)
    with pytest.raises(TemporarilyUnavailable):
        backend.install(NEW, age=4)
    assert backend.uninstall(age=3), "Jira sends it once"
    assert backend.row.sealed_secret is None


def test_what_a_later_event_has_overtaken_is_not_called(backend: "Backend") -> None:
    backend.install(OLD, age=50)
    backend.uninstall(age=40)
    installed, uninstalled = backend.hooks_sent
    assert not gate(backend).is_open(installed)
    assert gate(backend).is_open(uninstalled)
    backend.install(NEW, age=30)
    assert not gate(backend).is_open(uninstalled)
    assert gate(backend).is_open(installed)


def test_a_hook_of_an_uninstall_that_is_not_applied_yet_waits(backend: "Backend") -> None:
    backend.install(OLD, age=50)
    backend.uninstall(age=40)
    backend.store.rows.clear()
    backend.install(OLD, age=50)
    with pytest.raises(TemporarilyUnavailable, match="not applied yet"):
        gate(backend).is_open(backend.hooks_sent[1])


# --- Forge


def test_each_event_of_forge_has_its_hook_once(backend: "Backend") -> None:
    for _ in range(2):
        backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    newer = {"appVersion": "23.0.0"}
    backend.forge.lifecycle(lifecycle(backend, UPGRADED, app=newer))
    backend.forge.lifecycle(pre_uninstall(backend, app=newer))
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    assert list(dict.fromkeys(sent(backend))) == ["installed", "upgraded", "leaving", "uninstalled"]
    assert len(identities(backend)) == 4
    assert {call.installation for call in backend.hooks_sent} == {INSTALLATION}


CALLS: dict[str, "Callable[[Backend], object]"] = {
    "refresh": lambda backend: backend.forge.refresh(refresh(backend)),
    "event": lambda backend: backend.forge.event(product_event(backend)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_first_call_makes_up_for_an_install_that_was_never_reported(
    backend: "Backend", call: "Callable[[Backend], object]"
) -> None:
    call(backend)
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    call(backend)
    assert set(sent(backend)) == {"installed"}
    assert len(identities(backend)) == 1


def test_another_version_is_an_upgrade_though_forge_sends_no_event_for_a_minor_one(
    backend: "Backend",
) -> None:
    backend.forge.refresh(refresh(backend, app={"appVersion": "1.0.0"}))
    backend.forge.refresh(refresh(backend, app={"appVersion": "1.0.0"}))
    assert sent(backend) == ["installed"]
    backend.forge.refresh(refresh(backend, app={"appVersion": "1.1.0"}))
    backend.forge.lifecycle(lifecycle(backend, UPGRADED, app={"appVersion": "1.1.0"}))
    assert sent(backend) == ["installed", "upgraded", "upgraded"]
    assert len(identities(backend)) == 2


def test_jira_can_be_called_while_a_site_leaves_and_nothing_is_called_after_its_end(
    backend: "Backend",
) -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    backend.forge.lifecycle(pre_uninstall(backend))
    installed, leaving = backend.hooks_sent
    assert gate(backend).is_open(leaving)
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    uninstalled = backend.hooks_sent[-1]
    assert not gate(backend).is_open(leaving)
    assert not gate(backend).is_open(installed)
    assert gate(backend).is_open(uninstalled)


def test_a_hook_of_forge_waits_until_its_call_is_applied(backend: "Backend") -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    before = backend.forge_store.rows[INSTALLATION]
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    installed, uninstalled = backend.hooks_sent
    backend.forge_store.rows[INSTALLATION] = before
    with pytest.raises(TemporarilyUnavailable, match="not applied yet"):
        gate(backend).is_open(uninstalled)
    del backend.forge_store.rows[INSTALLATION]
    with pytest.raises(TemporarilyUnavailable, match="not applied yet"):
        gate(backend).is_open(installed)


# --- both


def test_the_end_of_connect_is_the_end_when_forge_has_ended_too(backend: "Backend") -> None:
    backend.install(OLD, age=50, installationId=INSTALLATION)
    backend.forge.lifecycle(lifecycle(backend, INSTALLED, age=2))
    backend.uninstall(age=20)
    of_connect = backend.hooks_sent[-1]
    with pytest.raises(TemporarilyUnavailable, match="still has the app by Forge"):
        gate(backend).is_open(of_connect)
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    assert gate(backend).is_open(of_connect)
    assert gate(backend).is_open(backend.hooks_sent[-1])
    both = [call.occurrence for call in backend.hooks_sent]
    assert {occurrence and occurrence.thing for occurrence in both} == {INSTALLATION}


def test_an_install_that_connect_has_reported_is_none_when_forge_does_so_later(backend: "Backend") -> None:
    backend.install(OLD, age=50, installationId=INSTALLATION)
    backend.forge.refresh(refresh(backend))
    of_connect, of_forge = backend.hooks_sent
    assert (of_connect.hook, of_forge.hook) == (Hook.INSTALLED, Hook.INSTALLED)
    assert gate(backend).is_open(of_connect)
    assert not gate(backend).is_open(of_forge)


# --- called


@dataclass
class Backstage:
    """The work of an app over doubles that write down what they are told."""

    reactions: Reactions = field(default_factory=Reactions)
    sent: list[Message] = field(default_factory=list)
    is_gate_open: bool = True

    def __post_init__(self) -> None:
        double: Any = self
        self.own = OwnFunctions(
            self.reactions,
            AppKey("app"),
            clients=double,
            gate=double,
            send=self.send,
            storage=unused_storage(),
        )

    def do(self, message: Message) -> None:
        assert isinstance(message, HookCall)
        self.own.call_hook(message, self, message.work_id)

    def on(self, client_key: ClientKey, _invocation: object, *, webhook_trace: str | None = None) -> str:
        return f"a client for {client_key} {webhook_trace}"

    def is_open(self, _call: HookCall) -> bool:
        return self.is_gate_open

    def get_remaining_time_in_millis(self) -> int:
        return 12_000

    def send(self, message: Message) -> None:
        assert read_text(to_text(message)) == message
        self.sent.append(message)


@pytest.fixture
def backstage() -> Backstage:
    return Backstage()


def hook_call(hook: Hook) -> HookCall:
    return HookCall(client_key=CLIENT_KEY, hook=hook, installation=CLIENT_KEY, signed_at=1, identifier="i")


@pytest.mark.parametrize("hook", list(Hook))
def test_a_hook_is_called_with_the_site(backstage: Backstage, hook: Hook) -> None:
    called: list[ClientKey] = []

    def note(site: Site) -> None:
        called.append(site.key)

    getattr(backstage.reactions, hook)(note)
    for other in Hook:
        backstage.do(hook_call(other))
    assert called == [CLIENT_KEY]
    backstage.is_gate_open = False
    backstage.do(hook_call(hook))
    assert called == [CLIENT_KEY]


def test_jira_is_at_hand_but_for_a_site_that_has_uninstalled(backstage: Backstage) -> None:
    seen: list[object] = []

    @backstage.reactions.installed
    @backstage.reactions.leaving
    def ask(site: Site) -> None:
        seen.append(site.jira)

    @backstage.reactions.uninstalled
    def clear(site: Site) -> None:
        with pytest.raises(SiteUninstalled, match=r"use site\.data"):
            ask(site)

    for hook in (Hook.INSTALLED, Hook.LEAVING, Hook.UNINSTALLED):
        backstage.do(hook_call(hook))
    assert seen == [f"a client for {CLIENT_KEY} app -"] * 2
    assert callable(clear)


def test_each_of_several_functions_for_a_hook_is_a_message_of_its_own(backstage: Backstage) -> None:
    called: list[str] = []

    @backstage.reactions.installed
    def one(_site: Site) -> None:
        called.append("one")

    @backstage.reactions.installed
    def another(_site: Site) -> None:
        called.append("another")

    backstage.do(hook_call(Hook.INSTALLED))
    backstage.do(hook_call(Hook.INSTALLED))
    assert called == []
    assert len({message.work_id for message in backstage.sent}) == 2
    for message in backstage.sent[:2]:
        backstage.do(message)
    assert called == ["one", "another"]
    assert callable(another)
    with pytest.raises(ValueError, match="one is registered twice for installed"):
        backstage.reactions.installed(one)
