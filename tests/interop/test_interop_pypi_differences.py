"""Each place where PyPI's `atlassian-jwt` does otherwise. Our hashes are what Jira's Java code computes."""

import time
from typing import Any

import atlassian_jwt
import jwt
import pytest
from atlassian_jwt.url_utils import canonicalize_request

from connect_jwt.canonical import canonical_request, split_url
from connect_jwt.errors import TokenRefused
from connect_jwt.identity import SharedSecret
from connect_jwt.tokens import parse_token
from connect_jwt.verifying import SignedRequest, verify_request_token

SECRET = "a secret that both implementations were given"
SITE, APP_KEY = "1d3c1a55-90a9-4bd7-8d06-36b4b4c84f16", "com.example.app"


def theirs_and_ours(path: str, query: str = "") -> tuple[str, str]:
    return canonicalize_request("GET", f"{path}?{query}"), canonical_request("GET", path, query)


@pytest.mark.parametrize(
    ("path", "theirs", "ours"),
    [("/a//", "/a", "/a/"), ("//a", "/a", "//a"), ("///a///", "/a", "///a//")],
    ids=["behind", "in front", "both"],
)
def test_it_takes_every_slash_off_and_java_one_behind(path: str, theirs: str, ours: str) -> None:
    assert theirs_and_ours(path) == (f"GET&{theirs}&", f"GET&{ours}&")


@pytest.mark.parametrize(
    ("path", "theirs", "ours"),
    [("/a;b&c", "/a;b&c", "/a;b%26c"), ("/a/;b", "/a;b", "/a/;b"), ("/a;", "/a", "/a;")],
    ids=["an ampersand is not encoded", "a slash is lost", "a semicolon is lost"],
)
def test_a_semicolon_begins_something_else_for_it(path: str, theirs: str, ours: str) -> None:
    assert theirs_and_ours(path) == (f"GET&{theirs}&", f"GET&{ours}&")


def test_a_colon_in_the_first_segment_ends_a_scheme_for_it() -> None:
    theirs, ours = theirs_and_ours("/foo:bar/x")
    assert theirs == "GET&/bar/x&"
    assert ours == "GET&/foo:bar/x&"


def test_it_hashes_a_parameter_without_a_name_which_java_skips() -> None:
    theirs, ours = theirs_and_ours("/a", "=v&b=2")
    assert theirs == "GET&/a&=v&b=2"
    assert ours == "GET&/a&b=2"


def test_it_sorts_values_by_code_point_and_java_by_utf_16_unit() -> None:
    theirs, ours = theirs_and_ours("/a", "b=%F0%90%80%80&b=%EE%80%80")
    assert theirs == "GET&/a&b=%EE%80%80,%F0%90%80%80"
    assert ours == "GET&/a&b=%F0%90%80%80,%EE%80%80"


def test_it_knows_no_base_url() -> None:
    url, site = "https://site.atlassian.net/wiki/rest", "https://site.atlassian.net/wiki"
    assert canonicalize_request("GET", url) == "GET&/wiki/rest&"
    assert canonical_request("GET", *split_url(url, site)) == "GET&/rest&"


def test_it_signs_as_the_client_key_unless_told_otherwise_which_jira_refuses() -> None:
    """The oldest cause of "401 Unauthorized", as the default of an official library."""

    def issuer(**payload: object) -> Any:
        token = atlassian_jwt.encode_token("GET", "/rest", SITE, SECRET, payload_kwargs=payload)
        return jwt.decode(token, options={"verify_signature": False})["iss"]

    assert issuer() == SITE
    assert issuer(iss=APP_KEY) == APP_KEY


class TheirApp(atlassian_jwt.Authenticator):  # type: ignore[misc] # the package has no types
    def get_shared_secret(self, client_key: str) -> str:
        return {SITE: SECRET}[client_key]


def accepted_by_them(token: str) -> bool:
    accepted = TheirApp().authenticate("GET", "/page", {"Authorization": f"JWT {token}"})
    return bool(accepted.client_key == SITE)


def refused_by_us(token: str) -> str:
    request = SignedRequest("GET", "/page", "")
    with pytest.raises(TokenRefused) as refusal:
        verify_request_token(
            parse_token(token), request=request, secrets=[SharedSecret(SECRET)], now=time.time()
        )
    return refusal.value.reason


def test_it_accepts_a_token_for_90_seconds_after_it_expired() -> None:
    token = atlassian_jwt.encode_token("GET", "/page", SITE, SECRET, timeout_secs=-60)
    assert accepted_by_them(token)
    assert refused_by_us(token) == "expired"


def test_it_accepts_a_token_that_lives_for_years() -> None:
    token = atlassian_jwt.encode_token("GET", "/page", SITE, SECRET, timeout_secs=10 * 365 * 86_400)
    assert accepted_by_them(token)
    assert refused_by_us(token) == "lifetime-too-long"


def test_it_accepts_a_token_that_never_expires() -> None:
    made = atlassian_jwt.encode_token("GET", "/page", SITE, SECRET)
    claims = jwt.decode(made, options={"verify_signature": False})
    eternal = jwt.encode({"iss": SITE, "qsh": claims["qsh"], "iat": claims["iat"]}, SECRET)
    assert accepted_by_them(eternal)
    assert refused_by_us(eternal) == "exp-missing"
