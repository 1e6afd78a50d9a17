"""A pause of a site's calls, by the worker or by hand; `installed` ends it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connect_jira.errors import NotInstalled
from connect_jira.installations.installation import (
    Installation,
    Pause,
    PauseReason,
    paused,
    pointed_to,
    resumed,
)
from connect_jira.worker.site_pauses import SitePauses
from connect_jwt.identity import ClientKey
from tests.unit.jira.conftest import CLIENT_KEY
from tests.unit.jwt.invocations import INSTALLATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.jira.conftest import Backend

DAY = 24 * 3600
OLD, NEW = 40 * "o", 40 * "n"


def pauses(backend: "Backend") -> SitePauses:
    return SitePauses(backend.store, backend.tenants, clock=backend.clock)


@pytest.fixture
def a_day_later(backend: "Backend") -> "Backend":
    """An app that has one site, since a day ago."""
    backend.install(OLD)
    backend.tenants.row(CLIENT_KEY)
    backend.clock.now += DAY
    return backend


def test_a_pause_of_the_worker_counts_at_once_where_it_was_made(a_day_later: "Backend") -> None:
    assert pauses(a_day_later).pause_refused(CLIENT_KEY)
    held = a_day_later.tenants.hold(CLIENT_KEY)
    assert held is not None
    assert held.reason == "secret-refused"
    assert a_day_later.row.pause == Pause(PauseReason.REFUSED, int(a_day_later.clock.now))


def test_a_site_is_paused_once_and_by_its_first_reason(a_day_later: "Backend") -> None:
    a_day_later.store.update(CLIENT_KEY, lambda row: row and paused(row, PauseReason.BY_HAND, now=1))
    before = a_day_later.row
    assert pauses(a_day_later).pause_refused(CLIENT_KEY)
    assert a_day_later.row == before


def test_a_secret_that_came_within_the_day_is_not_the_one_that_was_refused(a_day_later: "Backend") -> None:
    a_day_later.install(NEW, age=1)
    assert not pauses(a_day_later).pause_refused(CLIENT_KEY)
    assert a_day_later.row.pause is None


def test_an_install_in_the_very_moment_of_the_pause_counts(
    a_day_later: "Backend", monkeypatch: pytest.MonkeyPatch
) -> None:
    write = a_day_later.store.write

    def installed_first(row: Installation) -> None:
        monkeypatch.undo()
        a_day_later.install(NEW)
        write(row)

    monkeypatch.setattr(a_day_later.store, "write", installed_first)
    assert not pauses(a_day_later).pause_refused(CLIENT_KEY)
    assert a_day_later.row.pause is None


def test_a_site_without_a_secret_to_refuse_is_not_paused(a_day_later: "Backend") -> None:
    assert not pauses(a_day_later).pause_refused(ClientKey("nobody"))
    assert not pauses(a_day_later).pause_refused(ClientKey(INSTALLATION))
    a_day_later.uninstall()
    assert not pauses(a_day_later).pause_refused(CLIENT_KEY)


def test_a_site_that_is_called_with_forges_token_is_not_paused(backend: "Backend") -> None:
    backend.install(OLD, installationId=INSTALLATION)
    backend.clock.now += DAY
    assert not pauses(backend).pause_refused(CLIENT_KEY)


@pytest.mark.parametrize("reason", PauseReason)
def test_what_jira_sends_with_the_next_install_or_uninstall_ends_any_pause(
    a_day_later: "Backend", reason: PauseReason
) -> None:
    endings: tuple[Callable[[], bool], ...] = (lambda: a_day_later.install(NEW), a_day_later.uninstall)
    for ending in endings:
        a_day_later.clock.now += 1
        a_day_later.store.rows[CLIENT_KEY] = replace(a_day_later.row, pause=Pause(reason, since=1))
        assert ending()
        assert a_day_later.row.pause is None


def test_a_new_forge_installation_ends_a_pause_and_a_known_one_does_not(a_day_later: "Backend") -> None:
    row = paused(a_day_later.row, PauseReason.BY_HAND, now=1)
    joined = pointed_to(row, INSTALLATION, now=2)
    assert joined.pause is None
    again = paused(joined, PauseReason.BY_HAND, now=3)
    assert pointed_to(again, INSTALLATION, now=4).pause == again.pause


def test_what_a_paused_site_sends_is_taken(a_day_later: "Backend") -> None:
    assert pauses(a_day_later).pause_refused(CLIENT_KEY)
    webhook = a_day_later.signed_by_site("/webhooks/issue_created", {}, OLD)
    assert a_day_later.tenants.verify_request(webhook).installation.pause is not None


def test_a_pause_is_ended_by_hand(a_day_later: "Backend") -> None:
    row = a_day_later.row
    assert resumed(row, now=1) is row
    assert resumed(paused(row, PauseReason.BY_HAND, now=1), now=2) == replace(row, updated_at=2)


def test_a_site_that_has_uninstalled_the_app_is_not_paused_by_hand(a_day_later: "Backend") -> None:
    a_day_later.uninstall()
    with pytest.raises(NotInstalled):
        paused(a_day_later.row, PauseReason.BY_HAND, now=1)
