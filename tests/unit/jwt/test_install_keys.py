"""The public keys of installs: fetched from one place, kept, and believed only when they are keys."""

import pytest
import urllib3
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from connect_jwt.clouds import CLOUDS, Cloud
from connect_jwt.errors import KeyHostUnavailable, TokenRefused
from tests.unit.jwt.handmade import KID, atlassian_key
from tests.unit.jwt.key_host import (
    KEY_URL,
    URL,
    Answer,
    Clock,
    KeyHost,
    answer,
    atlassian_pem,
    failure,
    keys_of,
)
from tests.unit.jwt.routes import refused_as

NOT_FOUND = answer(status=404)
SECOND = "https://second.example/keys"


def test_the_key_is_where_its_kid_says_on_the_host_of_the_deployment() -> None:
    key_host = KeyHost()
    key = keys_of(key_host, f"{URL}/").public_key(KID)
    assert key.public_numbers() == atlassian_key().public_key().public_numbers()
    assert key_host.asked == [KEY_URL]


def test_a_key_host_may_have_a_path() -> None:
    key_host = KeyHost()
    keys_of(key_host, f"{URL}/keys/v1").public_key(KID)
    assert key_host.asked == [f"GET {URL}/keys/v1/{KID}"]


def test_a_key_that_was_found_is_kept_for_good() -> None:
    key_host, clock = KeyHost(answer(atlassian_pem()), NOT_FOUND), Clock()
    keys = keys_of(key_host, clock=clock)
    first = keys.public_key(KID)
    clock.seconds += 10 * 365 * 86_400
    assert keys.public_key(KID) is first
    assert key_host.asked == [KEY_URL]


def test_each_kid_has_a_key_of_its_own() -> None:
    key_host = KeyHost(answer(atlassian_pem()), NOT_FOUND)
    keys = keys_of(key_host)
    keys.public_key(KID)
    with refused_as("kid-unknown"):
        keys.public_key("fake-kid")
    assert key_host.asked == [KEY_URL, f"GET {URL}/fake-kid"]


def test_what_was_not_found_is_asked_for_again_after_a_minute() -> None:
    key_host, clock = KeyHost(NOT_FOUND, answer(atlassian_pem())), Clock()
    keys = keys_of(key_host, clock=clock)
    for seconds in (0.0, 1.0, 58.9):
        clock.seconds += seconds
        with refused_as("kid-unknown"):
            keys.public_key(KID)
    assert len(key_host.asked) == 1
    clock.seconds += 0.2
    assert keys.public_key(KID).key_size == 2048
    assert len(key_host.asked) == 2


class _BreaksOff(urllib3.HTTPResponse):
    def read(self, *_: object, **__: object) -> bytes:
        raise urllib3.exceptions.IncompleteRead(10, 400)


def _public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _private_pem() -> bytes:
    return atlassian_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


NO_KEYS = {
    "nothing": b"",
    "a page": b"<!doctype html><title>Sign in</title>",
    "JSON": b'{"keys": []}',
    "not UTF-8": b"\xff\xfe\x00",
    "PEM of nothing": b"-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----\n",
    "PEM of rubbish": b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    "PEM cut short": atlassian_pem()[:200],
    "DER": atlassian_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "an elliptic curve's key": _public_pem(ec.generate_private_key(ec.SECP256R1())),
    "an Edwards curve's key": _public_pem(ed25519.Ed25519PrivateKey.generate()),
    "1024 bits of RSA": _public_pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)),  # noqa: S505
    "a private key": _private_pem(),
    "a megabyte of anything": b"A" * 2**20,
    "a megabyte before the key": b"\n" * 2**20 + atlassian_pem(),
}
STATUSES = [203, 301, 302, 303, 307, 308, 400, 401, 403, 410, 429, 500, 502, 503, 504]
ELSEWHERE = {"Location": "https://evil.example/key", "Retry-After": "0"}
TELLS_NOTHING: dict[str, tuple[Answer, str]] = {
    **{
        f"{status}": (answer(atlassian_pem(), status=status, headers=ELSEWHERE), str(status))
        for status in STATUSES
    },
    **{name: (answer(body), "no RSA key") for name, body in NO_KEYS.items()},
    "no connection in time": (failure(urllib3.exceptions.ConnectTimeoutError()), "ConnectTimeoutError"),
    "connection refused": (failure(urllib3.exceptions.ProtocolError("refused")), "ProtocolError"),
    "no TLS": (failure(urllib3.exceptions.SSLError("certificate")), "SSLError"),
    "breaks off": (lambda: _BreaksOff(b"", status=200, preload_content=False), "IncompleteRead"),
}
each_that_tells_nothing = pytest.mark.parametrize(
    ("telling_nothing", "in_a_word"), TELLS_NOTHING.values(), ids=TELLS_NOTHING
)


@each_that_tells_nothing
def test_any_other_answer_is_no_refusal_and_is_asked_for_again_at_once(
    telling_nothing: Answer, in_a_word: str
) -> None:
    key_host = KeyHost(telling_nothing, answer(atlassian_pem()))
    keys = keys_of(key_host)
    with pytest.raises(KeyHostUnavailable) as unavailable:
        keys.public_key(KID)
    assert unavailable.value.reason == "key-host-unavailable"
    assert f"connect-install-keys.example: {in_a_word}" in str(unavailable.value)
    assert key_host.asked == [KEY_URL]
    assert keys.public_key(KID).key_size == 2048


