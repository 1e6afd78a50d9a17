"""Forge's public keys: one set from one place, kept within bounds, and no flood of fetches."""

import pytest
import urllib3
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from connect_jwt.errors import KeyHostUnavailable
from connect_jwt.forge_keys import ForgeKeys
from tests.unit.jwt.handmade import OMITTED, Claims, atlassian_key, stranger_key
from tests.unit.jwt.invocations import FORGE_KID, event_claims, fit, jwk, key_set, on_forge_route
from tests.unit.jwt.key_host import Answer, KeyHost, answer, failure
from tests.unit.jwt.routes import refused_as

URL = "https://forge-keys.example/.well-known/jwks.json"
NEWER = "forge/invocation-token/newer"
KEYS = answer(key_set(jwk(atlassian_key())))
ROTATED = answer(key_set(jwk(atlassian_key()), jwk(stranger_key(), NEWER)))
DOWN = failure(urllib3.exceptions.ConnectTimeoutError())


class Clock:
    def __init__(self) -> None:
        self.seconds = 5_000.0

    def __call__(self) -> float:
        return self.seconds


class Host:
    """A key host that answers in turn, and the keys that are had from it."""

    def __init__(self, *answers: Answer) -> None:
        self.http, self.clock = KeyHost(*answers), Clock()
        self.keys = ForgeKeys(URL, http=self.http, clock=self.clock)

    @property
    def fetches(self) -> int:
        return len(self.http.asked)


def test_an_invocation_is_verified_with_the_key_that_its_kid_names() -> None:
    host = Host(answer(key_set(jwk(stranger_key(), "another"), jwk(atlassian_key()))))
    assert on_forge_route(fit(event_claims()), keys=host.keys).jti
    assert host.http.asked == [f"GET {URL}"]


def test_all_keys_come_in_one_fetch() -> None:
    host = Host(ROTATED)
    assert host.keys.public_key(FORGE_KID).public_numbers() == _public(atlassian_key())
    assert host.keys.public_key(NEWER).public_numbers() == _public(stranger_key())
    assert host.fetches == 1


def _public(key: rsa.RSAPrivateKey) -> rsa.RSAPublicNumbers:
    return key.public_key().public_numbers()


# --- how long they are kept ------------------------------------------------------------------------------

KEPT = {
    "nothing said": (None, 300),
    "no time said": ("public", 300),
    "a minute": ("max-age=60", 300),
    "none": ("max-age=0", 300),
    "six minutes": ("max-age=360", 360),
    "an hour, among others": ("public, s-maxage=5, max-age=3600, must-revalidate", 3600),
    "an hour, quoted": ('Max-Age="3600"', 3600),
    "spaces": ("max-age = 3600", 3600),
    "a day": ("max-age=86400", 86_400),
    "a year": ("max-age=31536000", 86_400),
    "only a proxy's": ("s-maxage=3600", 300),
    "another's name": ("xmax-age=3600", 300),
    "not to be stored": ("no-store, max-age=3600", 300),
    "not without asking": ("max-age=3600, no-cache", 300),
    "negative": ("max-age=-3600", 300),
    "no number": ("max-age=hour", 300),
    "digits that are not ASCII": ("max-age=\N{ARABIC-INDIC DIGIT NINE}999", 300),
}


@pytest.mark.parametrize(("cache_control", "seconds"), KEPT.values(), ids=KEPT)
def test_keys_are_kept_as_their_host_says_within_five_minutes_and_a_day(
    cache_control: str | None, seconds: int
) -> None:
    headers = {"Cache-Control": cache_control} if cache_control else {}
    host = Host(answer(key_set(jwk(atlassian_key())), headers=headers))
    host.keys.public_key(FORGE_KID)
    host.clock.seconds += seconds - 0.5
    host.keys.public_key(FORGE_KID)
    assert host.fetches == 1
    host.clock.seconds += 0.5
    host.keys.public_key(FORGE_KID)
    assert host.fetches == 2


def test_a_key_that_was_taken_back_is_gone_when_its_time_is_up() -> None:
    host = Host(ROTATED, KEYS)
    host.keys.public_key(NEWER)
    host.clock.seconds += 300
    with refused_as("kid-unknown"):
        host.keys.public_key(NEWER)
    assert host.fetches == 2


