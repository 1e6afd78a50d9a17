"""Cache of installations, and its fresh reads."""

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connect_jira.auth.tenants import REMEMBERED_SECONDS
from connect_jira.errors import NotInstalled, SecretDoesNotOpen
from connect_jira.installations.installation import InstallationState, Pause, PauseReason
from connect_jwt.errors import ConnectError, TokenRefused
from connect_jwt.identity import ClientKey
from tests.unit.jwt.invocations import INSTALLATION

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

PATH = "/webhooks/issue_created"
OLD, NEW, FORGED = ("o" * 40, "n" * 40, "f" * 40)


@pytest.fixture
def installed(backend: "Backend") -> "Backend":
    backend.install(OLD, age=20)
    backend.store.reads = 0
    backend.sealer.opened.clear()
    return backend


def test_the_first_request_of_a_site_reads_once_and_the_next_ones_not_at_all(installed: "Backend") -> None:
    for _ in range(5):
        installed.tenants.verify_request(installed.signed_by_site(PATH, {}, OLD))
        installed.clock.now += 5
    assert installed.store.reads == 1


def test_an_installation_is_read_again_after_minutes(installed: "Backend") -> None:
    installed.tenants.verify_request(installed.signed_by_site(PATH, {}, OLD))
    installed.clock.now += REMEMBERED_SECONDS + 1
    installed.tenants.verify_request(installed.signed_by_site(PATH, {}, OLD))
    assert installed.store.reads == 2


def test_a_secret_that_was_rotated_elsewhere_is_found_by_reading_again(installed: "Backend") -> None:
    installed.tenants.verify_request(installed.signed_by_site(PATH, {}, OLD))
    installed.install(NEW)  # in the same second
    proved = installed.tenants.verify_request(installed.signed_by_site(PATH, {}, NEW))
    assert proved.installation is installed.store.rows[proved.token.client_key]


def test_forged_tokens_soon_cost_one_read_a_second_for_each_site(installed: "Backend") -> None:
    outcomes = Counter[str]()
    for _ in range(300):
        installed.clock.now += 0.1
        outcomes[outcome(installed)] += 1
    assert 30 <= installed.store.reads <= 51
    assert outcomes.keys() == {"secret-mismatch", "secret-mismatch-limited"}
    assert outcomes["secret-mismatch"] == installed.store.reads - 1
    assert len(set(installed.sealer.opened)) == 1


def test_under_a_flood_of_forged_tokens_a_rotated_secret_is_found_in_two_seconds_and_never_refused_for_good(
    installed: "Backend",
) -> None:
    outcomes = []
    for tenth in range(320):
        installed.clock.now += 0.1
        if tenth == 300:
            installed.install(NEW)
        if tenth >= 300:
            outcomes.append(outcome(installed, NEW))
        outcome(installed)
    assert outcomes[0] == "secret-mismatch-limited"
    assert set(outcomes) == {"secret-mismatch-limited", "taken"}
    assert outcomes[-1] == "taken"


def test_the_previous_secret_is_opened_only_when_the_current_one_does_not_fit(installed: "Backend") -> None:
    installed.install(NEW, age=10)
    installed.tenants.verify_request(installed.signed_by_site(PATH, {}, NEW))
    assert {sealed.decode().partition("|")[2] for sealed in installed.sealer.opened} == {NEW}


def test_an_unknown_site_is_refused_and_not_remembered_as_unknown(backend: "Backend") -> None:
    with pytest.raises(TokenRefused, match="app-not-installed"):
        backend.tenants.verify_request(backend.signed_by_site(PATH, {}, OLD))
    backend.install(OLD)
    proved = backend.tenants.verify_request(backend.signed_by_site(PATH, {}, OLD))
    assert proved.token.client_key == backend.row.site.client_key


def test_an_uninstalled_site_is_forgotten(installed: "Backend") -> None:
    installed.credentials.credentials(installed.row.site.client_key)
    installed.uninstall()
    with pytest.raises(NotInstalled):
        installed.credentials.fresh_credentials(installed.row.site.client_key)
    with pytest.raises(NotInstalled):
        installed.credentials.credentials(installed.row.site.client_key)


@pytest.mark.parametrize("issuer", ["x" * 129, "ü", " ", "a b"])
def test_an_issuer_that_can_be_no_client_key_is_never_looked_up(installed: "Backend", issuer: str) -> None:
    with pytest.raises(TokenRefused, match="app-not-installed"):
        installed.tenants.verify_request(installed.signed_by_site(PATH, {}, OLD, iss=issuer))
    assert installed.store.reads == 0


def test_our_own_app_key_as_issuer_is_refused_and_never_looked_up(installed: "Backend") -> None:
    token = installed.signed_by_site(PATH, {}, OLD, iss=installed.app.app_key)
    with pytest.raises(TokenRefused, match="iss-is-app-key"):
        installed.tenants.verify_request(token)
    assert installed.store.reads == 0


