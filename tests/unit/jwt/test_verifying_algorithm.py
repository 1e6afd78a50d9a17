"""The route fixes the algorithm, the token does not choose it."""

import hmac
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connect_jwt.tokens import parse_token
from connect_jwt.verifying import verify_context_token, verify_install_token, verify_request_token
from tests.unit.jwt.handmade import (
    KID,
    NOW,
    OMITTED,
    SECRET,
    atlassian_key,
    base64url,
    hs256,
    rs256,
)
from tests.unit.jwt.invocations import event_claims, fit, on_forge_route
from tests.unit.jwt.routes import (
    APP,
    INSTALL,
    WEBHOOK,
    NotAsked,
    Route,
    context_claims,
    each_route,
    install_claims,
    never_called,
    never_taken,
    on_context_route,
    on_install_route,
    on_request_route,
    refused_as,
    webhook_claims,
)


@each_route
@pytest.mark.parametrize("none", ["none", "None", "NONE", "nOnE"])
@pytest.mark.parametrize("signature", ["", "AAAA"], ids=["unsigned", "signed with anything"])
def test_alg_none_is_refused_by_its_name(route: Route, none: str, signature: str) -> None:
    signed_part = hs256(route.claims(), alg=none).rpartition(".")[0]
    with refused_as("alg-none"):
        route.verify(f"{signed_part}.{signature}")


NOT_ONE_WE_TAKE = {
    "left out": OMITTED,
    "null": None,
    "empty": "",
    "HS384": "HS384",
    "HS512": "HS512",
    "RS512": "RS512",
    "PS256": "PS256",
    "ES256": "ES256",
    "EdDSA": "EdDSA",
    "HS256 in lower case": "hs256",
    "RS256 in lower case": "rs256",
    "HS256 with a space": "HS256 ",
    "RS256 with a space": "RS256 ",
    "number": 256,
    "true": True,
    "array of both": ["HS256", "RS256"],
    "object": {"HS256": "RS256"},
}
each_wrong_algorithm = pytest.mark.parametrize(
    "algorithm", NOT_ONE_WE_TAKE.values(), ids=NOT_ONE_WE_TAKE.keys()
)


@each_wrong_algorithm
def test_a_route_of_requests_takes_hs256_only(algorithm: object) -> None:
    with refused_as("alg-not-hs256"):
        on_request_route(hs256(webhook_claims(), alg=algorithm))


@each_wrong_algorithm
def test_a_route_of_the_browser_takes_hs256_only(algorithm: object) -> None:
    with refused_as("alg-not-hs256"):
        on_context_route(hs256(context_claims(), alg=algorithm))


@each_wrong_algorithm
def test_an_install_route_takes_rs256_only(algorithm: object) -> None:
    with refused_as("alg-not-rs256"):
        on_install_route(rs256(install_claims(), key=atlassian_key(), alg=algorithm))


def test_a_truly_hs512_signed_token_is_refused() -> None:
    signing_input = hs256(webhook_claims(), alg="HS512").rpartition(".")[0]
    signature = hmac.digest(SECRET.encode(), signing_input.encode(), "sha512")
    with refused_as("alg-not-hs256"):
        on_request_route(f"{signing_input}.{base64url(signature)}")


def test_an_install_token_is_refused_where_the_site_signs() -> None:
    with refused_as("alg-not-hs256"):
        on_request_route(rs256(webhook_claims(), key=atlassian_key()))


def test_a_site_signed_token_is_refused_where_atlassian_signs() -> None:
    with refused_as("alg-not-rs256"):
        on_install_route(hs256(install_claims(), kid=KID))


@pytest.mark.parametrize("spelling", [bytes, bytes.rstrip], ids=["PEM", "PEM without its last newline"])
@pytest.mark.parametrize("public_format", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1])
def test_a_public_key_is_no_hmac_key(public_format: PublicFormat, spelling: Callable[[bytes], bytes]) -> None:
    pem = atlassian_key().public_key().public_bytes(Encoding.PEM, public_format)
    forged = hs256(install_claims(), secret=spelling(pem), kid=KID)
    with refused_as("alg-not-rs256"):
        on_install_route(forged)
    with refused_as("secret-mismatch"):
        on_request_route(forged)


EXTENSIONS: dict[str, dict[str, Any]] = {
    "one of the standard's": {"crit": ["b64"], "b64": True},
    "one that is understood anyway": {"crit": ["exp"], "exp": 1},
    "one that is not there": {"crit": ["http://example.com/UNDEFINED"]},
    "none": {"crit": []},
    "null": {"crit": None},
}


@pytest.mark.parametrize("extension", EXTENSIONS.values(), ids=EXTENSIONS)
def test_a_header_that_demands_more_than_a_signature_is_refused_on_every_route(
    extension: dict[str, Any],
) -> None:
    with refused_as("crit-not-understood"):
        on_request_route(hs256(webhook_claims(), **extension))
    with refused_as("crit-not-understood"):
        on_context_route(hs256(context_claims(), **extension))
    with refused_as("crit-not-understood"):
        on_install_route(rs256(install_claims(), key=atlassian_key(), **extension))
    with refused_as("crit-not-understood"):
        on_forge_route(fit(event_claims(), **extension))


@pytest.mark.parametrize("algorithm", ["none", "RS256", "HS512"])
def test_no_secret_is_looked_up_for_a_token_of_another_algorithm(algorithm: str) -> None:
    token = parse_token(hs256(webhook_claims(), alg=algorithm))
    reason = "alg-none" if algorithm == "none" else "alg-not-hs256"
    with refused_as(reason):
        verify_request_token(token, request=WEBHOOK, secrets=never_taken(), now=NOW)
    with refused_as(reason):
        verify_context_token(token, secrets=never_taken(), now=NOW)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512"])
def test_no_key_is_fetched_for_a_token_of_another_algorithm(algorithm: str) -> None:
    token = parse_token(rs256(install_claims(), key=atlassian_key(), alg=algorithm))
    with refused_as("alg-none" if algorithm == "none" else "alg-not-rs256"):
        verify_install_token(
            token, request=INSTALL, keys=NotAsked(), audiences=[APP], check_body=never_called, now=NOW
        )