@each_that_tells_nothing
def test_then_the_next_host_is_asked(telling_nothing: Answer, in_a_word: str) -> None:
    key_host = KeyHost(telling_nothing, answer(atlassian_pem()))
    keys = keys_of(key_host, URL, SECOND)
    assert keys.public_key(KID).key_size == 2048, in_a_word
    assert key_host.asked == [KEY_URL, f"GET {SECOND}/{KID}"]
    assert keys.host_of(KID) == "second.example/keys"


@each_that_tells_nothing
def test_one_host_without_the_key_does_not_speak_for_the_other(
    telling_nothing: Answer, in_a_word: str
) -> None:
    for answers in ((telling_nothing, NOT_FOUND), (NOT_FOUND, telling_nothing)):
        keys = keys_of(KeyHost(*answers), URL, SECOND)
        with pytest.raises(KeyHostUnavailable, match=in_a_word):
            keys.public_key(KID)


def test_the_key_of_the_first_host_counts_and_the_next_is_not_asked() -> None:
    key_host = KeyHost()
    keys = keys_of(key_host, URL, SECOND)
    keys.public_key(KID)
    assert (key_host.asked, keys.host_of(KID)) == ([KEY_URL], "connect-install-keys.example")


def test_what_no_host_has_is_refused_and_the_hosts_are_named() -> None:
    key_host = KeyHost(NOT_FOUND)
    keys = keys_of(key_host, URL, SECOND)
    for _ in range(2):
        with pytest.raises(TokenRefused, match=f"{KID}.*install-keys.example: 404.*second.example/keys: 404"):
            keys.public_key(KID)
    assert len(key_host.asked) == 2


# --- registries


OUTSIDE = {
    "Atlassian's old ids": "0e50fccb-239d-4991-a5db-dc850ba3f236",
    "another service's": "micros/some-service/key-1",
    "the prefix without its last word": "generic-keypair/other/key-1",
    "where the prefix ends, no slash": "generic-keypair/cs-migrations-2/key-1",
    "the prefix alone": "generic-keypair/cs-migrations",
    "the prefix further behind": "x/generic-keypair/cs-migrations/key-1",
    "in capitals": "Generic-Keypair/cs-migrations/key-1",
}
each_outside = pytest.mark.parametrize("kid", OUTSIDE.values(), ids=OUTSIDE)
REGISTRY = "https://asap-distribution.us-west-2.prod.example"


@each_outside
def test_a_registry_is_never_asked_for_an_id_that_it_may_not_vouch_for(kid: str) -> None:
    key_host = KeyHost()
    keys = keys_of(key_host, REGISTRY, URL)
    keys.public_key(kid)
    assert (key_host.asked, keys.host_of(kid)) == ([f"GET {URL}/{kid}"], "connect-install-keys.example")


@each_outside
def test_when_the_dedicated_host_has_no_such_id_either_the_setting_is_named(kid: str) -> None:
    key_host = KeyHost(NOT_FOUND)
    keys = keys_of(key_host, REGISTRY, URL)
    for _ in range(2):
        with pytest.raises(TokenRefused, match=f"kid-unknown.*{kid}.*InstallKeyPrefix"):
            keys.public_key(kid)
    assert key_host.asked == [f"GET {URL}/{kid}"]


@pytest.mark.parametrize(
    "url", [REGISTRY, REGISTRY.upper().replace("HTTPS", "https"), f"{REGISTRY}/keys", f"{REGISTRY}:443"]
)
def test_a_registry_is_known_by_its_name(url: str) -> None:
    key_host = KeyHost()
    with refused_as("kid-unknown"):
        keys_of(key_host, url).public_key("micros/some-service/key-1")
    assert key_host.asked == []


@pytest.mark.parametrize("prefix", ["", "/"])
def test_without_a_prefix_a_registry_may_vouch_for_nothing(prefix: str) -> None:
    key_host = KeyHost()
    with refused_as("kid-unknown"):
        keys_of(key_host, REGISTRY, registry_prefix=prefix).public_key(KID)
    assert key_host.asked == []


def test_below_the_prefix_a_registry_is_asked_first() -> None:
    key_host = KeyHost(NOT_FOUND, answer(atlassian_pem()))
    keys_of(key_host, REGISTRY, URL).public_key(KID)
    assert key_host.asked == [f"GET {REGISTRY}/{KID}", KEY_URL]


@pytest.mark.parametrize("cloud", CLOUDS.values(), ids=CLOUDS)
def test_each_cloud_has_a_registry_that_is_asked_first_and_a_host_of_its_own(cloud: Cloud) -> None:
    key_host = KeyHost(NOT_FOUND)
    keys = keys_of(key_host, *cloud.install_keys_urls)
    with refused_as("kid-unknown"):
        keys.public_key(KID)
    assert key_host.asked == [f"GET {url}/{KID}" for url in cloud.install_keys_urls]
    key_host.asked.clear()
    with refused_as("kid-unknown"):
        keys.public_key("micros/some-service/key-1")
    assert key_host.asked == [f"GET {url}/micros/some-service/key-1" for url in cloud.install_keys_urls[1:]]
