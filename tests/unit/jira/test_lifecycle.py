"""Changes of an installation by lifecycle requests, and those that they cannot make."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.errors import (
    DisabledWithoutToken,
    EventOutdated,
    InstalledElsewhere,
    NotInstalled,
    PayloadRefused,
    TemporarilyUnavailable,
)
from connect_jira.installations.installation import (
    PREVIOUS_SECRET_SECONDS,
    UNINSTALLED_ROW_SECONDS,
    InstallationState,
)
from connect_jira.jira.credentials import ConnectCredentials
from connect_jwt.errors import ConnectError, TokenRefused
from tests.unit.jwt.invocations import INSTALLATION
from tests.unit.jwt.key_host import KeyHost, keys_of

if TYPE_CHECKING:
    from connect_jira.lifecycle.connect import Lifecycle
    from tests.unit.jira.conftest import Backend

OLD, NEW, NEWER = ("o" * 40, "n" * 40, "m" * 40)


def secret_of(backend: "Backend") -> str:
    credentials = backend.credentials.fresh_credentials(backend.row.site.client_key)
    assert isinstance(credentials, ConnectCredentials)
    return credentials.identity.shared_secret.reveal()


def test_install_seals_the_secret_and_keeps_what_is_said_of_the_site(backend: "Backend") -> None:
    assert backend.install(OLD, displayUrl="https://jira.example.com", oauthClientId="oauth-1")
    assert backend.row.state is InstallationState.ENABLED
    assert backend.row.site.base_url == "https://site.atlassian.net"
    assert backend.row.site.display_url == "https://jira.example.com"
    assert backend.row.site.oauth_client_id == "oauth-1"
    assert OLD not in repr(backend.row)
    assert secret_of(backend) == OLD


def test_reinstall_replaces_the_secret_at_once_and_keeps_the_one_before_for_its_grace(
    backend: "Backend",
) -> None:
    backend.install(OLD, age=10)
    backend.install(NEW)
    assert secret_of(backend) == NEW
    webhook = backend.signed_by_site("/webhooks/issue_created", {}, OLD)
    assert backend.new_tenants().verify_request(webhook).token.client_key == backend.row.site.client_key
    backend.clock.now += PREVIOUS_SECRET_SECONDS + 1
    late = backend.signed_by_site("/webhooks/issue_created", {}, OLD)
    with pytest.raises(TokenRefused, match="secret-mismatch"):
        backend.new_tenants().verify_request(late)


def test_installing_again_with_the_same_secret_does_not_end_the_grace_of_the_one_before(
    backend: "Backend",
) -> None:
    for secret, age in ((OLD, 20), (NEW, 10), (NEW, 5)):
        backend.install(secret, age=age)
    webhook = backend.signed_by_site("/webhooks/issue_created", {}, OLD)
    assert backend.new_tenants().verify_request(webhook).token.client_key == backend.row.site.client_key


def test_an_install_that_was_overtaken_changes_nothing(backend: "Backend") -> None:
    backend.install(NEW)
    before = backend.row
    with pytest.raises(EventOutdated, match="event-outdated"):
        backend.install(OLD, age=60)
    assert backend.row == before


def test_an_install_token_is_used_once_and_with_one_body(backend: "Backend") -> None:
    backend.install(OLD)
    with pytest.raises(EventOutdated, match="token-replayed"):
        backend.install(NEW)  # in the same second the token is the same, to the letter
    assert secret_of(backend) == OLD


def test_the_same_install_request_again_is_taken_and_changes_nothing(backend: "Backend") -> None:
    assert backend.install(OLD)
    before, sealed = backend.row, backend.sealer.sealed
    assert not backend.install(OLD)
    assert (backend.row, backend.sealer.sealed) == (before, sealed)


def test_tokens_of_one_second_are_all_remembered(backend: "Backend") -> None:
    backend.install(OLD)
    backend.uninstall()
    with pytest.raises(EventOutdated, match="token-replayed"):
        backend.install(NEW)
    assert backend.row.state is InstallationState.UNINSTALLED


def test_an_install_costs_one_read_one_encryption_and_one_write(backend: "Backend") -> None:
    backend.install(OLD)
    assert (backend.store.reads, backend.sealer.sealed, backend.store.writes) == (1, 1, 1)
    assert backend.sealer.opened == []


def test_uninstall_empties_the_row_and_gives_it_an_end(backend: "Backend") -> None:
    backend.install(OLD, age=20, oauthClientId="oauth-1")
    backend.install(NEW, age=10)
    assert backend.uninstall()
    assert backend.row.state is InstallationState.UNINSTALLED
    assert backend.row.sealed_secret is None
    assert backend.row.previous_secrets == ()
    assert backend.row.site.oauth_client_id is None
    assert backend.row.expires_at == backend.clock.now + UNINSTALLED_ROW_SECONDS
    webhook = backend.signed_by_site("/webhooks/issue_created", {}, NEW)
    with pytest.raises(TokenRefused, match="app-not-installed"):
        backend.new_tenants().verify_request(webhook)


def test_a_later_install_revives_an_uninstalled_site(backend: "Backend") -> None:
    backend.install(OLD, age=20)
    backend.uninstall(age=10)
    assert backend.install(NEW)
    assert backend.row.state is InstallationState.ENABLED
    assert backend.row.expires_at is None
    assert secret_of(backend) == NEW


def test_an_uninstall_from_before_the_last_install_changes_nothing(backend: "Backend") -> None:
    backend.install(NEW)
    with pytest.raises(EventOutdated):
        backend.uninstall(age=60)
    assert backend.row.state is InstallationState.ENABLED


def test_uninstalling_what_is_not_there_is_no_error(backend: "Backend") -> None:
    assert not backend.uninstall()
    assert backend.store.rows == {}


@pytest.mark.parametrize("event", ["enabled", "disabled"])
def test_enabled_and_disabled_change_the_state(backend: "Backend", event: str) -> None:
    backend.install(OLD, age=10)
    request = backend.signed_by_site(f"/lifecycle/{event}", backend.payload(event), OLD)
    assert getattr(backend.lifecycle, event)(request).changed
    assert backend.row.state == event


def test_disabled_after_uninstalled_does_not_bring_the_site_back(backend: "Backend") -> None:
    backend.install(OLD, age=10)
    disabled = backend.signed_by_site("/lifecycle/disabled", backend.payload("disabled"), OLD)
    backend.store.interfere = backend.uninstall  # between the read and the write of `disabled`
    with pytest.raises(NotInstalled):
        backend.lifecycle.disabled(disabled)
    assert backend.row.state is InstallationState.UNINSTALLED


def test_an_uninstall_is_not_lost_to_a_disabled_that_was_signed_after_it(backend: "Backend") -> None:
    backend.install(OLD, age=10)
    disabled = backend.signed_by_site("/lifecycle/disabled", backend.payload("disabled"), OLD)
    backend.lifecycle.disabled(disabled)
    assert backend.uninstall(age=1)
    assert backend.row.state is InstallationState.UNINSTALLED


def test_a_disabled_from_before_the_last_enabled_changes_nothing(backend: "Backend") -> None:
    backend.install(OLD, age=20)
    backend.lifecycle.enabled(
        backend.signed_by_site("/lifecycle/enabled", backend.payload("enabled"), OLD, age=5)
    )
    late = backend.signed_by_site("/lifecycle/disabled", backend.payload("disabled"), OLD, age=10)
    with pytest.raises(EventOutdated):
        backend.lifecycle.disabled(late)
    assert backend.row.state is InstallationState.ENABLED


def test_a_row_that_others_write_meanwhile_is_read_again(backend: "Backend") -> None:
    backend.install(OLD, age=20)
    backend.store.interfere = lambda: backend.install(NEW, age=10)
    assert backend.install(NEWER)
    assert secret_of(backend) == NEWER
    assert len(backend.row.previous_secrets) == 2


def test_the_newer_of_two_installs_wins_in_whichever_order_they_are_written(backend: "Backend") -> None:
    backend.install(OLD, age=20)
    backend.store.interfere = lambda: backend.install(NEWER)
    with pytest.raises(EventOutdated):
        backend.install(NEW, age=10)
    assert secret_of(backend) == NEWER


def test_a_row_that_never_holds_still_is_for_jira_to_send_again(backend: "Backend") -> None:
    backend.install(OLD, age=20)

    def bump() -> None:
        backend.store.rows[backend.row.site.client_key] = replace(
            backend.row, revision=backend.row.revision + 1
        )
        backend.store.interfere = bump

    backend.store.interfere = bump
    with pytest.raises(TemporarilyUnavailable):
        backend.install(NEW)


SECRET_ONLY = {"sharedSecret": OLD}

CONTRADICTIONS: dict[str, tuple[dict[str, Any], type[ConnectError], str]] = {
    "another site's token": ({"clientKey": "someone-else"}, TokenRefused, "client-key-mismatch"),
    "no clientKey": ({"clientKey": None}, TokenRefused, "client-key-mismatch"),
    "another app": ({"key": "com.example.other"}, PayloadRefused, "app-key-mismatch"),
    "another event": ({"eventType": "enabled"}, PayloadRefused, "event-mismatch"),
    "no event": ({"eventType": None}, PayloadRefused, "event-mismatch"),
    "no secret": ({"sharedSecret": None}, PayloadRefused, "secret-unusable"),
    "short secret": ({"sharedSecret": "s" * 31}, PayloadRefused, "secret-unusable"),
    "endless secret": ({"sharedSecret": "s" * 1025}, PayloadRefused, "secret-unusable"),
    "unencodable secret": ({"sharedSecret": "\ud800" * 40}, PayloadRefused, "secret-unusable"),
    "number for a secret": ({"sharedSecret": 10**40}, PayloadRefused, "secret-unusable"),
    "no baseUrl": ({"baseUrl": None}, PayloadRefused, "base-url-refused"),
    "foreign baseUrl": ({"baseUrl": "https://evil.example.com"}, PayloadRefused, "base-url-refused"),
}


@pytest.mark.parametrize(("changed", "error", "reason"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_body_that_contradicts_its_token_or_route_changes_nothing(
    backend: "Backend", changed: dict[str, Any], error: type[ConnectError], reason: str
) -> None:
    payload = backend.payload("installed", **(SECRET_ONLY | changed))
    with pytest.raises(error, match=reason) as refusal:
        backend.lifecycle.installed(backend.signed_by_atlassian("installed", payload))
    assert OLD not in str(refusal.value)
    assert backend.store.rows == {}


@pytest.mark.parametrize(
    ("body", "reason"), [(b"{not json", "body-not-json"), (b"[1]", "body-not-object"), (b"", "body-not-json")]
)
def test_a_body_that_is_no_json_object_is_refused(backend: "Backend", body: bytes, reason: str) -> None:
    request = backend.signed_by_atlassian("installed", backend.payload("installed", **SECRET_ONLY))
    with pytest.raises(PayloadRefused, match=reason):
        backend.lifecycle.installed(replace(request, body=body))


@pytest.mark.parametrize("client_key", ["with space", "ü", "x" * 129])
def test_a_client_key_that_cannot_be_a_message_group_is_refused(backend: "Backend", client_key: str) -> None:
    payload = backend.payload("installed", clientKey=client_key, **SECRET_ONLY)
    request = backend.signed_by_atlassian("installed", payload, iss=client_key)
    with pytest.raises(PayloadRefused, match="client-key-unusable"):
        backend.lifecycle.installed(request)


SITE_SIGNED: dict[str, Callable[["Backend"], Any]] = {
    "installed": lambda backend: backend.lifecycle.installed(
        backend.signed_by_site("/lifecycle/installed", backend.payload("installed", **SECRET_ONLY), OLD)
    ),
    "uninstalled": lambda backend: backend.lifecycle.uninstalled(
        backend.signed_by_site("/lifecycle/uninstalled", backend.payload("uninstalled"), OLD)
    ),
}


@pytest.mark.parametrize("send", SITE_SIGNED.values(), ids=SITE_SIGNED)
def test_a_site_cannot_install_or_uninstall_with_its_own_secret(
    backend: "Backend", send: Callable[["Backend"], Any]
) -> None:
    backend.install(OLD, age=10)
    before = backend.row
    with pytest.raises(TokenRefused, match="alg-not-rs256"):
        send(backend)
    assert backend.row == before


@pytest.mark.parametrize(("changed", "error", "reason"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_no_key_is_fetched_for_a_body_that_contradicts_its_token_or_route(
    backend: "Backend", changed: dict[str, Any], error: type[ConnectError], reason: str
) -> None:
    key_host = KeyHost()
    backend.lifecycle._keys = keys_of(key_host)  # noqa: SLF001 - where the double was
    payload = backend.payload("installed", **(SECRET_ONLY | changed))
    with pytest.raises(error, match=reason):
        backend.lifecycle.installed(backend.signed_by_atlassian("installed", payload))
    assert key_host.asked == []


@pytest.mark.parametrize("kid", ["good-kid", "never-seen"])
def test_an_install_into_confluence_is_refused_with_a_reason_of_its_own(backend: "Backend", kid: str) -> None:
    key_host = KeyHost()
    if kid == "never-seen":
        backend.lifecycle._keys = keys_of(key_host)  # noqa: SLF001 - where the double was
    changed = {"productType": "confluence", "baseUrl": "https://site.atlassian.net/wiki"}
    payload = backend.payload("installed", **SECRET_ONLY, **changed)
    with pytest.raises(InstalledElsewhere, match="product-not-served: installed into Confluence"):
        backend.lifecycle.installed(backend.signed_by_atlassian("installed", payload))
    assert (backend.store.rows, key_host.asked) == ({}, [])


@pytest.mark.parametrize("changed", [{"productType": None}, {"productType": "jira-of-tomorrow"}])
def test_a_product_that_nobody_knows_fails_nothing(backend: "Backend", changed: dict[str, Any]) -> None:
    assert backend.install(OLD, **changed)


def test_disabled_without_a_token_is_told_from_every_other_refusal(backend: "Backend") -> None:
    signed = backend.signed_by_site("/lifecycle/disabled", backend.payload("disabled"), OLD)
    with pytest.raises(DisabledWithoutToken, match="disabled-without-token"):
        backend.lifecycle.disabled(replace(signed, headers={}))
    for authorization in ("Bearer x", "JWT x"):
        with pytest.raises(TokenRefused) as refused:
            backend.lifecycle.disabled(replace(signed, headers={"authorization": authorization}))
        assert not isinstance(refused.value, DisabledWithoutToken)
    for event in ("enabled", "installed", "uninstalled"):
        request = replace(signed, headers={}, path=f"/lifecycle/{event}")
        with pytest.raises(TokenRefused, match="token-missing"):
            getattr(backend.lifecycle, event)(request)


def test_an_install_that_does_not_name_its_forge_installation_keeps_the_known_one(backend: "Backend") -> None:
    backend.install(OLD, age=10, installationId=INSTALLATION)
    backend.install(NEW, baseUrl="https://renamed.atlassian.net")
    assert backend.row.site.installation_id == INSTALLATION
    assert backend.row.site.base_url == "https://renamed.atlassian.net"


def test_enabled_in_the_second_of_installed_is_taken(backend: "Backend") -> None:
    backend.install(OLD)
    request = backend.signed_by_site("/lifecycle/enabled", backend.payload("enabled"), OLD)
    assert backend.lifecycle.enabled(request).changed
    assert backend.row.state is InstallationState.ENABLED


def test_an_uninstall_token_is_used_once(backend: "Backend") -> None:
    backend.install(OLD)
    request = backend.signed_by_atlassian("uninstalled", backend.payload("uninstalled"))
    assert backend.lifecycle.uninstalled(request).changed
    again = backend.payload("installed", sharedSecret=NEW)
    backend.lifecycle.installed(backend.signed_by_atlassian("installed", again, sub="another-token"))
    assert not backend.lifecycle.uninstalled(request).changed
    assert backend.row.state is InstallationState.ENABLED


def test_tokens_of_seconds_gone_by_are_forgotten(backend: "Backend") -> None:
    for _ in range(20):
        backend.install(OLD)
        backend.clock.now += 1
    assert len(backend.row.tokens_used) == 1


def test_a_secret_of_32_bytes_is_long_enough(backend: "Backend") -> None:
    assert backend.install("s" * 32)


def test_a_site_that_goes_between_proof_and_change_is_not_brought_back(backend: "Backend") -> None:
    backend.install(OLD, age=10)
    enabled = backend.signed_by_site("/lifecycle/enabled", backend.payload("enabled"), OLD)
    backend.tenants.verify_request(enabled)  # from now on the site is remembered
    backend.store.rows.clear()
    with pytest.raises(NotInstalled):
        backend.lifecycle.enabled(enabled)
    assert backend.store.rows == {}


OLD_URL = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
OWN = "https://app.example.com"


def moving(backend: "Backend") -> "Lifecycle":
    """The lifecycle of an app whose sites are moving from another address to its own."""
    backend.app = replace(backend.app, further_base_urls=(OLD_URL, f"{OLD_URL}/staging"))
    return backend.new_lifecycle()


@pytest.mark.parametrize(
    "audience",
    [OWN, OLD_URL, f"{OLD_URL}/", f"{OLD_URL}/staging", [OLD_URL], [OWN, OLD_URL]],
    ids=str,
)
def test_while_sites_move_an_install_may_be_meant_for_the_old_address_or_the_new(
    backend: "Backend", audience: object
) -> None:
    payload = backend.payload("installed", sharedSecret=NEW)
    request = backend.signed_by_atlassian("installed", payload, aud=audience)
    assert moving(backend).installed(request).changed


@pytest.mark.parametrize(
    "audience",
    [
        "https://f6g7h8i9j0.execute-api.eu-west-1.amazonaws.com",
        "https://execute-api.eu-west-1.amazonaws.com",
        f"{OLD_URL}.evil.example",
        f"https://evil.example/{OLD_URL}",
        f"{OLD_URL}@evil.example",
        f"{OLD_URL}:8443",
        f"{OLD_URL}/prod",
        f"{OLD_URL}/staging/x",
        f"{OLD_URL}/stagin",
        OLD_URL.upper(),
        f"{OLD_URL},{OWN}",
        [OWN, OLD_URL, "https://evil.example"],
        ["https://evil.example", OLD_URL],
        [OLD_URL, f"{OLD_URL}/prod"],
        [[OLD_URL]],
    ],
    ids=str,
)
def test_an_address_that_only_looks_like_one_of_the_apps_is_refused(
    backend: "Backend", audience: object
) -> None:
    payload = backend.payload("installed", sharedSecret=NEW)
    request = backend.signed_by_atlassian("installed", payload, aud=audience)
    with pytest.raises(TokenRefused, match="aud-mismatch"):
        moving(backend).installed(request)
    assert not backend.store.rows


def test_an_old_address_counts_no_more_once_it_is_taken_out(backend: "Backend") -> None:
    payload = backend.payload("installed", sharedSecret=NEW)
    request = backend.signed_by_atlassian("installed", payload, aud=OLD_URL)
    with pytest.raises(TokenRefused, match="aud-mismatch"):
        backend.new_lifecycle().installed(request)
