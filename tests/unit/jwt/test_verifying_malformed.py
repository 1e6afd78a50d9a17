"""Malformed tokens are refused, and nothing else happens."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_jwt.errors import TokenRefused
from connect_jwt.tokens import parse_token
from tests.unit.jwt.handmade import NOW, SITE, base64url, compact, hs256
from tests.unit.jwt.routes import ROUTES, Route, each_route, on_request_route, refused_as, webhook_claims

_HEADER = b'{"alg":"HS256"}'
_H, _C, _S = base64url(_HEADER), base64url(b'{"iss":"site"}'), base64url(bytes(32))

MALFORMED = {
    "empty": "",
    "one part": "token",
    "two parts": f"{_H}.{_C}",
    "four parts": f"{_H}.{_C}.{_S}.{_S}",
    "five parts, as an encrypted token has": f"{_H}.{_C}.{_S}.{_S}.{_S}",
    "three empty parts": "..",
    "empty header": f".{_C}.{_S}",
    "empty claims": f"{_H}..{_S}",
    "header not base64": f"{_H}!.{_C}.{_S}",
    "claims not base64": f"{_H}.*{_C}.{_S}",
    "signature not base64": f"{_H}.{_C}.{_S}~",
    "padding in the middle": f"{_H}.{_C}.AA==AA",
    "too much padding": f"{_H}.{_C}.{_S}====",
    "one character too many for base64": f"{_H}.{_C}.{_S[:-2]}",
    "header not JSON": compact(b"alg", b"{}"),
    "claims not JSON": compact(_HEADER, b"{iss:1}"),
    "two JSON objects": compact(_HEADER, b"{}{}"),
    "header an array": compact(b'["HS256"]', b"{}"),
    "claims an array": compact(_HEADER, b"[]"),
    "claims a string": compact(_HEADER, b'"iss"'),
    "claims a number": compact(_HEADER, b"1"),
    "claims null": compact(_HEADER, b"null"),
    "claims not UTF-8": compact(_HEADER, b'{"iss":"\xff\xfe"}'),
    "nested without end": compact(_HEADER, b'{"a":' * 1000),
    "nested deeply": compact(_HEADER, b"[" * 2500 + b"]" * 2500),
    "a number of 5000 digits": compact(_HEADER, b'{"exp":%s}' % (b"9" * 5000)),
    "not ASCII": f"{_H}.{_C}.é",
    "digits that are not ASCII": f"{_H}.{_C}.\N{FULLWIDTH DIGIT ONE}AAA",
    "lone surrogate": f"{_H}.{_C}.\ud800",
    "NUL": f"{_H}.{_C}.{_S}\0",
    "newline at the end": f"{_H}.{_C}.{_S}\n",
    "space in front": f" {_H}.{_C}.{_S}",
    "scheme left on": f"JWT {_H}.{_C}.{_S}",
}


@each_route
@pytest.mark.parametrize("token", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_compact_jwt_is_refused(route: Route, token: str) -> None:
    with refused_as("token-malformed"):
        route.verify(token)


@each_route
def test_a_token_over_8_kib_is_refused_whatever_it_is(route: Route) -> None:
    with refused_as("token-too-large"):
        route.verify("\ud800" * 8193)


@each_route
def test_a_right_token_over_8_kib_is_refused(route: Route) -> None:
    with refused_as("token-too-large"):
        route.verify(route.sign(route.claims(context={"padding": "x" * 8192})))


def test_a_token_of_8_kib_is_still_read() -> None:
    token = hs256(webhook_claims())
    largest = token + "A" * (8192 - len(token))
    assert len(parse_token(largest).signature) == (8192 - token.rindex(".") - 1) * 3 // 4


@pytest.mark.parametrize(
    "claim",
    [b"1" * 4000, b"-1", b"1e400", b"NaN", b"-Infinity", b"18446744073709551616"],
    ids=["4000 digits", "negative", "over the range of floats", "NaN", "infinite", "over 64 bits"],
)
@pytest.mark.parametrize("name", ["iat", "exp", "nbf"])
def test_a_number_that_is_no_time_is_refused_by_name(claim: bytes, name: str) -> None:
    payload = {"iss": SITE, "iat": NOW, "exp": NOW, name: json.loads(claim)}
    with refused_as("time-not-integer"):
        on_request_route(hs256(payload))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(max_size=100))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(TokenRefused):
        parse_token(text)


_NUMBERS = st.floats() | st.integers().filter(lambda number: abs(number - NOW) > 10_000)
_JSON = st.recursive(
    st.none() | st.booleans() | _NUMBERS | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_NAMES = st.sampled_from(["alg", "kid", "typ", "iss", "iat", "exp", "nbf", "qsh", "aud", "sub", "context"])


# Examples cost more to make than to verify, so each of them is for all routes.
@settings(derandomize=True, deadline=None, max_examples=200)
@given(header=st.dictionaries(_NAMES, _JSON), payload=st.dictionaries(_NAMES, _JSON))
def test_any_json_without_a_signature_is_refused(
    header: dict[str, object], payload: dict[str, object]
) -> None:
    token = compact(json.dumps(header).encode(), json.dumps(payload).encode())
    for route in ROUTES.values():
        with pytest.raises(TokenRefused):
            route.verify(token)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(changes=st.dictionaries(st.sampled_from(["iat", "exp", "qsh"]), _JSON, min_size=1))
def test_any_json_in_place_of_a_claim_that_matters_is_refused(changes: dict[str, object]) -> None:
    for route in ROUTES.values():
        with pytest.raises(TokenRefused):
            route.verify(route.sign(route.claims(**changes)))
