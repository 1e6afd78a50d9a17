"""Refused installs that count for the alarm: those that may be genuine, and no scanner's."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connect_jira.errors import TemporarilyUnavailable
from connect_jira.lifecycle.connect import Lifecycle
from connect_jira.lifecycle.refused_installs import KEYS_AT_ONCE, KEYS_PER_SECOND
from connect_jira.web.request import GatewayRequest
from connect_jwt.errors import ConnectError
from tests.emf import times_counted
from tests.unit.jira.conftest import BASE_URL
from tests.unit.jira.forge import INSTALLED, forge_request, lifecycle, page_call
from tests.unit.jwt.handmade import stranger_key
from tests.unit.jwt.key_host import KeyHost, answer, keys_of

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

DESCRIPTOR = f"{BASE_URL}/atlassian-connect.json"
SECRET = "s" * 40
KID = "generic-keypair/cs-migrations/installation-key-pair--0123456789abcdef"


@pytest.fixture
def backend(backend: "Backend") -> "Backend":
    backend.keys.kid = KID
    return backend


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[[Callable[[], object]], tuple[str, float]]:
    """Return the reason of a refusal, and how often it was counted."""

    def reason(send: Callable[[], object]) -> tuple[str, float]:
        with pytest.raises(ConnectError) as refusal:
            send()
        return refusal.value.reason, times_counted(capsys.readouterr().out, "InstallRefused")

    return reason


type Refused = Callable[[Callable[[], object]], tuple[str, float]]


def install(backend: "Backend", *, body: dict[str, Any] | None = None, **claims: Any) -> GatewayRequest:
    payload = backend.payload("installed", **({"sharedSecret": SECRET} | (body or {})))
    return backend.signed_by_atlassian("installed", payload, **claims)


def with_keys(backend: "Backend", key_host: KeyHost) -> Lifecycle:
    """The lifecycle's requests, with no key at hand."""
    signer = backend.keys
    backend.keys = keys_of(key_host)  # type: ignore[assignment]
    installs = backend.new_lifecycle()
    backend.keys = signer
    return installs


def pem_of(backend: "Backend") -> bytes:
    public = backend.keys.key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


GENUINE: dict[str, tuple[dict[str, Any], str]] = {
    "another address": ({"aud": ["https://former.example.com"]}, "aud-mismatch"),
    "a hash of another path": ({"qsh": "0" * 64}, "qsh-mismatch"),
    "late": ({"age": 600}, "expired"),
    "a site at an unknown address": ({"body": {"baseUrl": "https://site.example.com"}}, "base-url-refused"),
    "a secret of another form": ({"body": {"sharedSecret": "short"}}, "secret-unusable"),
}


@pytest.mark.parametrize(("how", "reason"), GENUINE.values(), ids=GENUINE)
def test_what_atlassian_has_signed_counts_whatever_it_is_refused_for(
    backend: "Backend", refused: Refused, how: dict[str, Any], reason: str
) -> None:
    assert refused(lambda: backend.lifecycle.installed(install(backend, **how))) == (reason, 1)


@pytest.mark.parametrize(("how", "reason"), GENUINE.values(), ids=GENUINE)
def test_a_key_is_fetched_to_learn_whether_atlassian_has_signed_it(
    backend: "Backend", refused: Refused, how: dict[str, Any], reason: str
) -> None:
    key_host = KeyHost(answer(pem_of(backend)))
    installs = with_keys(backend, key_host)
    assert refused(lambda: installs.installed(install(backend, **how))) == (reason, 1)
    assert len(key_host.asked) == 1


def test_an_install_that_aws_keeps_from_being_stored_counts_since_jira_sends_it_once(
    backend: "Backend", refused: Refused
) -> None:
    def unavailable() -> None:
        raise TemporarilyUnavailable("no answer")

    backend.store.interfere = unavailable
    assert refused(lambda: backend.lifecycle.installed(install(backend))) == ("temporarily-unavailable", 1)


def test_one_that_is_right_but_for_a_key_that_no_host_knows_counts(
    backend: "Backend", refused: Refused
) -> None:
    key_host = KeyHost(answer(status=404))
    installs = with_keys(backend, key_host)
    assert refused(lambda: installs.installed(install(backend))) == ("kid-unknown", 1)


def test_a_made_up_key_id_does_not_count_when_it_comes_again(backend: "Backend", refused: Refused) -> None:
    installs = with_keys(backend, KeyHost(answer(status=404)))
    counts = [refused(lambda: installs.installed(install(backend, aud=[DESCRIPTOR]))) for _ in range(2)]
    assert counts == [("aud-mismatch", 0), ("kid-unknown", 0)]


def test_the_scanner_of_the_marketplace_does_not_count(backend: "Backend", refused: Refused) -> None:
    backend.keys.kid = "fake-kid"
    key_host = KeyHost(answer(status=404))
    installs = with_keys(backend, key_host)
    assert refused(lambda: installs.installed(install(backend, aud=[DESCRIPTOR]))) == ("aud-mismatch", 0)
    assert refused(lambda: installs.installed(install(backend, aud=None))) == ("aud-missing", 0)
    assert refused(lambda: installs.installed(install(backend))) == ("kid-unknown", 0)
    assert len(key_host.asked) == 1


