"""Changes of an installation by Forge's calls."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.errors import EventOutdated, NotInstalled, PayloadRefused
from connect_jira.events.forge_events import webhook_event
from connect_jira.events.messages import read_text, to_text
from connect_jira.events.webhook import Webhook
from connect_jira.installations.forge_installation import ForgeState
from connect_jira.installations.system_token import MIN_LIFETIME_SECONDS
from connect_jwt.errors import TokenRefused
from tests.unit.jira.conftest import CLIENT_KEY
from tests.unit.jira.forge import (
    CREATED,
    INSTALLED,
    ISSUE,
    OTHER_INSTALLATION,
    UNINSTALLED,
    UPGRADED,
    event_of,
    forge_request,
    lifecycle,
    product_event,
    refresh,
    system_token,
)
from tests.unit.jwt.invocations import API, CLOUD_ID, INSTALLATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from connect_jira.installations.forge_installation import ForgeInstallation
    from tests.unit.jira.conftest import Backend

HOUR = 3600
VIEWED = "avi:jira:viewed:issue"


def row(backend: "Backend") -> "ForgeInstallation":
    return backend.forge_store.rows[INSTALLATION]


def token_of(backend: "Backend") -> str:
    sealed = row(backend).sealed_token
    assert sealed is not None
    return backend.token_sealer.open(INSTALLATION, sealed)


def test_installed_makes_an_installation_of_its_own_with_a_sealed_token(backend: "Backend") -> None:
    token = system_token("first", backend.clock.now + HOUR)
    outcome = backend.forge.lifecycle(lifecycle(backend, INSTALLED, token=token))
    assert (outcome.client_key, outcome.changed) == (INSTALLATION, True)
    made = row(backend)
    assert (made.state, made.cloud_id, made.api_base_url) == (
        ForgeState.LIVE,
        CLOUD_ID,
        f"{API}/ex/jira/{CLOUD_ID}",
    )
    assert token_of(backend) == token
    assert made.token_expires_at == backend.clock.now + HOUR
    assert token not in repr(made)


def test_a_lifecycle_event_that_is_sent_twice_changes_nothing(backend: "Backend") -> None:
    request = lifecycle(backend, INSTALLED, token=system_token("t", backend.clock.now + HOUR))
    backend.forge.lifecycle(request)
    before, sealed = row(backend), backend.token_sealer.sealed
    assert not backend.forge.lifecycle(request).changed
    assert (row(backend), backend.token_sealer.sealed) == (before, sealed)


def test_a_token_that_is_used_again_with_another_body_is_refused(backend: "Backend") -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED, jti="once"))
    before = row(backend)
    with pytest.raises(EventOutdated, match="token-replayed"):
        backend.forge.lifecycle(lifecycle(backend, UNINSTALLED, jti="once"))
    assert row(backend) == before


def test_an_event_signed_before_the_one_last_applied_changes_nothing(backend: "Backend") -> None:
    late = lifecycle(backend, UNINSTALLED, age=5)
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    with pytest.raises(EventOutdated, match="event-outdated"):
        backend.forge.lifecycle(late)
    assert row(backend).state is ForgeState.LIVE


def test_used_tokens_are_forgotten_when_they_have_expired(backend: "Backend") -> None:
    for _ in range(20):
        backend.forge.lifecycle(lifecycle(backend, UPGRADED))
        backend.clock.now += 20
    assert len(row(backend).tokens_used) <= 3


def test_uninstalled_leaves_no_token_and_an_end(backend: "Backend") -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED, token=system_token("t", backend.clock.now + HOUR)))
    assert backend.forge.lifecycle(lifecycle(backend, UNINSTALLED)).changed
    left = row(backend)
    assert (left.state, left.sealed_token, left.token_expires_at) == (ForgeState.ENDED, None, 0)
    assert left.expires_at == backend.clock.now + 30 * 24 * HOUR
    assert not backend.forge.lifecycle(lifecycle(backend, UNINSTALLED)).changed


@pytest.mark.parametrize("call", ["installed", "refresh", "event"])
def test_nothing_more_is_taken_from_an_installation_that_has_ended(backend: "Backend", call: str) -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    before = row(backend)
    calls: dict[str, Callable[[], object]] = {
        "installed": lambda: backend.forge.lifecycle(lifecycle(backend, INSTALLED)),
        "refresh": lambda: backend.forge.refresh(refresh(backend, token="t")),
        "event": lambda: backend.forge.event(product_event(backend)),
    }
    with pytest.raises(NotInstalled):
        calls[call]()
    assert row(backend) == before


def test_a_token_is_replaced_by_a_newer_one_only(backend: "Backend") -> None:
    now = backend.clock.now
    newer, older = system_token("newer", now + 2 * HOUR), system_token("older", now + HOUR)
    backend.forge.refresh(refresh(backend, token=newer))
    assert not backend.forge.refresh(refresh(backend, token=older)).changed
    assert not backend.forge.refresh(refresh(backend, token=newer)).changed
    assert token_of(backend) == newer
    assert backend.token_sealer.sealed == 1


def test_the_hourly_call_without_a_token_keeps_the_one_there_is(backend: "Backend") -> None:
    token = system_token("t", backend.clock.now + HOUR)
    backend.forge.refresh(refresh(backend, token=token))
    outcome = backend.forge.refresh(refresh(backend))
    assert (outcome.changed, outcome.has_token) == (False, False)
    assert token_of(backend) == token


def test_a_token_that_does_not_say_when_it_ends_is_good_for_as_long_as_every_one_is(
    backend: "Backend",
) -> None:
    backend.forge.refresh(refresh(backend, token="opaque.to.us", age=3))
    assert row(backend).token_expires_at == backend.clock.now - 3 + MIN_LIFETIME_SECONDS


@pytest.mark.parametrize("expires_in", [-1, 10**9, True])
def test_an_end_that_cannot_be_meant_is_not_believed(backend: "Backend", expires_in: int) -> None:
    claimed = expires_in if expires_in is True else backend.clock.now + expires_in
    backend.forge.refresh(refresh(backend, token=system_token("t", claimed)))
    assert row(backend).token_expires_at == backend.clock.now + MIN_LIFETIME_SECONDS


@pytest.mark.parametrize("token", ["two words", "ü", "x" * 10_241])
def test_what_cannot_be_a_token_is_not_stored(backend: "Backend", token: str) -> None:
    with pytest.raises(PayloadRefused, match="system-token-unusable"):
        backend.forge.refresh(refresh(backend, token=token))
    assert INSTALLATION not in backend.forge_store.rows


def test_an_event_becomes_the_webhook_that_it_stands_for(backend: "Backend") -> None:
    webhook = event_of(backend, product_event(backend))
    assert (webhook.client_key, webhook.event) == (INSTALLATION, "jira:issue_created")
    assert webhook.payload["issue"] == ISSUE
    assert webhook.payload["eventType"] == CREATED


def test_an_event_below_payload_is_the_same(backend: "Backend") -> None:
    body = {"payload": {"eventType": CREATED, "issue": ISSUE}, "context": {}}
    webhook = event_of(backend, forge_request(backend, "events", body))
    assert webhook.payload == body["payload"]


CHANGES = {"issue": ISSUE, "timestamp": "1795443600237", "changelog": {"items": [{"field": "summary"}]}}
BOARD = "avi:jira-software:starred:board"


def identified(backend: "Backend", said: dict[str, Any], name: str = VIEWED, **how: Any) -> Webhook:
    return event_of(backend, product_event(backend, name, said=said, **how))


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"context": {"cloudId": "c", "moduleKey": "another"}, "contextToken": "made anew"},
        {"retryContext": {"retryCount": 3, "retryReason": "TIMEOUT_ERROR", "retryData": None}},
        {"issue": {**ISSUE, "fields": {"summary": "As it is by now"}}},
        {"associatedUsers": [{"accountId": "a"}], "aFieldOfTomorrow": 5},
    ],
)
def test_an_event_is_known_again_by_what_it_is_about(backend: "Backend", again: dict[str, Any]) -> None:
    first = identified(backend, {**CHANGES, "context": {"cloudId": "c"}, "contextToken": "opaque"})
    backend.clock.now += 240
    assert identified(backend, CHANGES | again).work_id == first.work_id


@pytest.mark.parametrize(
    "other",
    [
        {"timestamp": "1795443600238"},
        {"issue": {**ISSUE, "id": "10074"}},
        {"changelog": {"items": [{"field": "status"}]}},
        {"user": {"accountId": "another"}},
    ],
)
def test_an_event_that_is_about_something_else_is_another(backend: "Backend", other: dict[str, Any]) -> None:
    assert identified(backend, CHANGES).work_id != identified(backend, CHANGES | other).work_id


@pytest.mark.parametrize("no_time", [{}, {"timestamp": None}, {"timestamp": 10**400}])
def test_an_event_without_a_time_is_known_by_all_that_it_says_and_when_it_was_sent(
    backend: "Backend", no_time: dict[str, Any]
) -> None:
    board = {"eventType": BOARD, "board": {"id": 11, "name": "Some board"}, **no_time}

    def told(**more: Any) -> Webhook:
        return event_of(backend, forge_request(backend, "events", board | more))

    first, now = told(contextToken="opaque"), int(backend.clock.now)
    backend.clock.now += 60
    again = told(contextToken="made anew", retryContext={"retryCount": 1})
    other = told(board={"id": 11, "name": "Another board"})
    assert first.occurrence is not None
    assert again.occurrence is not None
    assert first.webhook_id == again.webhook_id != other.webhook_id
    assert first.occurrence.thing == again.occurrence.thing
    assert (first.occurrence.at_ms, first.occurrence.is_timed) == (now * 1000, False)
    assert again.occurrence.at_ms == (now + 60) * 1000


def test_what_the_app_itself_has_caused_is_counted_and_no_reason_for_a_reaction(
    backend: "Backend", capsys: pytest.CaptureFixture[str]
) -> None:
    for own in ({"selfGenerated": True}, {"webhookTraceValue": f"{backend.app.app_key} w-1"}):
        assert backend.forge.event(product_event(backend, said={"issue": ISSUE, **own})) is None
        assert '"OwnChange":[1.0]' in capsys.readouterr().out


@pytest.mark.parametrize("trace", ["another-app w-1", "", None, 5, ["x"]])
def test_a_trace_that_is_not_of_a_reaction_of_the_apps_changes_nothing(
    backend: "Backend", trace: Any
) -> None:
    said = {"issue": ISSUE, "selfGenerated": False, "webhookTraceValue": trace}
    assert backend.forge.event(product_event(backend, said=said)) is not None


@pytest.mark.parametrize("timestamp", ["1795443600237", 10**400, "9" * 400, "yesterday", [1], None])
def test_an_event_is_taken_whatever_its_time_is(backend: "Backend", timestamp: Any) -> None:
    webhook = identified(backend, {"issue": ISSUE, "timestamp": timestamp})
    assert read_text(to_text(webhook)) == webhook


@pytest.mark.parametrize(
    ("created", "updated", "is_new"),
    [
        ("2026-11-24T10:00:00.000+0000", "2026-11-24T10:00:00.000+0000", True),
        ("2026-11-24T10:00:00.000+0000", "2026-11-24T10:00:00.001+0000", True),
        ("2026-11-24T10:00:00.000+0000", "2026-11-24T11:00:02.000+0100", True),
        ("2026-11-24T10:00:00.000+0000", "2026-11-24T10:00:02.001+0000", False),
        ("2026-11-24T10:00:00.000+0000", "2026-11-24T10:00:00.000", False),
        ("2026-11-24T10:00:00.000+0000", None, False),
        (10**400, 10**400, True),
        (None, None, True),
    ],
)
def test_a_new_comment_is_told_from_an_edited_one(created: Any, updated: Any, *, is_new: bool) -> None:
    payload = {
        "eventType": "avi:jira:commented:issue",
        "comment": {"id": "1", "created": created, "updated": updated},
    }
    wanted = ["comment_updated", "comment_created"]
    assert webhook_event(payload, wanted) == ("comment_created" if is_new else "comment_updated")


def test_an_event_that_the_descriptor_has_no_webhook_for_asks_for_nothing(backend: "Backend") -> None:
    assert backend.forge.event(product_event(backend, "avi:jira:deleted:issue")) is None


def test_an_event_that_only_forge_has_goes_by_its_own_name(backend: "Backend") -> None:
    webhook = event_of(backend, product_event(backend, VIEWED))
    assert webhook.event == VIEWED


@pytest.mark.parametrize("body", [[], {}, {"eventType": 5}, {"eventType": "jira:issue_created"}, None])
def test_a_body_that_is_no_event_is_refused(backend: "Backend", body: Any) -> None:
    for path, take in (("events", backend.forge.event), ("lifecycle", backend.forge.lifecycle)):
        with pytest.raises(PayloadRefused):
            take(forge_request(backend, path, body))
    assert not backend.forge_store.rows


def test_a_product_event_is_no_lifecycle_event(backend: "Backend") -> None:
    with pytest.raises(PayloadRefused, match="event-mismatch"):
        backend.forge.lifecycle(lifecycle(backend, CREATED))


def test_events_bring_a_token_only_where_one_is_needed(backend: "Backend") -> None:
    now = backend.clock.now
    backend.forge.event(product_event(backend, token=system_token("a", now + HOUR)))
    writes = backend.forge_store.writes
    backend.forge.event(product_event(backend, token=system_token("b", now + HOUR + 60)))
    assert (backend.forge_store.writes, backend.token_sealer.sealed) == (writes, 1)
    backend.clock.now += HOUR / 2 + 1
    later = system_token("c", backend.clock.now + HOUR)
    backend.forge.event(product_event(backend, token=later))
    assert token_of(backend) == later


def test_two_calls_at_once_are_both_applied(backend: "Backend") -> None:
    token = system_token("t", backend.clock.now + HOUR)
    backend.forge_store.interfere = lambda: backend.forge.refresh(refresh(backend, token=token))
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    assert token_of(backend) == token
    assert row(backend).applied_at == backend.clock.now


def test_several_installations_are_kept_apart(backend: "Backend") -> None:
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    backend.forge.lifecycle(lifecycle(backend, INSTALLED, app={"installationId": OTHER_INSTALLATION}))
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    states = {name: kept.state for name, kept in backend.forge_store.rows.items()}
    assert states == {INSTALLATION: ForgeState.ENDED, OTHER_INSTALLATION: ForgeState.LIVE}


def test_without_a_forge_app_id_nothing_of_forges_is_taken(backend: "Backend") -> None:
    backend.app = replace(backend.app, forge_app_id="")
    with pytest.raises(TokenRefused, match="forge-off"):
        backend.new_forge_calls().lifecycle(lifecycle(backend, INSTALLED))


def test_a_connect_token_on_a_forge_route_is_refused(backend: "Backend") -> None:
    backend.install("s" * 40)
    request = backend.signed_by_site("/forge/events", {"eventType": CREATED}, "s" * 40)
    with pytest.raises(TokenRefused, match="scheme-not-bearer"):
        backend.forge.event(request)


def test_a_forge_token_on_a_connect_route_is_refused(backend: "Backend") -> None:
    backend.install("s" * 40)
    for take in (backend.lifecycle.installed, backend.lifecycle.enabled, backend.tenants.verify_request):
        with pytest.raises(TokenRefused, match="scheme-not-jwt"):
            take(lifecycle(backend, INSTALLED))


def test_a_forge_token_passed_for_a_connect_token_is_refused(backend: "Backend") -> None:
    request = lifecycle(backend, INSTALLED)
    token = request.headers["authorization"].partition(" ")[2]
    disguised = type(request)(
        method="POST",
        path="/webhooks/issue_created",
        query="",
        headers={"authorization": f"JWT {token}"},
        body=b"{}",
        base_url=request.base_url,
    )
    with pytest.raises(TokenRefused, match="alg-not-hs256"):
        backend.tenants.verify_request(disguised)


def test_an_installation_id_is_no_client_key_of_connects(backend: "Backend") -> None:
    payload = backend.payload("installed", sharedSecret="s" * 40, clientKey=INSTALLATION)
    with pytest.raises(PayloadRefused, match="client-key-unusable"):
        backend.lifecycle.installed(backend.signed_by_atlassian("installed", payload, iss=INSTALLATION))
    assert CLIENT_KEY not in backend.store.rows
