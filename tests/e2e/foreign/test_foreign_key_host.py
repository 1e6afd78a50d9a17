"""Atlassian's two key hosts as they answer, and as they do not.

Each test has ids of its own, and no more of them than the app lets a process ask for.
"""

import uuid
from typing import Any

import pytest

from tests.e2e.foreign.app import App
from tests.e2e.foreign.drafts import KID, Draft, Site
from tests.emf import times_counted

NO_IDENTIFIERS: list[object] = [
    *(f"../{KID}", f"{KID}/..", f"./{KID}", "..", ".", "%2e%2e", f"/{KID}", f"{KID}/", "a//b", "a/../b"),
    *("kid?x", "kid#x", "kid\n", " ", "", "@example.com", "https://example.com/key", "a\\b", "é"),
    *("/".join("ninewords"), "k" * 256, 7, True, [KID], {"kid": KID}),
]


def new_kid() -> str:
    return f"generic-keypair/cs-migrations/installation-key-pair--{uuid.uuid4().hex[:16]}"


def install_signed_under(app: App, kid: object) -> Draft:
    return app.install(Site()).signed_with_key(kid=kid)


def test_a_key_is_fetched_once(app: App) -> None:
    kid = new_kid()
    app.jira.publish(kid)
    for _ in range(2):
        app.accepts(install_signed_under(app, kid))
    assert app.jira.keys_asked().count(f"/{kid}") == 1


@pytest.mark.parametrize("kid", [pytest.param(str(uuid.uuid4()), id="a UUID"), "a+b/.well-known/_c"])
def test_an_id_of_another_shape_is_one(app: App, kid: str) -> None:
    app.jira.publish(kid)
    app.accepts(install_signed_under(app, kid))
    assert app.jira.keys_asked().count(f"/{kid}") == 1


def test_a_kid_that_the_key_host_does_not_know_is_refused_and_not_asked_for_again_at_once(app: App) -> None:
    kid = new_kid()
    for _ in range(2):
        app.refuses(install_signed_under(app, kid), "kid-unknown")
    assert app.jira.keys_asked().count(f"/{kid}") == 1


@pytest.mark.parametrize("key", ["short", "elliptic", None], ids=["short", "elliptic", "no key at all"])
def test_what_is_no_rsa_key_of_decent_length_is_none_and_no_answer(app: App, key: str | None) -> None:
    kid = new_kid()
    app.jira.publish(kid, key)
    app.refuses(install_signed_under(app, kid), "key-host-unavailable", status=503)


@pytest.mark.parametrize("kid", NO_IDENTIFIERS, ids=repr)
def test_a_kid_that_is_no_identifier_is_refused_and_never_asked_for(app: App, kid: object) -> None:
    before = app.jira.keys_asked()
    app.refuses(install_signed_under(app, kid), "kid-unsafe")
    assert app.jira.keys_asked() == before


@pytest.mark.parametrize(("kid", "counted"), [("fake-kid", 0), (new_kid(), 1)], ids=["scanner's", "genuine"])
def test_a_key_that_no_host_has_raises_the_alarm_unless_its_id_is_a_scanners(
    app: App, kid: str, counted: int
) -> None:
    start = len(app.log.lines)
    app.refuses(install_signed_under(app, kid), "kid-unknown")
    assert times_counted("\n".join(app.log.lines[start:]), "InstallRefused") == counted


def test_no_kid_is_refused(app: App) -> None:
    app.refuses(install_signed_under(app, None), "kid-missing")


def test_the_key_host_is_never_the_tokens_choice(app: App) -> None:
    kid, url = new_kid(), f"{app.jira.key_host_urls[0]}/elsewhere"
    header = {"alg": "RS256", "kid": kid, "jku": url, "x5u": url}
    app.refuses(app.install(Site()).forged(header, key="atlassian"), "kid-unknown")
    assert "/elsewhere" not in app.jira.keys_asked()


def test_a_key_host_that_is_down_is_no_refusal_and_soon_forgotten(app: App) -> None:
    kid = new_kid()
    install = install_signed_under(app, kid)
    app.jira.publish(kid, drops=True)
    app.refuses(install, "key-host-unavailable", status=503)
    app.jira.publish(kid)
    app.accepts(install)


def test_a_key_host_that_fails_is_no_refusal_and_soon_forgotten(app: App) -> None:
    kid = new_kid()
    install = install_signed_under(app, kid)
    app.jira.publish(kid, status=503)
    app.refuses(install, "key-host-unavailable", status=503)
    app.jira.publish(kid)
    app.accepts(install)


HANGING: dict[str, dict[str, Any]] = {"says nothing": {"seconds": 9}, "drips": {"drips": True}}


@pytest.mark.parametrize("hanging", HANGING.values(), ids=HANGING)
def test_a_key_host_that_hangs_is_not_waited_for(app: App, hanging: dict[str, Any]) -> None:
    kid = new_kid()
    app.jira.publish(kid, **hanging)
    app.jira.publish(kid, host="second", **hanging)
    answer = app.refuses(install_signed_under(app, kid), "key-host-unavailable", status=503)
    assert answer.seconds < 4


FAILING: dict[str, dict[str, Any]] = {
    "404": {"status": 404},
    "500": {"status": 500},
    "moved": {"status": 302, "location": "/elsewhere"},
    "no connection": {"drops": True},
    **HANGING,
}


@pytest.mark.parametrize("failing", FAILING.values(), ids=FAILING)
def test_what_the_first_key_host_does_not_tell_the_second_is_asked(app: App, failing: dict[str, Any]) -> None:
    kid = new_kid()
    app.jira.publish(kid, **failing)
    app.jira.publish(kid, host="second")
    install = install_signed_under(app, kid)
    app.accepts(install)
    (line,) = (record for record in app.log.records() if record.get("clientKey") == install.site.client_key)
    assert f"http://{line['keyHost']}" == app.jira.key_host_urls[1]
    assert "/elsewhere" not in app.jira.keys_asked()


def test_the_first_key_host_is_enough(app: App) -> None:
    kid = new_kid()
    app.jira.publish(kid)
    app.accepts(install_signed_under(app, kid))
    assert f"/{kid}" not in app.jira.keys_asked("second")


@pytest.mark.parametrize("failing", ["500", "says nothing"])
@pytest.mark.parametrize("host", ["first", "second"])
def test_only_when_no_key_host_has_the_key_there_is_none(app: App, host: str, failing: str) -> None:
    kid = new_kid()
    app.jira.publish(kid, host=host, **FAILING[failing])
    app.refuses(install_signed_under(app, kid), "key-host-unavailable", status=503)


def test_what_is_known_is_verified_without_the_key_host(app: App) -> None:
    kid = new_kid()
    app.jira.publish(kid)
    app.accepts(install_signed_under(app, kid))
    app.jira.publish(kid, drops=True)
    app.accepts(install_signed_under(app, kid))
