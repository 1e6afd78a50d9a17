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

from connect_jwt.errors import KeyHostUnavailable
from connect_jwt.install_keys import InstallKeys
from tests.unit.jwt.handmade import KID, atlassian_key
from tests.unit.jwt.key_host import KEY_URL, URL, Answer, KeyHost, answer, atlassian_pem, failure
from tests.unit.jwt.routes import refused_as

NOT_FOUND = answer(status=404)


class Clock:
    def __init__(self) -> None:
        self.seconds = 5_000.0

    def __call__(self) -> float:
        return self.seconds


def test_the_key_is_where_its_kid_says_on_the_host_of_the_deployment() -> None:
    key_host = KeyHost()
    key = InstallKeys(f"{URL}/", http=key_host).public_key(KID)
    assert key.public_numbers() == atlassian_key().public_key().public_numbers()
    assert key_host.asked == [KEY_URL]


def test_a_key_host_may_have_a_path() -> None:
    key_host = KeyHost()
    InstallKeys(f"{URL}/keys/v1", http=key_host).public_key(KID)
    assert key_host.asked == [f"GET {URL}/keys/v1/{KID}"]


def test_a_key_that_was_found_is_kept_for_good() -> None:
    key_host, clock = KeyHost(answer(atlassian_pem()), NOT_FOUND), Clock()
    keys = InstallKeys(URL, http=key_host, clock=clock)
    first = keys.public_key(KID)
    clock.seconds += 10 * 365 * 86_400
    assert keys.public_key(KID) is first
    assert key_host.asked == [KEY_URL]


def test_each_kid_has_a_key_of_its_own() -> None:
    key_host = KeyHost(answer(atlassian_pem()), NOT_FOUND)
    keys = InstallKeys(URL, http=key_host)
    keys.public_key(KID)
    with refused_as("kid-unknown"):
        keys.public_key("fake-kid")
    assert key_host.asked == [KEY_URL, f"GET {URL}/fake-kid"]


@pytest.mark.parametrize("status", [404, 403, 400, 410, 429, 203], ids=str)
def test_what_was_not_found_is_asked_for_again_after_a_minute(status: int) -> None:
    key_host, clock = KeyHost(answer(atlassian_pem(), status=status), answer(atlassian_pem())), Clock()
    keys = InstallKeys(URL, http=key_host, clock=clock)
    for seconds in (0.0, 1.0, 58.9):
        clock.seconds += seconds
        with refused_as("kid-unknown"):
            keys.public_key(KID)
    assert len(key_host.asked) == 1
    clock.seconds += 0.2
    assert keys.public_key(KID).key_size == 2048
    assert len(key_host.asked) == 2


FAILING = {
    "500": answer(b"oops", status=500),
    "502": answer(status=502),
    "503": answer(status=503, headers={"Retry-After": "0"}),
    "503 with a key in it": answer(atlassian_pem(), status=503),
}


@pytest.mark.parametrize("failing", FAILING.values(), ids=FAILING)
def test_a_key_host_that_fails_has_no_key_and_is_asked_again_at_once(failing: Answer) -> None:
    key_host = KeyHost(failing, answer(atlassian_pem()))
    keys = InstallKeys(URL, http=key_host, clock=Clock())
    with refused_as("kid-unknown"):
        keys.public_key(KID)
    assert len(key_host.asked) == 1
    assert keys.public_key(KID).key_size == 2048


SILENT = {
    "no connection in time": failure(urllib3.exceptions.ConnectTimeoutError()),
    "connection refused": failure(urllib3.exceptions.ProtocolError("refused")),
    "no TLS": failure(urllib3.exceptions.SSLError("certificate")),
}


@pytest.mark.parametrize("no_answer", SILENT.values(), ids=SILENT)
def test_a_key_host_that_gives_no_answer_is_no_refusal_and_is_asked_again_at_once(no_answer: Answer) -> None:
    key_host = KeyHost(no_answer, answer(atlassian_pem()))
    keys = InstallKeys(URL, http=key_host, clock=Clock())
    with pytest.raises(KeyHostUnavailable) as unavailable:
        keys.public_key(KID)
    assert unavailable.value.reason == "key-host-unavailable"
    assert len(key_host.asked) == 1
    assert keys.public_key(KID).key_size == 2048


class _BreaksOff(urllib3.HTTPResponse):
    def read(self, *_: object, **__: object) -> bytes:
        raise urllib3.exceptions.IncompleteRead(10, 400)


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    keys = InstallKeys(URL, http=KeyHost(lambda: _BreaksOff(b"", status=200, preload_content=False)))
    with pytest.raises(KeyHostUnavailable):
        keys.public_key(KID)


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


@pytest.mark.parametrize("body", NO_KEYS.values(), ids=NO_KEYS)
def test_what_is_no_rsa_key_of_2048_bits_is_no_key(body: bytes) -> None:
    key_host = KeyHost(answer(body))
    keys = InstallKeys(URL, http=key_host, clock=Clock())
    for _ in range(2):
        with refused_as("kid-unknown"):
            keys.public_key(KID)
    assert len(key_host.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    elsewhere = answer(atlassian_pem(), status=status, headers={"Location": "https://evil.example/key"})
    key_host = KeyHost(elsewhere, answer(atlassian_pem()))
    with refused_as("kid-unknown"):
        InstallKeys(URL, http=key_host).public_key(KID)
    assert key_host.asked == [KEY_URL]


def test_the_key_host_is_waited_for_less_than_jira_waits_for_us() -> None:
    key_host = KeyHost()
    InstallKeys(URL, http=key_host).public_key(KID)
    (options,) = key_host.options
    assert isinstance(options["timeout"], urllib3.Timeout)
    assert options["timeout"].total == 2.5
    assert options["retries"] is False
