"""A token is signed for a URL of the site that it is for, and bound to what is below its base URL."""

from dataclasses import replace

import jwt
import pytest

from connect_jwt.errors import UrlNotSignable
from connect_jwt.identity import AppKey, SharedSecret
from connect_jwt.signing import SigningIdentity, is_below, sign_request
from tests.unit.jwt.handmade import NOW, SECRET, qsh

SITE_URL = "https://site.atlassian.net"
IDENTITY = SigningIdentity(
    app_key=AppKey("com.example.app"), base_url=SITE_URL, shared_secret=SharedSecret(SECRET)
)

OUTSIDE = {
    "another host": "https://other.atlassian.net/rest",
    "the host is only its beginning": "https://site.atlassian.net.evil.com/rest",
    "the host is only its end": "https://evil-site.atlassian.net/rest",
    "a host below": "https://evil.site.atlassian.net/rest",
    "the site as user": "https://site.atlassian.net@evil.com/rest",
    "the site as user and password": "https://site.atlassian.net:443@evil.com/rest",
    "a user in front of the site": "https://evil@site.atlassian.net/rest",
    "a backslash for a slash": "https://site.atlassian.net\\@evil.com/rest",
    "a dot behind the host": "https://site.atlassian.net./rest",
    "plain http": "http://site.atlassian.net/rest",
    "a socket": "wss://site.atlassian.net/rest",
    "another port": "https://site.atlassian.net:8443/rest",
    "a port at all": "https://site.atlassian.net:443/rest",
    "no scheme": "//site.atlassian.net/rest",
    "a path": "/rest/api/3/issue",
    "nothing": "",
    "the site in the path": "https://evil.com/https://site.atlassian.net/rest",
    "the site in the query": "https://evil.com/?u=https://site.atlassian.net/rest",
    "the site in the fragment": "https://evil.com/#https://site.atlassian.net/rest",
    "the gateway of API tokens": "https://api.atlassian.com/ex/jira/1/rest",
    "half an IPv6 address": "https://[site.atlassian.net/rest",
    "a host that normalises to more": "https://site.atlassian.net\N{ACCOUNT OF}evil.com/rest",
    "an up-and-down path": f"{SITE_URL}/rest/../rest",
}


@pytest.mark.parametrize("url", OUTSIDE.values(), ids=OUTSIDE)
def test_a_url_outside_the_site_is_not_signed(url: str) -> None:
    with pytest.raises(UrlNotSignable) as refusal:
        sign_request(IDENTITY, "GET", url, now=NOW)
    assert refusal.value.reason == "wrong-host"


BESIDE_WIKI = {
    "a sibling": f"{SITE_URL}/rest",
    "the path is only its beginning": f"{SITE_URL}/wikipedia",
    "the path in another case": f"{SITE_URL}/Wiki/rest",
    "above": f"{SITE_URL}/",
    "up and out": f"{SITE_URL}/wiki/../rest",
    "up and out, encoded": f"{SITE_URL}/wiki/%2e%2E/rest",
    "up and out at the end": f"{SITE_URL}/wiki/rest/../..",
}


@pytest.mark.parametrize("url", BESIDE_WIKI.values(), ids=BESIDE_WIKI)
@pytest.mark.parametrize("base_url", [f"{SITE_URL}/wiki", f"{SITE_URL}/wiki/"], ids=["", "slash"])
def test_a_url_beside_the_path_of_the_base_url_is_not_signed(url: str, base_url: str) -> None:
    with pytest.raises(UrlNotSignable):
        sign_request(replace(IDENTITY, base_url=base_url), "GET", url, now=NOW)


def test_a_refusal_quotes_nothing_of_the_url() -> None:
    with pytest.raises(UrlNotSignable) as refusal:
        sign_request(IDENTITY, "GET", "https://evil.com/?token=abc", now=NOW)
    assert "abc" not in str(refusal.value)


SIGNED = {
    "a resource": (SITE_URL, "/rest/api/3/issue/A-1", "GET&/rest/api/3/issue/A-1&"),
    "the site itself": (SITE_URL, "", "GET&/&"),
    "its root": (SITE_URL, "/", "GET&/&"),
    "a query on the site itself": (SITE_URL, "?b=2&a=1", "GET&/&a=1&b=2"),
    "a trailing slash": (SITE_URL, "/rest/", "GET&/rest&"),
    "a base URL with a slash": (f"{SITE_URL}/", "/rest", "GET&/rest&"),
    "a fragment": (SITE_URL, "/rest?a=1#top", "GET&/rest&a=1"),
    "an encoded path": (SITE_URL, "/rest/a%20b/%26", "GET&/rest/a%20b/%26&"),
    "dots in names": (SITE_URL, "/rest/..a/b../.c/...", "GET&/rest/..a/b../.c/...&"),
    "a context path": (f"{SITE_URL}/wiki", "/wiki/rest/api", "GET&/rest/api&"),
    "a context path with a slash": (f"{SITE_URL}/wiki/", "/wiki/rest/api", "GET&/rest/api&"),
    "the context path itself": (f"{SITE_URL}/wiki", "/wiki", "GET&/&"),
    "the context path twice": (f"{SITE_URL}/wiki", "/wiki/wiki/wiki", "GET&/wiki/wiki&"),
    "a path like the context path": (SITE_URL, "/wiki/rest", "GET&/wiki/rest&"),
}


@pytest.mark.parametrize(("base_url", "target", "canonical"), SIGNED.values(), ids=SIGNED)
def test_a_token_is_bound_to_what_is_below_the_base_url(base_url: str, target: str, canonical: str) -> None:
    token = sign_request(replace(IDENTITY, base_url=base_url), "GET", SITE_URL + target, now=NOW)
    unverified = jwt.decode(token, options={"verify_signature": False})
    assert unverified["qsh"] == qsh(canonical)


def test_a_site_on_a_laptop_has_a_port() -> None:
    laptop = "http://127.0.0.1:2990/jira"
    assert is_below(f"{laptop}/rest", laptop)
    assert not is_below("http://127.0.0.1:2991/jira/rest", laptop)
