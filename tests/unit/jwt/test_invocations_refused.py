"""Only a valid invocation token of Forge, for this app, on a site of this cloud, is accepted."""

import json
from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_jwt.clouds import CLOUDS
from connect_jwt.errors import KeyHostUnavailable, TokenRefused
from tests.unit.jwt.handmade import (
    NOW,
    OMITTED,
    SECRET,
    Claims,
    atlassian_key,
    base64url,
    compact,
    hs256,
    rs256,
    stranger_key,
)
from tests.unit.jwt.invocations import (
    API,
    APP,
    CLOUD_ID,
    FORGE_KID,
    INSTALLATION,
    OTHER_APP,
    STAGING_API,
    KeyOf,
    app_claim,
    event_claims,
    fit,
    on_forge_route,
    page_claims,
)
from tests.unit.jwt.routes import (
    Route,
    context_claims,
    each_route,
    install_claims,
    never_called,
    refused_as,
    webhook_claims,
)

DAY = 86_400

WRONG_CLAIMS = {
    # when
    "no iat": ({"iat": OMITTED}, "iat-missing"),
    "no exp": ({"exp": OMITTED}, "exp-missing"),
    "no nbf": ({"nbf": OMITTED}, "nbf-missing"),
    "nbf null": ({"nbf": None}, "nbf-missing"),
    "iat true": ({"iat": True}, "time-not-integer"),
    "exp true": ({"exp": True}, "time-not-integer"),
    "nbf false": ({"nbf": False}, "time-not-integer"),
    "iat a float": ({"iat": NOW - 10.0}, "time-not-integer"),
    "exp a float": ({"exp": NOW + 15.5}, "time-not-integer"),
    "nbf a string": ({"nbf": str(NOW)}, "time-not-integer"),
    "expired 6 seconds ago": ({"iat": NOW - 31, "nbf": NOW - 31, "exp": NOW - 6}, "expired"),
    "expired a day ago": ({"iat": NOW - DAY - 25, "nbf": NOW - DAY - 25, "exp": NOW - DAY}, "expired"),
    "good in 6 seconds": ({"nbf": NOW + 6}, "not-yet-valid"),
    "issued 6 seconds ahead": ({"iat": NOW + 6, "exp": NOW + 31}, "not-yet-valid"),
    "lives for five minutes and a second": ({"iat": NOW, "nbf": NOW, "exp": NOW + 301}, "lifetime-too-long"),
    "lives for a day": ({"exp": NOW + DAY}, "lifetime-too-long"),
    # by whom
    "no iss": ({"iss": OMITTED}, "iss-not-forge"),
    "another issuer": ({"iss": "forge/context-token"}, "iss-not-forge"),
    "only its beginning": ({"iss": "forge/invocation-token/x"}, "iss-not-forge"),
    "in capitals": ({"iss": "FORGE/INVOCATION-TOKEN"}, "iss-not-forge"),
    "a list": ({"iss": ["forge/invocation-token"]}, "iss-not-forge"),
    # for whom
    "no aud": ({"aud": OMITTED}, "aud-missing"),
    "aud empty": ({"aud": ""}, "aud-missing"),
    "aud an empty list": ({"aud": []}, "aud-missing"),
    "another app's": ({"aud": OTHER_APP}, "aud-mismatch"),
    "another app's, in a list": ({"aud": [OTHER_APP]}, "aud-mismatch"),
    "ours and another's": ({"aud": [APP, OTHER_APP]}, "aud-mismatch"),
    "ours twice": ({"aud": [APP, APP]}, "aud-mismatch"),
    "a list in a list": ({"aud": [[APP]]}, "aud-mismatch"),
    "only its beginning, ours": ({"aud": f"{APP}/"}, "aud-mismatch"),
    "the bare id": ({"aud": APP.rpartition("/")[2]}, "aud-mismatch"),
    "ours in capitals": ({"aud": APP.upper()}, "aud-mismatch"),
    "an object": ({"aud": {APP: True}}, "aud-mismatch"),
    # once
    "no jti": ({"jti": OMITTED}, "jti-missing"),
    "jti null": ({"jti": None}, "jti-missing"),
    "jti empty": ({"jti": ""}, "jti-missing"),
    "jti a number": ({"jti": 7}, "jti-missing"),
    "jti with a space": ({"jti": "a b"}, "jti-missing"),
    "jti with a newline": ({"jti": "a\n"}, "jti-missing"),
    "jti half an emoji": ({"jti": "\ud83d"}, "jti-missing"),
    "jti of 256 characters": ({"jti": "a" * 256}, "jti-missing"),
    # from where
    "no app": ({"app": OMITTED}, "app-claim-malformed"),
    "app a list": ({"app": [app_claim()]}, "app-claim-malformed"),
    "app a string": ({"app": APP}, "app-claim-malformed"),
    "app empty": ({"app": {}}, "installation-id-malformed"),
}


