"""A token that is wrong is refused on every route, whoever signs there, and nothing comes of the request.

Routes that share their verification share the cases between them.
"""

import pytest

from tests.e2e.foreign.app import App
from tests.e2e.foreign.drafts import Draft, Site, new_secret
from tests.e2e.foreign.refusals import BOUND_ELSEWHERE, ON_EVERY_ROUTE, OUT_OF_TIME, UNPROVED, Refusal

WHERE_A_SITE_SWITCHES = {**UNPROVED, "context-qsh": BOUND_ELSEWHERE["context-qsh"]}


def is_refused(app: App, site: Site, draft: Draft, refusal: Refusal, **called: str) -> None:
    """Refused, for the reason by which it is `called` here, and the row is as it was."""
    before = app.row(site)
    app.refuses(refusal.spoil(draft), called.get(refusal.reason, refusal.reason))
    assert app.row(site) == before


def is_refused_where_atlassian_signs(app: App, site: Site, draft: Draft, refusal: Refusal) -> None:
    mismatch = "signature-mismatch"
    is_refused(
        app, site, draft, refusal, not_signed=mismatch, no_signature=mismatch, wrong_alg="alg-not-rs256"
    )


def is_refused_where_the_site_signs(app: App, site: Site, draft: Draft, refusal: Refusal) -> None:
    is_refused(
        app,
        site,
        draft,
        refusal,
        not_signed="secret-mismatch",
        no_signature="signature-missing",
        wrong_alg="alg-not-hs256",
    )


@pytest.mark.parametrize("refusal", ON_EVERY_ROUTE.values(), ids=ON_EVERY_ROUTE)
def test_installed(app: App, refusal: Refusal) -> None:
    site = app.installed_site()
    reinstall = app.install(site).saying(sharedSecret=new_secret())
    is_refused_where_atlassian_signs(app, site, reinstall, refusal)
    app.accepts(app.webhook(site))


@pytest.mark.parametrize("refusal", BOUND_ELSEWHERE.values(), ids=BOUND_ELSEWHERE)
def test_uninstalled(app: App, refusal: Refusal) -> None:
    site = app.installed_site()
    is_refused_where_atlassian_signs(app, site, app.uninstall(site), refusal)


@pytest.mark.parametrize("refusal", ON_EVERY_ROUTE.values(), ids=ON_EVERY_ROUTE)
def test_webhook(app: App, refusal: Refusal) -> None:
    site = app.installed_site()
    is_refused_where_the_site_signs(app, site, app.webhook(site), refusal)


@pytest.mark.parametrize("refusal", WHERE_A_SITE_SWITCHES.values(), ids=WHERE_A_SITE_SWITCHES)
def test_enabled(app: App, refusal: Refusal) -> None:
    site = app.installed_site()
    is_refused_where_the_site_signs(app, site, app.toggle("enabled", site), refusal)


@pytest.mark.parametrize("refusal", OUT_OF_TIME.values(), ids=OUT_OF_TIME)
def test_disabled(app: App, refusal: Refusal) -> None:
    site = app.installed_site()
    is_refused_where_the_site_signs(app, site, app.toggle("disabled", site), refusal)
