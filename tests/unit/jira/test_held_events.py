"""Events of which nobody knows whether Forge itself has sent them: held, kept, and judged anew."""

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.errors import ForgeTokenMissing, ModuleTypeUnknown, NotInstalled, PayloadRefused
from connect_jira.events.held_event import HeldEvent
from connect_jira.events.messages import read_text, to_text
from connect_jira.events.webhook import Webhook
from connect_jira.worker.dead_letter_queue import DeadLetterQueue
from connect_jira.worker.held_events import HOPELESS_AT_ONCE, HeldEvents, Holding
from connect_jira.worker.queue import JiraCallsQueue
from connect_jira.worker.retry_policy import DeadLetter, FailedAttempt, decide
from connect_jwt.errors import TokenRefused
from tests.unit.jira.forge import (
    INSTALLED,
    ISSUE,
    UNINSTALLED,
    forge_request,
    lifecycle,
    product_event,
    refresh,
)
from tests.unit.jwt.invocations import INSTALLATION, USER

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

NEW = "core:newTrigger"
HOPELESS: list[Any] = [
    "core:webtrigger", "core:function", "core:remote", "core:consumer", "core:fifoConsumer", "core:service",
    "core:apiRoute",
    "migration:x", None, 7, "",
]  # fmt: skip


def of_type(module_type: object) -> dict[str, Any]:
    return {"app": {"module": {"type": module_type, "key": "k"}}}


def held_event(backend: "Backend", module_type: object = NEW, **how: Any) -> HeldEvent:
    held = backend.forge.event(product_event(backend, **of_type(module_type), **how))
    assert isinstance(held, HeldEvent)
    return held


def judges(backend: "Backend", *types: str) -> HeldEvents:
    app = replace(backend.app, forge_module_types=frozenset(types))
    return HeldEvents(app, backend.forge_store, clock=backend.clock)


@pytest.mark.parametrize("module_type", [NEW, *HOPELESS], ids=str)
def test_an_event_of_unknown_origin_is_held_and_changes_nothing(
    backend: "Backend", capsys: pytest.CaptureFixture[str], module_type: object
) -> None:
    held = held_event(backend, module_type, token="brought-along")
    assert (held.client_key, held.payload["issue"]) == (INSTALLATION, ISSUE)
    assert not backend.forge_store.writes
    assert not backend.token_sealer.sealed
    (metric,) = (json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line)
    assert metric["ModuleTypeUnknown"] == [1.0]


def test_what_is_no_event_is_not_held(backend: "Backend") -> None:
    bodies: list[Any] = [
        [],
        {},
        {"eventType": "jira:issue_created"},
        {"context": {}, "contextToken": "opaque"},
    ]
    for body in bodies:
        with pytest.raises(PayloadRefused):
            backend.forge.event(forge_request(backend, "events", body, **of_type("core:webtrigger")))


@pytest.mark.parametrize("module_type", [NEW, *HOPELESS], ids=str)
def test_lifecycle_and_hourly_calls_of_unknown_origin_are_refused_and_explained(
    backend: "Backend", capsys: pytest.CaptureFixture[str], module_type: object
) -> None:
    for take, request in (
        (backend.forge.lifecycle, lifecycle(backend, INSTALLED, **of_type(module_type))),
        (backend.forge.refresh, refresh(backend, token="t", **of_type(module_type))),
    ):
        with pytest.raises(TokenRefused, match="ExtraForgeModuleTypes") as refusal:
            take(request)
        assert refusal.value.reason == "module-type-unknown"
        assert not isinstance(module_type, str) or module_type in str(refusal.value)
    assert capsys.readouterr().out.count('"ModuleTypeUnknown":[1.0]') == 2
    assert not backend.forge_store.writes


def test_with_the_setting_everything_of_that_type_is_taken(backend: "Backend") -> None:
    backend.app = replace(backend.app, forge_module_types=frozenset({NEW}))
    forge = backend.new_forge_calls()
    assert forge.lifecycle(lifecycle(backend, INSTALLED, **of_type(NEW))).changed
    assert forge.refresh(refresh(backend, **of_type(NEW))).client_key == INSTALLATION
    assert isinstance(forge.event(product_event(backend, **of_type(NEW))), Webhook)


def test_what_is_held_is_read_as_it_was_written_and_no_token_is_in_it(backend: "Backend") -> None:
    request = product_event(backend, **of_type(NEW), principal=USER, token="brought-along")
    held = backend.forge.event(request)
    assert isinstance(held, HeldEvent)
    text = to_text(held)
    assert read_text(text) == replace(held, invocation=replace(held.invocation, context={}))
    assert "brought-along" not in text
    assert not any(part in text for part in request.headers["authorization"].split(" ")[1].split("."))


