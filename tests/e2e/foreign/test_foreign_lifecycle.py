"""Lifecycle of a site: installed, reinstalled, disabled, uninstalled and back, in this order."""

import pytest

from tests.e2e.foreign.app import App
from tests.e2e.foreign.drafts import CANARY, Draft, Site, new_secret

UNKNOWN_FIELDS = {
    "publicKey": CANARY,
    "serverVersion": "100234",
    "cloudId": CANARY,
    "capabilitySet": {"of": [CANARY, None, 1.5]},
    "entitlementNumber": 7,
    "ü": CANARY,
}


def reinstall(app: App, site: Site, *, at: int = 0) -> tuple[Draft, str]:
    """An `installed` with a new secret, and the secret."""
    secret = new_secret()
    return app.install(site).saying(sharedSecret=secret).signed_at(at), secret


def takes(app: App, site: Site, secret: str) -> None:
    app.accepts(app.webhook(site).signed_with(secret))


def does_not_take(app: App, site: Site, secret: str) -> None:
    app.refuses(app.webhook(site).signed_with(secret), "secret-mismatch")


def is_not_installed(app: App, site: Site) -> None:
    app.refuses(app.webhook(site), "app-not-installed")


# --- installed


def test_install(app: App) -> None:
    site = Site()
    app.accepts(app.install(site))
    app.accepts(app.webhook(site))


@pytest.mark.parametrize("seconds", [-25, -2, 2, 25])
def test_clocks_may_differ(app: App, seconds: int) -> None:
    site = Site()
    app.accepts(app.install(site).signed_at(seconds))
    app.accepts(app.webhook(site).signed_at(seconds))


@pytest.mark.parametrize("seconds", [2, 25])
def test_a_token_may_have_just_run_out(app: App, seconds: int) -> None:
    site = Site()
    app.accepts(app.install(site).signed_at(-180 - seconds))
    app.accepts(app.webhook(site).signed_at(-180 - seconds))


@pytest.mark.parametrize("write", ["{}", "{}/"], ids=["plain", "trailing slash"])
@pytest.mark.parametrize("listed", [True, False], ids=["list", "text"])
def test_aud_is_one_of_ours_however_it_is_written(app: App, write: str, listed: bool) -> None:  # noqa: FBT001 - a case
    audience = write.format(app.base_url)
    app.accepts(app.install(Site()).claiming(aud=[audience] if listed else audience))


def test_the_token_may_be_in_the_query(app: App) -> None:
    app.accepts(app.install(Site()).asking(f"user_key={CANARY}+x").in_query())


def test_the_same_token_may_be_in_both_places(app: App) -> None:
    app.accepts(app.install(Site()).in_both())


def test_fields_that_nobody_knows_fail_nothing(app: App) -> None:
    site = Site()
    app.accepts(app.install(site).saying(**UNKNOWN_FIELDS))
    app.accepts(app.toggle("enabled", site).saying(**UNKNOWN_FIELDS))
    app.accepts(app.webhook(site).saying(**UNKNOWN_FIELDS))
    app.accepts(app.uninstall(site).saying(**UNKNOWN_FIELDS))


@pytest.mark.parametrize(
    "secret", ["x" * 32, "clé-" * 10, "x" * 1024], ids=["shortest", "not ASCII", "longest"]
)
def test_a_secret_may_be_any_text(app: App, secret: str) -> None:
    site = Site(secret=secret)
    app.accepts(app.install(site))
    app.accepts(app.webhook(site))


# --- installed again


def test_a_reinstall_brings_a_new_secret_and_the_old_one_has_a_grace(app: App) -> None:
    site = app.installed_site()
    app.accepts(app.webhook(site))
    again, secret = reinstall(app, site)
    app.accepts(again)
    takes(app, site, secret)
    takes(app, site, site.secret)


def test_the_same_request_twice_is_one_install(app: App) -> None:
    site = Site()
    install = app.install(site)
    app.accepts(install)
    before = app.row(site)
    app.accepts(install)
    assert app.row(site) == before


def test_a_token_counts_once_another_body_is_refused(app: App) -> None:
    site = Site()
    install = app.install(site)
    app.accepts(install)
    replay, secret = reinstall(app, site)
    app.refuses(replay.signed_by(lambda _: install.token), "token-replayed")
    does_not_take(app, site, secret)
    app.accepts(app.webhook(site))