STRANGERS: dict[str, dict[str, Any]] = {
    "right in all else": {},
    **{name: how for name, (how, _) in GENUINE.items()},
}


@pytest.mark.parametrize("how", STRANGERS.values(), ids=STRANGERS)
def test_what_a_stranger_has_signed_under_a_genuine_key_id_does_not_count(
    backend: "Backend", refused: Refused, how: dict[str, Any]
) -> None:
    key_host = KeyHost(answer(pem_of(backend)))
    installs = with_keys(backend, key_host)
    backend.keys = replace(backend.keys, key=stranger_key())
    assert refused(lambda: installs.installed(install(backend, **how)))[1] == 0


@pytest.mark.parametrize("authorization", ["", "JWT x", "Bearer x"])
def test_what_is_no_token_does_not_count(backend: "Backend", refused: Refused, authorization: str) -> None:
    request = replace(install(backend), headers={"authorization": authorization})
    assert refused(lambda: backend.lifecycle.installed(request))[1] == 0


def test_what_a_site_has_signed_does_not_count(backend: "Backend", refused: Refused) -> None:
    payload = backend.payload("installed", sharedSecret=SECRET)
    request = backend.signed_by_site("/lifecycle/installed", payload, SECRET)
    assert refused(lambda: backend.lifecycle.installed(request)) == ("alg-not-rs256", 0)


def test_an_install_into_confluence_and_one_that_was_overtaken_do_not_count(
    backend: "Backend", refused: Refused
) -> None:
    elsewhere = install(backend, body={"productType": "confluence"})
    assert refused(lambda: backend.lifecycle.installed(elsewhere)) == ("product-not-served", 0)
    overtaken = install(backend, age=60)
    backend.install("t" * 40)
    assert refused(lambda: backend.lifecycle.installed(overtaken)) == ("event-outdated", 0)


def test_a_key_host_that_does_not_answer_is_not_asked_twice(backend: "Backend", refused: Refused) -> None:
    key_host = KeyHost(answer(status=500))
    installs = with_keys(backend, key_host)
    assert refused(lambda: installs.installed(install(backend))) == ("key-host-unavailable", 0)
    assert len(key_host.asked) == 1


def test_a_flood_of_wrong_installs_costs_the_key_hosts_two_requests_and_two_a_minute(
    backend: "Backend", refused: Refused
) -> None:
    key_host = KeyHost(answer(status=404))
    installs = with_keys(backend, key_host)
    for number in range(600):
        backend.keys.kid = f"{KID}{number}"
        refused(lambda: installs.installed(install(backend, aud=["https://elsewhere.example.com"])))
        backend.clock.now += 0.1
    assert KEYS_AT_ONCE < len(key_host.asked) <= KEYS_AT_ONCE + 60 * KEYS_PER_SECOND


FORGE_COUNTS: dict[str, tuple[dict[str, Any], str]] = {
    "another app id": ({"aud": "ari:cloud:ecosystem::app/0"}, "aud-mismatch"),
    "an unknown module": ({"app": {"module": {"type": "core:ofTomorrow"}}}, "module-type-unknown"),
    "another host": (
        {"app": {"apiBaseUrl": "https://api.example.com/ex/jira"}},
        "api-base-url-refused",
    ),
}


@pytest.mark.parametrize(("how", "reason"), FORGE_COUNTS.values(), ids=FORGE_COUNTS)
def test_what_forge_has_signed_counts(
    backend: "Backend", refused: Refused, how: dict[str, Any], reason: str
) -> None:
    request = lifecycle(backend, INSTALLED, **how)
    assert refused(lambda: backend.forge.lifecycle(request)) == (reason, 1)


def test_a_body_of_forges_that_nobody_understands_counts(backend: "Backend", refused: Refused) -> None:
    request = forge_request(backend, "lifecycle", {})
    assert refused(lambda: backend.forge.lifecycle(request))[1] == 1


def test_a_call_of_forges_for_this_app_counts_if_only_its_key_is_unknown(
    backend: "Backend", refused: Refused
) -> None:
    request, other = (lifecycle(backend, INSTALLED, **how) for how in ({}, {"aud": "another app"}))
    backend.keys.kid = "forge/invocation-token/another"
    assert refused(lambda: backend.forge.lifecycle(request)) == ("kid-unknown", 1)
    assert refused(lambda: backend.forge.lifecycle(other)) == ("kid-unknown", 0)


def test_a_scanners_key_id_does_not_count_for_forge_either(backend: "Backend", refused: Refused) -> None:
    genuine, backend.keys.kid = backend.keys.kid, "fake-kid"
    request = lifecycle(backend, INSTALLED)
    backend.keys.kid = genuine
    assert refused(lambda: backend.forge.lifecycle(request)) == ("kid-unknown", 0)


def test_a_page_where_forge_calls_and_a_strangers_token_do_not_count(
    backend: "Backend", refused: Refused
) -> None:
    page = replace(page_call(backend), path="/forge/lifecycle/installed")
    assert refused(lambda: backend.forge.lifecycle(page)) == ("of-a-page", 0)
    genuine = backend.keys
    backend.keys = replace(genuine, key=stranger_key())
    forged = lifecycle(backend, INSTALLED)
    assert refused(lambda: backend.forge.lifecycle(forged)) == ("signature-mismatch", 0)
