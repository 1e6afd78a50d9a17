"""One test for each published attack on Connect's tokens, on the route where it once worked."""

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connect_jwt.identity import SharedSecret
from connect_jwt.tokens import parse_token
from connect_jwt.verifying import SignedRequest, verify_request_token
from tests.unit.jwt.handmade import KID, NOW, SECRET, SITE, atlassian_key, claims, hs256, qsh, rs256
from tests.unit.jwt.routes import (
    context_claims,
    install_claims,
    on_context_route,
    on_install_route,
    on_request_route,
    refused_as,
    webhook_claims,
)


def test_cve_2021_26073_a_context_token_is_refused_on_lifecycle_routes() -> None:
    """Atlassian Connect Express took any user's context token for an event of the site."""
    token = hs256(context_claims(sub="557058:some-user"))
    for path in ("/lifecycle/enabled", "/lifecycle/disabled"):
        with refused_as("qsh-is-context"):
            on_request_route(token, request=SignedRequest("POST", path, ""))


def test_cve_2021_26074_a_context_token_is_refused_on_install_routes() -> None:
    """Atlassian Connect Spring Boot did the same, `installed` included: a user could replace the secret."""
    with refused_as("alg-not-rs256"):
        on_install_route(hs256(context_claims(sub="557058:some-user", aud="https://app.example.com")))


def test_cve_2021_26077_a_context_token_is_refused_with_every_method_and_query() -> None:
    """… and again two releases later."""
    token = hs256(context_claims())
    for method in ("GET", "POST", "PUT", "DELETE"):
        for query in ("", "qsh=context-qsh", f"jwt={token}"):
            with refused_as("qsh-is-context"):
                on_request_route(token, request=SignedRequest(method, "/webhooks/issue", query))


def test_a_context_token_is_refused_although_the_path_is_called_like_it() -> None:
    with refused_as("qsh-is-context"):
        on_request_route(hs256(context_claims()), request=SignedRequest("GET", "context-qsh", ""))


def test_key_confusion_the_public_install_key_signs_nothing() -> None:
    """CVE-2015-9235 and its kin: RS256's public key taken for HS256's secret."""
    pem = atlassian_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with refused_as("alg-not-rs256"):
        on_install_route(hs256(install_claims(), secret=pem, kid=KID))


def test_alg_none_is_no_signature() -> None:
    """CVE-2015-9235: a token that says that it needs no signature."""
    unsigned = hs256(webhook_claims(), alg="none").rpartition(".")[0] + "."
    with refused_as("alg-none"):
        on_request_route(unsigned)


def test_a_key_inside_the_token_is_not_used() -> None:
    """CVE-2018-0114: a token that brings the key it is to be verified with."""
    numbers = atlassian_key().public_key().public_numbers()
    brought = {"kty": "RSA", "n": str(numbers.n), "e": str(numbers.e)}
    token = hs256(webhook_claims(), secret="the attacker's own", jwk=brought, jku="https://evil.example/keys")
    with refused_as("secret-mismatch"):
        on_request_route(token)


def test_a_token_of_one_tenant_does_not_speak_for_another() -> None:
    """The secret is looked up by `iss`; a tenant cannot sign with its own for a neighbour."""
    secrets = {SITE: SECRET, "neighbour": "the neighbour's own secret, and nobody else's"}
    request = SignedRequest("GET", "/pages/board", "")
    forged = parse_token(hs256(claims(iss=SITE, qsh=qsh("GET&/pages/board&")), secret=secrets["neighbour"]))
    of_issuer = [SharedSecret(secrets[forged.issuer])]
    with refused_as("secret-mismatch"):
        verify_request_token(forged, request=request, secrets=of_issuer, now=NOW)
    assert forged.issuer == SITE


def test_an_install_token_made_for_another_app_is_refused() -> None:
    """One Atlassian key signs the installs of every app: without `aud`, theirs would be ours."""
    with refused_as("aud-mismatch"):
        on_install_route(rs256(install_claims(aud="https://another-app.example"), key=atlassian_key()))


def test_a_page_token_of_the_scanner_signed_with_a_guess_is_refused() -> None:
    """Atlassian's own security scanner sends this to every route of an app."""
    for guess in ("", "secret", SITE, "null"):
        with refused_as("secret-mismatch"):
            on_context_route(hs256(context_claims(), secret=guess))