def test_a_row_that_was_copied_to_another_site_does_not_open(installed: "Backend") -> None:
    other = ClientKey("another-site")
    copied = replace(installed.row, site=replace(installed.row.site, client_key=other))
    installed.store.rows[other] = copied
    with pytest.raises(SecretDoesNotOpen):
        installed.credentials.credentials(other)


def test_the_signing_identity_is_the_app_on_the_site_with_the_current_secret(installed: "Backend") -> None:
    installed.install(NEW, age=10)
    identity = installed.tenants.signing_identity(installed.row.site.client_key)
    assert identity.app_key == installed.app.app_key
    assert identity.base_url == "https://site.atlassian.net"
    assert identity.shared_secret.reveal() == NEW
    assert NEW not in repr(identity)


def test_a_page_that_calls_with_a_context_token_is_known_by_its_site_and_user(installed: "Backend") -> None:
    request = installed.signed_by_site("/api/health", {}, OLD, qsh="context-qsh", sub="user-1")
    token = installed.tenants.verify_context_request(request).token
    assert (token.client_key, token.account_id) == (installed.row.site.client_key, "user-1")


def test_a_context_token_of_a_secret_that_was_rotated_elsewhere_is_found_by_reading_again(
    installed: "Backend",
) -> None:
    installed.tenants.verify_context_request(
        installed.signed_by_site("/api/health", {}, OLD, qsh="context-qsh")
    )
    installed.install(NEW)
    installed.tenants.verify_context_request(
        installed.signed_by_site("/api/health", {}, NEW, qsh="context-qsh")
    )


def test_a_context_token_in_the_url_is_not_taken(installed: "Backend") -> None:
    request = installed.signed_by_site("/api/health", {}, OLD, qsh="context-qsh")
    token = request.headers["authorization"].partition(" ")[2]
    with pytest.raises(TokenRefused, match="token-missing"):
        installed.tenants.verify_context_request(replace(request, headers={}, query=f"jwt={token}"))


def outcome(backend: "Backend", secret: str = FORGED) -> str:
    """Return the outcome of a webhook."""
    try:
        backend.tenants.verify_request(backend.signed_by_site(PATH, {}, secret))
    except ConnectError as error:
        return error.reason
    return "taken"


def test_forged_tokens_of_an_unknown_site_cost_one_read_in_two_seconds(backend: "Backend") -> None:
    outcomes = Counter[str]()
    for _ in range(500):  # in ten seconds
        outcomes[outcome(backend)] += 1
        backend.clock.now += 0.02
    assert outcomes.keys() == {"app-not-installed", "site-unknown-limited"}
    assert backend.store.reads == outcomes["app-not-installed"]
    assert 4 <= backend.store.reads <= 6


def test_a_site_that_was_installed_a_moment_after_it_was_not_found_is_never_refused_for_good(
    backend: "Backend",
) -> None:
    backend.tenants = backend.new_tenants()  # of another process than the lifecycle's
    assert outcome(backend) == "app-not-installed"
    backend.install(OLD)
    outcomes = []
    for _ in range(5):
        outcomes.append(outcome(backend, OLD))
        backend.clock.now += 0.6
    assert outcomes == ["site-unknown-limited"] * 4 + ["taken"]


def test_what_a_process_has_installed_itself_it_knows_at_once(backend: "Backend") -> None:
    assert outcome(backend) == "app-not-installed"
    backend.install(OLD)
    assert outcome(backend, OLD) == "taken"


def test_a_site_that_had_no_secret_minutes_ago_is_looked_for_again(backend: "Backend") -> None:
    backend.install(OLD, age=20, installationId=INSTALLATION)
    backend.uninstall(age=10)
    with pytest.raises(NotInstalled):
        backend.credentials.credentials(backend.row.site.client_key, "GET /x")  # which remembers the row
    backend.install(NEW)
    assert outcome(backend, NEW) == "taken"


def test_a_site_that_is_disabled_or_paused_is_told_from_all_others(installed: "Backend") -> None:
    tenants = installed.tenants
    client_key = installed.row.site.client_key
    assert tenants.hold(client_key) is None
    paused = replace(installed.row, pause=Pause(PauseReason.BY_HAND, since=1))
    for row, reason in (
        (paused, "paused-by-hand"),
        (replace(paused, state=InstallationState.DISABLED), "site-disabled"),
    ):
        installed.store.rows[client_key] = row
        installed.clock.now += REMEMBERED_SECONDS + 1
        held = tenants.hold(client_key)
        assert held is not None
        assert held.reason == reason
    for other in ("unknown", "ari:cloud:ecosystem::installation/1"):
        assert tenants.hold(ClientKey(other)) is None
