"""Against `@atlassian/atlassian-jwt`, which Atlassian's own Node framework signs and verifies with."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_jwt.canonical import canonical_request
from connect_jwt.errors import SignatureMismatch
from connect_jwt.identity import AppKey, SharedSecret
from connect_jwt.signing import SigningIdentity, sign_request
from connect_jwt.tokens import parse_token
from connect_jwt.verifying import (
    SignedRequest,
    verify_context_token,
    verify_install_token,
    verify_request_token,
)
from tests.interop.peers import NodePeer
from tests.interop.urls import UNRESERVED, any_text, paths, queries
from tests.node import NodeFailed
from tests.unit.jwt.key_host import KeyHost, answer, keys_of

SECRET = "a secret that both implementations were given, clé included"
SITE, APP_KEY = "1d3c1a55-90a9-4bd7-8d06-36b4b4c84f16", "com.example.app"
APP_URL, SITE_URL = "https://app.example.com/prod", "https://site.atlassian.net"

REQUESTS = {
    "no query": ("POST", "/webhooks/issue", ""),
    "a page": ("GET", "/pages/board", "xdm_e=https%3A%2F%2Fsite.atlassian.net&lic=none&cp="),
    "repeated values": ("GET", "/api", "id=10&id=9&id=%3A1&id=.1&id="),
    "spaces and pluses": ("PUT", "/api/a%20b/", "q=a+b%20c%2Bd*~"),
    "text of the world": ("DELETE", "/api", "q=%E5%AE%AE+%F0%9F%98%80"),
}
each_request = pytest.mark.parametrize(("method", "path", "query"), REQUESTS.values(), ids=REQUESTS)


def claims(qsh: str, **more: object) -> dict[str, object]:
    return {"iss": SITE, "iat": int(time.time()), "exp": int(time.time()) + 180, "qsh": qsh, **more}


@each_request
def test_what_it_signs_we_verify(npm_peer: NodePeer, method: str, path: str, query: str) -> None:
    qsh = npm_peer.qsh(method, f"{APP_URL}{path}?{query}", APP_URL)
    verified = verify_request_token(
        parse_token(npm_peer.sign_hs256(claims(qsh, sub="557058:a1"), SECRET)),
        request=SignedRequest(method, path, query),
        secrets=[SharedSecret(SECRET)],
        now=time.time(),
    )
    assert (verified.client_key, verified.account_id) == (SITE, "557058:a1")


def test_what_it_signs_with_another_secret_we_refuse(npm_peer: NodePeer) -> None:
    token = npm_peer.sign_hs256(claims("context-qsh"), SECRET + " ")
    with pytest.raises(SignatureMismatch):
        verify_context_token(parse_token(token), secrets=[SharedSecret(SECRET)], now=time.time())


def test_the_context_token_it_signs_we_verify(npm_peer: NodePeer) -> None:
    token = npm_peer.sign_hs256(claims("context-qsh"), SECRET)
    verified = verify_context_token(parse_token(token), secrets=[SharedSecret(SECRET)], now=time.time())
    assert verified.client_key == SITE


@pytest.mark.parametrize("audience", [APP_URL, [APP_URL]], ids=["text", "list"])
def test_the_install_token_it_signs_we_verify(npm_peer: NodePeer, audience: object) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    host = KeyHost(answer(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)))
    qsh = npm_peer.qsh("POST", f"{APP_URL}/lifecycle/installed", APP_URL)
    verified = verify_install_token(
        parse_token(npm_peer.sign_rs256(claims(qsh, aud=audience), pem, "the-kid")),
        request=SignedRequest("POST", "/lifecycle/installed", ""),
        keys=keys_of(host),
        audiences=[APP_URL],
        now=time.time(),
    )
    assert verified.client_key == SITE


def signed_by_us(method: str, url: str) -> str:
    identity = SigningIdentity(app_key=AppKey(APP_KEY), base_url=SITE_URL, shared_secret=SharedSecret(SECRET))
    return sign_request(identity, method, url, now=time.time())


@each_request
def test_what_we_sign_it_verifies(npm_peer: NodePeer, method: str, path: str, query: str) -> None:
    url = f"{SITE_URL}{path}?{query}"
    believed = npm_peer.verified_claims(signed_by_us(method, url), SECRET)
    assert believed["iss"] == APP_KEY
    assert believed["qsh"] == npm_peer.qsh(method, url, SITE_URL)


def test_what_we_sign_it_refuses_with_another_secret(npm_peer: NodePeer) -> None:
    with pytest.raises(NodeFailed, match="Signature verification failed"):
        npm_peer.verified_claims(signed_by_us("GET", SITE_URL), SECRET + " ")


# It sorts names as they are and not as they are encoded: the two agree while nothing in them is encoded.
# And Node writes an apostrophe in a path otherwise, now and then.
names = st.text(UNRESERVED, min_size=1, max_size=8).filter(lambda name: name != "__proto__")


@settings(derandomize=True, deadline=None, max_examples=500)
@given(
    method=st.sampled_from(["GET", "post", "Put", "DELETE"]),
    path=paths(characters=UNRESERVED + "!$&()*+,;=:@"),
    query=queries(names=names, values=any_text()),
)
def test_canonical_requests_agree(npm_peer: NodePeer, method: str, path: str, query: str) -> None:
    ours = canonical_request(method, path, query)
    assert npm_peer.canonical(method, f"{path}?{query}") == ours


@pytest.mark.parametrize("query", ["a=%zz", "a=%", "a=%ff", "a=%ED%A0%80", "%ff=1", "a=%00", "a?b=1;c==d"])
def test_they_agree_about_what_is_malformed(npm_peer: NodePeer, query: str) -> None:
    assert npm_peer.canonical("GET", f"/a?{query}") == canonical_request("GET", "/a", query)
