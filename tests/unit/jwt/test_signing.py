"""Tokens of the app: as itself, for one request, for three minutes, with no claim that Jira refuses."""

from dataclasses import replace
from typing import Any

import jwt
import pytest

from connect_jwt.identity import AppKey, ClientKey, SharedSecret
from connect_jwt.signing import SigningIdentity, sign_request
from tests.unit.jwt.handmade import NOW, SECRET, SITE, qsh

APP_KEY = "com.example.app"
IDENTITY = SigningIdentity(
    app_key=AppKey(APP_KEY), base_url="https://site.atlassian.net", shared_secret=SharedSecret(SECRET)
)


def read(token: str, secret: str = SECRET) -> dict[str, Any]:
    """Return a token's content, its signature verified by PyJWT, whose clock is another than these tests'."""
    options: jwt.types.Options = {"verify_exp": False, "verify_iat": False}
    return jwt.decode_complete(token, secret, algorithms=["HS256"], options=options)


def test_the_claims_are_the_four_that_jira_wants_and_no_other() -> None:
    url = "https://site.atlassian.net/rest/api/3/search/jql?jql=project%20%3D%20A&fields=key,summary"
    token = read(sign_request(IDENTITY, "get", url, now=NOW))
    assert token["payload"] == {
        "iss": APP_KEY,
        "iat": NOW,
        "exp": NOW + 180,
        "qsh": qsh("GET&/rest/api/3/search/jql&fields=key%2Csummary&jql=project%20%3D%20A"),
    }


def test_the_header_says_hs256_and_nothing_else() -> None:
    token = read(sign_request(IDENTITY, "GET", "https://site.atlassian.net/rest", now=NOW))
    assert token["header"] == {"alg": "HS256", "typ": "JWT"}


@pytest.mark.parametrize("now", [NOW + 0.001, NOW + 0.999], ids=str)
def test_times_are_whole_seconds(now: float) -> None:
    payload = read(sign_request(IDENTITY, "GET", "https://site.atlassian.net/rest", now=now))["payload"]
    assert (payload["iat"], payload["exp"]) == (NOW, NOW + 180)
    assert {type(payload["iat"]), type(payload["exp"])} == {int}


def test_a_token_is_compact_and_fits_a_header() -> None:
    token = sign_request(IDENTITY, "GET", "https://site.atlassian.net/rest", now=NOW)
    assert token.isascii()
    assert token.count(".") == 2
    assert not set(token) & set("=+/ \n")


def test_another_secret_does_not_verify_it() -> None:
    token = sign_request(IDENTITY, "GET", "https://site.atlassian.net/rest", now=NOW)
    with pytest.raises(jwt.InvalidSignatureError):
        read(token, "the secret of another site, which is long enough for HS256")


@pytest.mark.parametrize(
    "secret",
    ["c2hhcmVkLXNlY3JldC10aGF0LWxvb2tzLWxpa2UtYmFzZTY0IQ==", "clé-partagée-ü-0123456789-0123456789"],
    ids=["looks like base64", "not ASCII"],
)
def test_the_secret_is_its_utf_8_bytes(secret: str) -> None:
    identity = replace(IDENTITY, shared_secret=SharedSecret(secret))
    token = sign_request(identity, "GET", "https://site.atlassian.net/rest", now=NOW)
    assert read(token, secret)["payload"]["iss"] == APP_KEY


NO_APP_KEYS = {
    "the client key": ClientKey(SITE),
    "the app key as loose text": APP_KEY,
    "bytes": APP_KEY.encode(),
    "nothing": None,
}


@pytest.mark.parametrize("key", NO_APP_KEYS.values(), ids=NO_APP_KEYS)
def test_nobody_signs_with_anything_but_an_app_key(key: Any) -> None:
    with pytest.raises(TypeError, match="never the client key"):
        SigningIdentity(app_key=key, base_url="https://x.example", shared_secret=SharedSecret(SECRET))
    with pytest.raises(TypeError, match="never the client key"):
        replace(IDENTITY, app_key=key)


def test_the_type_checker_refuses_it_already() -> None:
    """Strict mypy reports a `type: ignore` that nothing needs: these lines hold only while it refuses."""
    secret = SharedSecret(SECRET)
    with pytest.raises(TypeError):
        SigningIdentity(app_key=ClientKey(SITE), base_url="", shared_secret=secret)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        SigningIdentity(app_key=APP_KEY, base_url="", shared_secret=secret)  # type: ignore[arg-type]


def test_an_identity_stays_what_it_is() -> None:
    with pytest.raises(AttributeError):
        IDENTITY.base_url = "https://other.atlassian.net"  # type: ignore[misc]


def test_an_identity_does_not_show_its_secret() -> None:
    assert SECRET not in repr(IDENTITY)