@pytest.mark.parametrize(("changes", "reason"), WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
@pytest.mark.parametrize("claims", [event_claims, page_claims])
def test_wrong_claims_are_refused(claims: Callable[..., Claims], changes: Claims, reason: str) -> None:
    with refused_as(reason):
        on_forge_route(fit(claims(**changes)))


INSTALLATIONS = {
    "left out": OMITTED,
    "null": None,
    "a number": 7,
    "a list": [INSTALLATION],
    "empty": "",
    "the bare id": INSTALLATION.rpartition("/")[2],
    "an app": APP,
    "without an id": "ari:cloud:ecosystem::installation/",
    "a path": "ari:cloud:ecosystem::installation/a/b",
    "with a newline": f"{INSTALLATION}\n",
    "another scheme": INSTALLATION.replace("ari:", "arn:"),
    "very long": "ari:cloud:ecosystem::installation/" + "a" * 65,
}


@pytest.mark.parametrize("installation", INSTALLATIONS.values(), ids=INSTALLATIONS)
def test_what_names_no_installation_is_refused(installation: object) -> None:
    with refused_as("installation-id-malformed"):
        on_forge_route(fit(event_claims(app=app_claim(installationId=installation))))


SITE = f"/ex/jira/{CLOUD_ID}"
FOREIGN = {
    "left out": OMITTED,
    "null": None,
    "a list": [API + SITE],
    "empty": "",
    "another host": f"https://evil.example{SITE}",
    "no host": SITE,
    "http": f"http://api.atlassian.com{SITE}",
    "ours is only its beginning": f"https://api.atlassian.com.evil.example{SITE}",
    "ours is only its end": f"https://evil-api.atlassian.com{SITE}",
    "a dot is a dot": f"https://apixatlassian.com{SITE}",
    "userinfo": f"https://api.atlassian.com@evil.example{SITE}",
    "a port": f"https://api.atlassian.com:8443{SITE}",
    "capitals": f"https://API.ATLASSIAN.COM{SITE}",
    "a backslash": f"https://api.atlassian.com\\@evil.example{SITE}",
    "the staging API": STAGING_API + SITE,
    "the site's own address": "https://site.atlassian.net",
    "Confluence elsewhere": f"https://evil.example/ex/confluence/{CLOUD_ID}",
    "no cloud id": f"{API}/ex/jira/",
    "a cloud id that is none": f"{API}/ex/jira/..",
    "more than a cloud id": f"{API}{SITE}/rest/api/3",
    "two slashes at the end": f"{API}{SITE}//",
    "a query": f"{API}{SITE}?a=b",
    "a fragment": f"{API}{SITE}#",
    "a newline at the end": f"{API}{SITE}\n",
    "a space in front": f" {API}{SITE}",
    "half an emoji": f"{API}{SITE}\ud83d",
}


@pytest.mark.parametrize("api_base_url", FOREIGN.values(), ids=FOREIGN)
def test_jira_is_called_at_this_clouds_api_host_and_nowhere_else(api_base_url: object) -> None:
    with refused_as("api-base-url-refused"):
        on_forge_route(fit(event_claims(app=app_claim(apiBaseUrl=api_base_url))))


@pytest.mark.parametrize(("ours", "others"), [("commercial", "staging"), ("staging", "commercial")])
def test_a_key_of_one_cloud_vouches_for_no_api_of_another(ours: str, others: str) -> None:
    our_api, their_api = CLOUDS[ours].forge_api_url, CLOUDS[others].forge_api_url
    assert our_api
    assert their_api
    mine = fit(event_claims(app=app_claim(apiBaseUrl=our_api + SITE)))
    assert on_forge_route(mine, api_urls=(our_api,)).cloud_id == CLOUD_ID
    with refused_as("api-base-url-refused"):
        on_forge_route(fit(event_claims(app=app_claim(apiBaseUrl=their_api + SITE))), api_urls=(our_api,))


@pytest.mark.parametrize("audience", [APP, [""]], ids=["an app", "nobody"])
def test_an_app_that_does_not_know_its_own_id_accepts_none(audience: object) -> None:
    with refused_as("aud-mismatch"):
        on_forge_route(fit(event_claims(aud=audience)), app_id="")


def test_an_app_that_knows_no_api_host_accepts_none() -> None:
    with refused_as("api-base-url-refused"):
        on_forge_route(fit(event_claims()), api_urls=())


# --- the signature ---------------------------------------------------------------------------------------


def test_a_strangers_signature_is_refused() -> None:
    with refused_as("signature-mismatch"):
        on_forge_route(fit(event_claims(), key=stranger_key()))


@pytest.mark.parametrize("part", [0, 1, 2], ids=["header", "claims", "signature"])
def test_a_token_tampered_with_is_refused(part: int) -> None:
    parts = fit(event_claims()).split(".")
    changed = {
        0: base64url(json.dumps({"alg": "RS256", "kid": FORGE_KID, "x": 1}).encode()),
        1: base64url(json.dumps(event_claims(principal="557058:admin")).encode()),
        2: base64url(bytes(256)),
    }
    parts[part] = changed[part]
    with refused_as("signature-mismatch"):
        on_forge_route(".".join(parts))


def test_a_public_key_is_no_secret() -> None:
    pem = atlassian_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with refused_as("alg-not-rs256"):
        on_forge_route(hs256(event_claims(), secret=pem, kid=FORGE_KID), keys=KeyOf(never_called))


def _header(algorithm: str) -> bytes:
    return json.dumps({"alg": algorithm, "kid": FORGE_KID}).encode()


ALGORITHMS = {
    "none": (compact(_header("none"), json.dumps(event_claims()).encode(), b""), "alg-none"),
    "None": (compact(_header("None"), json.dumps(event_claims()).encode(), b""), "alg-none"),
    "HS256": (hs256(event_claims(), kid=FORGE_KID), "alg-not-rs256"),
    "RS512": (
        jwt.encode(event_claims(), atlassian_key(), algorithm="RS512", headers={"kid": FORGE_KID}),
        "alg-not-rs256",
    ),
    "PS256": (
        jwt.encode(event_claims(), atlassian_key(), algorithm="PS256", headers={"kid": FORGE_KID}),
        "alg-not-rs256",
    ),
    "ES256": (
        jwt.encode(event_claims(), ec.generate_private_key(ec.SECP256R1()), algorithm="ES256"),
        "alg-not-rs256",
    ),
    "left out": (fit(event_claims(), alg=OMITTED), "alg-not-rs256"),
    "a list": (fit(event_claims(), alg=["RS256"]), "alg-not-rs256"),
}


@pytest.mark.parametrize(("token", "reason"), ALGORITHMS.values(), ids=ALGORITHMS)
def test_every_algorithm_but_one_is_refused_before_a_key_is_looked_up(token: str, reason: str) -> None:
    with refused_as(reason):
        on_forge_route(token, keys=KeyOf(never_called))


def test_a_key_in_the_header_is_not_looked_at() -> None:
    with refused_as("signature-mismatch"):
        on_forge_route(
            fit(event_claims(), key=stranger_key(), jwk={"kty": "RSA"}, jku="https://evil.example")
        )


def test_a_key_host_that_does_not_answer_is_no_refusal() -> None:
    def key_of(_: object) -> RSAPublicKey:
        raise KeyHostUnavailable("ReadTimeoutError")

    with pytest.raises(KeyHostUnavailable):
        on_forge_route(fit(event_claims()), keys=KeyOf(key_of))


# --- other tokens ----------------------------------------------------------------------------------------

CONNECT = {
    "a webhook's": hs256(webhook_claims()),
    "a page's": hs256(context_claims()),
    "a webhook's, named as Forge's": hs256(event_claims(**webhook_claims()), secret=SECRET),
}


@pytest.mark.parametrize("token", CONNECT.values(), ids=CONNECT)
def test_a_connect_token_of_a_sites_is_no_invocation(token: str) -> None:
    with refused_as("alg-not-rs256"):
        on_forge_route(token, keys=KeyOf(never_called))


def test_a_connect_token_of_an_install_is_no_invocation_even_if_the_key_were_the_same() -> None:
    token = rs256(install_claims(nbf=NOW - 60), key=atlassian_key(), kid=FORGE_KID)
    with refused_as("iss-not-forge"):
        on_forge_route(token)


@each_route
def test_an_invocation_is_no_connect_token_even_if_the_key_were_the_same(route: Route) -> None:
    with pytest.raises(TokenRefused) as refusal:
        route.verify(rs256(event_claims(), key=atlassian_key()))
    assert refusal.value.reason in {"alg-not-hs256", "qsh-missing"}


# --- what is no token at all -----------------------------------------------------------------------------


def test_a_right_token_over_10_kib_is_refused_before_a_key_is_looked_up() -> None:
    with refused_as("token-too-large"):
        on_forge_route(fit(page_claims(context={"padding": "x" * 10_240})), keys=KeyOf(never_called))


@pytest.mark.parametrize("payload", [[event_claims()], "claims", 7, None, True], ids=repr)
def test_claims_that_are_no_object_are_refused(payload: object) -> None:
    with refused_as("token-malformed"):
        on_forge_route(fit(payload), keys=KeyOf(never_called))


def test_a_refusal_quotes_nothing_of_the_token() -> None:
    foreign = event_claims(app=app_claim(apiBaseUrl="https://evil.example/ex/jira/quoted"), jti="quoted")
    with pytest.raises(TokenRefused) as refusal:
        on_forge_route(fit(foreign))
    assert "quoted" not in str(refusal.value)
    assert "evil" not in str(refusal.value)


_NUMBERS = st.floats() | st.integers().filter(lambda number: abs(number - NOW) > DAY)
_JSON = st.recursive(
    st.none() | st.booleans() | _NUMBERS | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_CLAIMS_THAT_MATTER = st.sampled_from(["iss", "aud", "iat", "exp", "app"])


@settings(derandomize=True, deadline=None, max_examples=200)
@given(changes=st.dictionaries(_CLAIMS_THAT_MATTER, _JSON, min_size=1))
def test_any_json_in_place_of_a_claim_that_matters_is_refused(changes: Claims) -> None:
    with pytest.raises(TokenRefused):
        on_forge_route(fit(event_claims(**changes)))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(changes=st.dictionaries(st.sampled_from(["installationId", "apiBaseUrl"]), _JSON, min_size=1))
def test_any_json_in_place_of_a_part_of_app_that_matters_is_refused(changes: Claims) -> None:
    with pytest.raises(TokenRefused):
        on_forge_route(fit(event_claims(app=app_claim(**changes))))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ"]), _JSON), st.dictionaries(st.text(), _JSON))
def test_any_json_without_a_signature_is_refused(header: Claims, payload: Claims) -> None:
    with pytest.raises(TokenRefused):
        on_forge_route(compact(json.dumps(header).encode(), json.dumps(payload).encode()))
