"""Against `atlassian-jwt`, Atlassian's own Python package."""

import time

import atlassian_jwt
import jwt
import pytest
from atlassian_jwt.url_utils import canonicalize_request, hash_url
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_jwt.canonical import canonical_request, query_string_hash
from connect_jwt.errors import SignatureMismatch
from connect_jwt.identity import AppKey, SharedSecret
from connect_jwt.signing import SigningIdentity, sign_request
from connect_jwt.tokens import parse_token
from connect_jwt.verifying import SignedRequest, VerifiedToken, verify_request_token
from tests.interop.urls import UNRESERVED, paths, queries, text_in_one_order

SECRET = "a secret that both implementations were given, clé included"
SITE, APP_KEY = "1d3c1a55-90a9-4bd7-8d06-36b4b4c84f16", "com.example.app"
SITE_URL = "https://site.atlassian.net"


class Jira(atlassian_jwt.Authenticator):  # type: ignore[misc] # the package has no types
    """Verifies as Jira would, with the secret of the one app that is installed."""

    def get_shared_secret(self, client_key: str) -> str:
        return {APP_KEY: SECRET}[client_key]


REQUESTS = {
    "no query": ("POST", "/webhooks/issue", ""),
    "a page": ("GET", "/pages/board", "xdm_e=https%3A%2F%2Fsite.atlassian.net&lic=none&cp="),
    "repeated values": ("GET", "/api", "id=10&id=9&id=%3A1&id=.1&id="),
    "spaces and pluses": ("PUT", "/api/a%20b/", "q=a+b%20c%2Bd*~"),
    "text of the world": ("DELETE", "/api", "q=%E5%AE%AE+%F0%9F%98%80"),
    "names in brackets": ("GET", "/api", "a%5B0%5D=1&a.b=2&a=3"),
}
each_request = pytest.mark.parametrize(("method", "path", "query"), REQUESTS.values(), ids=REQUESTS)


def verify(token: str, method: str = "GET", path: str = "/page", query: str = "") -> VerifiedToken:
    return verify_request_token(
        parse_token(token),
        request=SignedRequest(method, path, query),
        secrets=[SharedSecret(SECRET)],
        now=time.time(),
    )


@each_request
def test_what_it_signs_we_verify(method: str, path: str, query: str) -> None:
    token = atlassian_jwt.encode_token(method, f"{path}?{query}", clientKey=SITE, sharedSecret=SECRET)
    assert verify(token, method, path, query).client_key == SITE


def test_what_it_signs_with_another_secret_we_refuse() -> None:
    with pytest.raises(SignatureMismatch):
        verify(atlassian_jwt.encode_token("GET", "/page", clientKey=SITE, sharedSecret=SECRET + " "))


def signed_by_us(method: str, target: str) -> dict[str, str]:
    identity = SigningIdentity(app_key=AppKey(APP_KEY), base_url=SITE_URL, shared_secret=SharedSecret(SECRET))
    token = sign_request(identity, method, SITE_URL + target, now=time.time())
    return {"Authorization": f"JWT {token}"}


@each_request
def test_what_we_sign_it_verifies(method: str, path: str, query: str) -> None:
    headers = signed_by_us(method, f"{path}?{query}")
    assert Jira().authenticate(method, f"{path}?{query}", headers).client_key == APP_KEY


def test_what_we_sign_for_one_request_it_refuses_for_another() -> None:
    with pytest.raises(jwt.DecodeError, match="qsh does not match"):
        Jira().authenticate("GET", "/rest?a=2", signed_by_us("GET", "/rest?a=1"))


# It knows parameters after a semicolon in a path, and a scheme before a colon; and it sorts by code point.
@settings(derandomize=True, deadline=None, max_examples=500)
@given(
    method=st.sampled_from(["GET", "post", "Put", "DELETE"]),
    path=paths(characters=UNRESERVED + "!$&'()*+,=@"),
    query=queries(names=text_in_one_order(min_size=1), values=text_in_one_order()),
)
def test_canonical_requests_agree(method: str, path: str, query: str) -> None:
    assert canonical_request(method, path, query) == canonicalize_request(method, f"{path}?{query}")
    assert query_string_hash(method, path, query) == hash_url(method, f"{path}?{query}")


@pytest.mark.parametrize("query", ["a=%zz", "a=%", "a=%ff", "a=%ED%A0%80", "%ff=1", "a=%00", "a?b=1;c==d"])
def test_they_agree_about_what_is_malformed(query: str) -> None:
    assert canonicalize_request("GET", f"/a?{query}") == canonical_request("GET", "/a", query)
