"""The signer is proved by the secret of the site in `iss`, and nothing is trusted before."""

import pytest

from connect_jwt.errors import SignatureMismatch
from connect_jwt.identity import ClientKey, SharedSecret
from connect_jwt.tokens import parse_token
from connect_jwt.verifying import verify_context_token, verify_request_token
from tests.unit.jwt.handmade import (
    NOW,
    OMITTED,
    SECRET,
    SITE,
    atlassian_key,
    base64url,
    hs256,
    rs256,
    stranger_key,
)
from tests.unit.jwt.routes import (
    CONTEXT_ROUTE,
    REQUEST_ROUTE,
    WEBHOOK,
    Route,
    context_claims,
    each_route,
    install_claims,
    never_taken,
    on_install_route,
    on_request_route,
    refused_as,
    webhook_claims,
)

PREVIOUS = "the secret before the last install, good for a short while yet"

each_site_signed_route = pytest.mark.parametrize(
    "route", [pytest.param(REQUEST_ROUTE, id="request"), pytest.param(CONTEXT_ROUTE, id="context")]
)

IMPOSSIBLE_ISSUERS = {
    "left out": OMITTED,
    "null": None,
    "empty": "",
    "number": 7,
    "true": True,
    "array": [SITE],
    "object": {"clientKey": SITE},
    "longer than any client key": "x" * 256,
    "a lone surrogate, which no database takes": "\ud800",
    "a NUL": f"{SITE}\0",
    "a newline": f"{SITE}\n",
}
each_impossible_issuer = pytest.mark.parametrize(
    "issuer", IMPOSSIBLE_ISSUERS.values(), ids=IMPOSSIBLE_ISSUERS.keys()
)


@each_impossible_issuer
def test_nobody_is_looked_up_when_iss_can_be_nobody(issuer: object) -> None:
    with refused_as("iss-unknown"):
        verify_request_token(
            parse_token(hs256(webhook_claims(iss=issuer))), request=WEBHOOK, secrets=never_taken(), now=NOW
        )
    with refused_as("iss-unknown"):
        verify_context_token(parse_token(hs256(context_claims(iss=issuer))), secrets=never_taken(), now=NOW)


@each_impossible_issuer
def test_an_install_token_of_nobody_is_refused(issuer: object) -> None:
    with refused_as("iss-unknown"):
        on_install_route(rs256(install_claims(iss=issuer), key=atlassian_key()))


@pytest.mark.parametrize(
    "issuer", [SITE, "jira:1234-5678-9000", "x" * 255], ids=["UUID", "of old", "255 long"]
)
def test_the_site_that_iss_names_is_looked_up_as_a_client_key(issuer: str) -> None:
    token = parse_token(hs256(webhook_claims(iss=issuer)))
    verified = verify_request_token(token, request=WEBHOOK, secrets=[SharedSecret(SECRET)], now=NOW)
    assert token.issuer == verified.client_key == issuer
    assert type(token.issuer) is type(verified.client_key) is ClientKey


@each_site_signed_route
def test_the_previous_secret_is_accepted_as_the_second(route: Route) -> None:
    token = hs256(route.claims(), secret=PREVIOUS)
    assert route.verify(token, secrets=(SECRET, PREVIOUS)).client_key == SITE


FORGED = {
    "another secret": hs256(webhook_claims(), secret="a secret of the sender's own making, long enough"),
    "the empty secret": hs256(webhook_claims(), secret=""),
    "the secret with a newline": hs256(webhook_claims(), secret=f"{SECRET}\n"),
    "the secret in base64": hs256(webhook_claims(), secret=base64url(SECRET.encode())),
    "the client key": hs256(webhook_claims(), secret=SITE),
    "no signature": hs256(webhook_claims()).rpartition(".")[0] + ".",
    "half a signature": hs256(webhook_claims())[:-23],
    "the signature of other claims": ".".join(
        [hs256(webhook_claims(sub="admin")).rpartition(".")[0], hs256(webhook_claims()).rpartition(".")[2]]
    ),
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
def test_a_signature_that_no_secret_made_is_refused(token: str) -> None:
    with refused_as("secret-mismatch"):
        on_request_route(token, secrets=(SECRET, PREVIOUS))


def test_a_fresher_secret_may_tell_so_the_refusal_is_a_type_of_its_own() -> None:
    with pytest.raises(SignatureMismatch):
        on_request_route(hs256(webhook_claims()), secrets=(PREVIOUS,))


def test_a_site_without_secrets_signs_nothing() -> None:
    with refused_as("secret-mismatch"):
        on_request_route(hs256(webhook_claims()), secrets=())


def test_a_secret_is_its_utf_8_bytes_and_not_what_it_may_be_base64_of() -> None:
    secret = "c2VjcmV0LWluLWJhc2U2NC1vci1zby1pdC1zZWVtcw==ü"
    assert (
        on_request_route(hs256(webhook_claims(), secret=secret.encode()), secrets=(secret,)).client_key
        == SITE
    )


def test_an_install_token_signed_by_a_stranger_is_refused() -> None:
    with refused_as("signature-mismatch"):
        on_install_route(rs256(install_claims(), key=stranger_key()))


def test_an_install_token_with_the_signature_of_other_claims_is_refused() -> None:
    signature = rs256(install_claims(), key=atlassian_key()).rpartition(".")[2]
    signed_part = rs256(install_claims(iss="another site"), key=atlassian_key()).rpartition(".")[0]
    for spelled in (signature, signature[:-4], ""):
        with refused_as("signature-mismatch"):
            on_install_route(f"{signed_part}.{spelled}")


WRONG_IN_EVERY_WAY = {"iat": "x", "exp": 0, "qsh": "x", "aud": "x"}


@each_site_signed_route
def test_what_a_forged_token_claims_is_not_looked_at(route: Route) -> None:
    with refused_as("secret-mismatch"):
        route.verify(hs256(route.claims(**WRONG_IN_EVERY_WAY), secret=PREVIOUS))


def test_what_a_forged_install_token_claims_is_not_looked_at() -> None:
    with refused_as("signature-mismatch"):
        on_install_route(rs256(install_claims(**WRONG_IN_EVERY_WAY, iss=""), key=stranger_key()))


@each_route
def test_times_are_told_before_the_request(route: Route) -> None:
    with refused_as("expired"):
        route.verify(route.sign(route.claims(iat=0, exp=0, qsh="x", aud="x")))