def test_an_older_install_does_not_bring_its_secret_back(app: App) -> None:
    site = Site()
    older, secret = reinstall(app, site, at=-20)
    app.accepts(app.install(site))
    app.refuses(older, "event-outdated")
    does_not_take(app, site, secret)
    app.accepts(app.webhook(site))


def test_the_first_install_again_after_the_second_does_not_either(app: App) -> None:
    site = Site()
    first = app.install(site).signed_at(-20)
    app.accepts(first)
    second, secret = reinstall(app, site)
    app.accepts(second)
    before = app.row(site)
    app.refuses(first, "event-outdated")
    assert app.row(site) == before
    takes(app, site, secret)


# --- uninstalled


def test_after_an_uninstall_webhooks_are_refused(app: App) -> None:
    site = app.installed_site()
    app.accepts(app.uninstall(site))
    is_not_installed(app, site)


def test_uninstalled_twice_is_uninstalled(app: App) -> None:
    site = app.installed_site()
    uninstall = app.uninstall(site).signed_at(-10)
    for draft in (uninstall, uninstall, app.uninstall(site)):
        app.accepts(draft)
    is_not_installed(app, site)


def test_an_unknown_site_may_uninstall(app: App) -> None:
    site = Site()
    app.accepts(app.uninstall(site))
    assert app.row(site) is None


def test_an_install_after_the_uninstall_revives(app: App) -> None:
    site = app.installed_site()
    app.accepts(app.uninstall(site).signed_at(-10))
    again, secret = reinstall(app, site)
    app.accepts(again)
    takes(app, site, secret)
    does_not_take(app, site, site.secret)


def test_an_install_from_before_the_uninstall_does_not(app: App) -> None:
    site = app.installed_site()
    late, _ = reinstall(app, site, at=-10)
    app.accepts(app.uninstall(site))
    app.refuses(late, "event-outdated")
    is_not_installed(app, site)


def test_an_uninstall_from_before_the_install_changes_nothing(app: App) -> None:
    site = Site()
    app.accepts(app.install(site).signed_at(-10))
    app.refuses(app.uninstall(site).signed_at(-20), "event-outdated")
    app.accepts(app.webhook(site))


def test_an_uninstall_does_not_take_the_token_of_the_install(app: App) -> None:
    site = Site()
    install = app.install(site)
    app.accepts(install)
    app.refuses(app.uninstall(site).signed_by(lambda _: install.token), "qsh-mismatch")
    app.accepts(app.webhook(site))


# --- enabled, disabled


def test_a_site_enables_and_disables_the_app(app: App) -> None:
    site = app.installed_site()
    app.accepts(app.toggle("disabled", site).signed_at(-10))
    assert app.row(site)["state"] == {"S": "disabled"}
    app.accepts(app.toggle("enabled", site))
    assert app.row(site)["state"] == {"S": "enabled"}
    app.accepts(app.webhook(site))


def test_only_the_site_can(app: App) -> None:
    site = app.installed_site()
    app.refuses(app.toggle("disabled", site).signed_with_key().claiming(aud=app.base_url), "alg-not-hs256")
    app.refuses(app.toggle("disabled", site).signed_with(app.installed_site().secret), "secret-mismatch")
    app.refuses(app.toggle("disabled", site).saying(clientKey="another-site"), "client-key-mismatch")
    app.refuses(app.toggle("disabled", site).saying(eventType="enabled"), "event-mismatch", status=400)
    assert app.row(site)["state"] == {"S": "enabled"}


def test_a_toggle_never_brings_a_secret(app: App) -> None:
    site, secret = app.installed_site(), new_secret()
    app.accepts(app.toggle("enabled", site).saying(sharedSecret=secret))
    does_not_take(app, site, secret)


def test_disabled_without_a_token_is_refused_and_neither_a_warning_nor_counted_with_the_others(
    app: App,
) -> None:
    start = len(app.log.lines)
    answer = app.send(app.toggle("disabled", Site()).unsigned())
    assert (answer.status, answer.text) == (401, "")
    (metric,) = (record for record in app.log.of_one_request(start) if "_aws" in record)
    assert (metric["RequestRefusedAsExpected"], metric["reason"]) == ([1.0], "disabled-without-token")


def test_a_site_that_has_uninstalled_cannot_enable(app: App) -> None:
    site = app.installed_site()
    app.accepts(app.uninstall(site))
    app.refuses(app.toggle("enabled", site), "app-not-installed")