def test_once_the_type_is_known_it_becomes_what_it_would_have_been(backend: "Backend") -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    held, known = held_event(backend), backend.forge.event(product_event(backend))
    assert judges(backend, NEW).judge(held) == known


def test_nothing_is_done_about_an_event_that_the_app_has_caused(
    backend: "Backend", capsys: pytest.CaptureFixture[str]
) -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    held = held_event(backend, said={"issue": ISSUE, "selfGenerated": True})
    assert judges(backend, NEW).judge(held) is None
    assert '"OwnChange":[1.0]' in capsys.readouterr().out


def test_what_is_still_unknown_is_set_aside_again_at_once(backend: "Backend") -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    with pytest.raises(ModuleTypeUnknown) as still:
        judges(backend, "core:another").judge(held_event(backend))
    judged = decide(
        FailedAttempt(error=still.value, is_idempotent=True, is_one_call=False, tries=1, age=0, now=0)
    )
    assert isinstance(judged, DeadLetter)
    assert judged.reason == "module-type-unknown"
    assert f"type {NEW}" in judged.explanation
    assert "ExtraForgeModuleTypes" in judged.explanation


@pytest.mark.parametrize("module_type", HOPELESS, ids=str)
def test_no_setting_makes_work_of_what_others_can_have_sent(backend: "Backend", module_type: object) -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    held = held_event(backend, module_type)
    with pytest.raises(ModuleTypeUnknown, match="no setting"):
        judges(backend, str(module_type), NEW, "core:endpoint").judge(held)


def test_nor_of_a_users_call_of_an_endpoint(backend: "Backend") -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    held = held_event(backend, "core:endpoint", principal=USER)
    with pytest.raises(ModuleTypeUnknown, match="no setting"):
        judges(backend, "core:endpoint", "core:trigger").judge(held)


def test_an_event_waits_for_an_installation_that_forge_has_yet_to_tell_of(backend: "Backend") -> None:
    with pytest.raises(ForgeTokenMissing):
        judges(backend, NEW).judge(held_event(backend))


def test_an_event_of_an_installation_that_has_ended_has_come_to_its_end(backend: "Backend") -> None:
    held = held_event(backend)
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    with pytest.raises(NotInstalled):
        judges(backend, NEW).judge(held)


# --- what is kept ----------------------------------------------------------------------------------------


@dataclass
class Kept:
    """The dead letters and the bucket."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    large: list[str] = field(default_factory=list)

    def call(self, operation: str, **parameters: Any) -> None:
        assert operation == "SendMessage"
        assert parameters["QueueUrl"] == "failed"
        self.messages.append(parameters)

    def keep(self, text: str, *, client_key: str) -> str:  # noqa: ARG002 - as LargeMessages has it
        self.large.append(text)
        return "key"


def holding(backend: "Backend", kept: Kept) -> Holding:
    queue = JiraCallsQueue(kept, url="queue", large=kept)  # type: ignore[arg-type]
    return Holding(DeadLetterQueue(kept, url="failed"), queue, clock=backend.clock)  # type: ignore[arg-type]


def test_every_event_that_may_yet_be_forges_own_is_kept_with_its_reason(backend: "Backend") -> None:
    kept = Kept()
    hold = holding(backend, kept)
    for _ in range(50):
        hold.take(held_event(backend))
    assert len(kept.messages) == 50
    attributes = kept.messages[0]["MessageAttributes"]
    assert attributes["Reason"]["StringValue"] == "module-type-unknown"
    assert f"type {NEW}" in attributes["Explanation"]["StringValue"]
    assert kept.messages[0]["MessageGroupId"] == INSTALLATION
    assert isinstance(read_text(kept.messages[0]["MessageBody"]), HeldEvent)


def test_of_those_that_can_never_be_a_few_are_kept(backend: "Backend") -> None:
    kept = Kept()
    hold = holding(backend, kept)
    for module_type in HOPELESS * 5:
        hold.take(held_event(backend, module_type))
    assert len(kept.messages) == HOPELESS_AT_ONCE
    hold.take(held_event(backend))
    assert len(kept.messages) == HOPELESS_AT_ONCE + 1
    backend.clock.now += 3600
    hold.take(held_event(backend, "core:webtrigger"))
    hold.take(held_event(backend, "core:webtrigger"))
    assert len(kept.messages) == HOPELESS_AT_ONCE + 2


def test_a_large_event_is_kept_elsewhere_and_referred_to(backend: "Backend") -> None:
    kept = Kept()
    holding(backend, kept).take(held_event(backend, said={"issue": ISSUE, "changelog": "x" * 1024 * 1024}))
    (text,) = kept.large
    assert isinstance(read_text(text), HeldEvent)
    assert json.loads(kept.messages[0]["MessageBody"]) == {
        "kind": "stored",
        "clientKey": INSTALLATION,
        "key": "key",
    }