# --- kids that are not there -----------------------------------------------------------------------------


def test_a_new_key_is_found_by_fetching_once_more() -> None:
    host = Host(KEYS, ROTATED)
    host.keys.public_key(FORGE_KID)
    host.clock.seconds += 31
    assert host.keys.public_key(NEWER).public_numbers() == _public(stranger_key())
    assert host.fetches == 2


def test_an_unknown_kid_is_refused_after_one_more_fetch() -> None:
    host = Host(KEYS)
    host.keys.public_key(FORGE_KID)
    host.clock.seconds += 31
    with refused_as("kid-unknown"):
        host.keys.public_key("fake-kid")
    assert host.fetches == 2


def test_a_flood_of_garbage_costs_a_fetch_every_half_minute_and_no_more() -> None:
    host = Host(KEYS)
    host.keys.public_key(FORGE_KID)
    for second in range(600):
        host.clock.seconds += 1
        for number in range(3):
            with refused_as("kid-unknown"):
                host.keys.public_key(f"garbage-{second}-{number}")
        host.keys.public_key(FORGE_KID)
    assert host.fetches == 1 + 600 // 30


def test_a_first_request_with_garbage_fetches_once() -> None:
    host = Host(KEYS)
    for number in range(10):
        with refused_as("kid-unknown"):
            host.keys.public_key(f"garbage-{number}")
    host.keys.public_key(FORGE_KID)
    assert host.fetches == 1


def test_a_flood_does_not_take_known_keys_away_when_the_host_is_down() -> None:
    host = Host(KEYS, DOWN)
    host.keys.public_key(FORGE_KID)
    host.clock.seconds += 31
    with pytest.raises(KeyHostUnavailable):
        host.keys.public_key("fake-kid")
    assert host.keys.public_key(FORGE_KID).key_size == 2048


UNSAFE: dict[str, tuple[object, str]] = {
    "missing": (None, "kid-missing"),
    "empty": ("", "kid-unsafe"),
    "a number": (7, "kid-unsafe"),
    "a list": ([FORGE_KID], "kid-unsafe"),
    "an object": ({}, "kid-unsafe"),
    "true": (True, "kid-unsafe"),
    "a space": ("a b", "kid-unsafe"),
    "a newline": (f"{FORGE_KID}\n", "kid-unsafe"),
    "NUL": ("a\0", "kid-unsafe"),
    "not ASCII": ("é", "kid-unsafe"),
    "half an emoji": ("\ud83d", "kid-unsafe"),
    "256 characters": ("a" * 256, "kid-unsafe"),
}


@pytest.mark.parametrize(("kid", "reason"), UNSAFE.values(), ids=UNSAFE)
def test_what_is_no_identifier_fetches_nothing(kid: object, reason: str) -> None:
    host = Host(KEYS)
    with refused_as(reason):
        host.keys.public_key(kid)
    assert host.fetches == 0


# --- a host that gives no answer -------------------------------------------------------------------------

NO_ANSWER = {
    "no connection in time": DOWN,
    "connection refused": failure(urllib3.exceptions.ProtocolError("refused")),
    "no TLS": failure(urllib3.exceptions.SSLError("certificate")),
    "500": answer(b"oops", status=500),
    "503 with keys in it": answer(key_set(jwk(atlassian_key())), status=503),
    "404": answer(status=404),
    "429": answer(status=429, headers={"Retry-After": "0"}),
    "204": answer(status=204),
    "redirect": answer(
        key_set(jwk(atlassian_key())), status=302, headers={"Location": "https://evil.example"}
    ),
    "nothing": answer(b""),
    "a page": answer(b"<!doctype html><title>Sign in</title>"),
    "not UTF-8": answer(b"\xff\xfe\x00"),
    "a list": answer(b"[]"),
    "no keys": answer(b"{}"),
    "keys an object": answer(b'{"keys": {}}'),
    "nested without end": answer(b'{"keys":' + b"[" * 60_000),
    "over 64 KiB": answer(key_set(jwk(atlassian_key())) + b" " * 65_536),
}


@pytest.mark.parametrize("no_answer", NO_ANSWER.values(), ids=NO_ANSWER)
def test_a_host_that_gives_no_key_set_is_no_refusal_and_is_asked_again_soon(no_answer: Answer) -> None:
    host = Host(no_answer, KEYS)
    for seconds in (0.0, 1.0, 3.9):
        host.clock.seconds += seconds
        with pytest.raises(KeyHostUnavailable):
            host.keys.public_key(FORGE_KID)
    assert host.fetches == 1
    host.clock.seconds += 0.1
    assert host.keys.public_key(FORGE_KID).key_size == 2048
    assert host.fetches == 2


@pytest.mark.parametrize("no_answer", NO_ANSWER.values(), ids=NO_ANSWER)
def test_keys_whose_time_is_up_are_not_used_because_their_host_is_down(no_answer: Answer) -> None:
    host = Host(KEYS, no_answer)
    host.keys.public_key(FORGE_KID)
    host.clock.seconds += 300
    for _ in range(2):
        with pytest.raises(KeyHostUnavailable):
            host.keys.public_key(FORGE_KID)
    assert host.fetches == 2


class _BreaksOff(urllib3.HTTPResponse):
    def read(self, *_: object, **__: object) -> bytes:
        raise urllib3.exceptions.IncompleteRead(10, 400)


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    host = Host(lambda: _BreaksOff(b"", status=200, preload_content=False))
    with pytest.raises(KeyHostUnavailable):
        host.keys.public_key(FORGE_KID)


def test_the_host_is_waited_for_less_than_forge_waits_for_us() -> None:
    host = Host(KEYS)
    host.keys.public_key(FORGE_KID)
    (options,) = host.http.options
    assert isinstance(options["timeout"], urllib3.Timeout)
    assert options["timeout"].total == 2.5
    assert options["retries"] is False


# --- what is a key ---------------------------------------------------------------------------------------

_SMALL = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - to be refused
_CURVE = {"kty": "EC", "crv": "P-256", "kid": FORGE_KID, "x": "AA", "y": "AA"}
NO_KEYS: dict[str, object] = {
    "null": None,
    "a string": FORGE_KID,
    "a list": [jwk(atlassian_key())],
    "no kid": jwk(atlassian_key(), kid=OMITTED),
    "kid a number": jwk(atlassian_key(), kid=7),
    "a secret": {"kty": "oct", "k": "AAAA", "kid": FORGE_KID},
    "an elliptic curve's": _CURVE,
    "no kty": jwk(atlassian_key(), kty=OMITTED),
    "for encryption": jwk(atlassian_key(), use="enc"),
    "for another algorithm": jwk(atlassian_key(), alg="RS512"),
    "no modulus": jwk(atlassian_key(), n=OMITTED),
    "modulus a number": jwk(atlassian_key(), n=7),
    "modulus not base64": jwk(atlassian_key(), n="!"),
    "modulus empty": jwk(atlassian_key(), n=""),
    "exponent of one": jwk(atlassian_key(), e="AQ"),
    "1024 bits": jwk(_SMALL),
    "half a private key": jwk(atlassian_key(), d="AQAB"),
    "a private key": RSAAlgorithm.to_jwk(atlassian_key(), as_dict=True) | {"kid": FORGE_KID},
}


@pytest.mark.parametrize("entry", NO_KEYS.values(), ids=NO_KEYS)
def test_what_is_no_rsa_key_of_2048_bits_for_rs256_is_no_key_and_spoils_no_other(entry: object) -> None:
    host = Host(answer(key_set(entry, jwk(stranger_key(), NEWER))))
    with refused_as("kid-unknown"):
        host.keys.public_key(FORGE_KID)
    assert host.keys.public_key(NEWER).public_numbers() == _public(stranger_key())


SPARSE = {
    "no use": {"use": OMITTED},
    "no alg": {"alg": OMITTED},
    "more than is known": {"x5t": "AA", "key_ops": ["verify"]},
}


@pytest.mark.parametrize("changes", SPARSE.values(), ids=SPARSE)
def test_a_key_need_not_say_what_it_is_for(changes: Claims) -> None:
    host = Host(answer(key_set(jwk(atlassian_key(), **changes))))
    assert host.keys.public_key(FORGE_KID).public_numbers() == _public(atlassian_key())
