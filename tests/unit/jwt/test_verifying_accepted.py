"""Tokens that each kind of route accepts, and their content."""

import base64
import hashlib

import pytest

from connect_jwt.verifying import SignedRequest
from tests.unit.jwt.handmade import NOW, SITE, hs256, qsh
from tests.unit.jwt.routes import REQUEST_ROUTE, Route, each_route, on_request_route, webhook_claims


@each_route
def test_a_token_of_its_kind_is_accepted_and_tells_who_speaks(route: Route) -> None:
    context = {"jira": {"issue": {"key": "ABC-1"}}}
    verified = route.verify(route.sign(route.claims(sub="557058:a1", context=context)))
    assert (verified.client_key, verified.account_id) == (SITE, "557058:a1")
    assert verified.issued_at == NOW - 60
    assert verified.context == context


@each_route
@pytest.mark.parametrize("nobody", [None, "", 7, ["557058:a1"]], ids=repr)
def test_a_sub_that_is_no_account_id_is_nobody(route: Route, nobody: object) -> None:
    assert route.verify(route.sign(route.claims(sub=nobody))).account_id is None


@each_route
@pytest.mark.parametrize("nothing", [None, "x", 7, []], ids=repr)
def test_a_context_that_is_no_object_is_empty(route: Route, nothing: object) -> None:
    assert route.verify(route.sign(route.claims(context=nothing))).context == {}


@each_route
def test_claims_of_the_future_are_ignored(route: Route) -> None:
    assert route.verify(route.sign(route.claims(jti="x", entitlement={"level": 3}))).client_key == SITE


@pytest.mark.parametrize("audience", ["anything", ["a", "b"], "", None], ids=repr)
def test_a_site_signed_token_may_say_any_audience(audience: object) -> None:
    assert on_request_route(hs256(webhook_claims(aud=audience))).client_key == SITE


@pytest.mark.parametrize("arrived", ["/issue/A B/é", "/issue/A%20B/%C3%A9"], ids=["decoded", "encoded"])
@pytest.mark.parametrize("signed", ["/issue/A B/é", "/issue/A%20B/%C3%A9"], ids=["decoded", "encoded"])
def test_the_path_may_be_percent_encoded_on_either_side(signed: str, arrived: str) -> None:
    token = hs256(webhook_claims(qsh=qsh(f"GET&{signed}&")))
    assert on_request_route(token, request=SignedRequest("GET", arrived, "")).client_key == SITE


def test_a_path_is_taken_as_it_arrived_too_when_it_is_half_encoded() -> None:
    token = hs256(webhook_claims(qsh=qsh("GET&/a b%20c&")))
    assert on_request_route(token, request=SignedRequest("GET", "/a b%20c", "")).client_key == SITE


def test_the_token_in_the_query_is_no_part_of_what_it_signs() -> None:
    token = hs256(webhook_claims(qsh=qsh("GET&/pages/board&lic=none")))
    request = SignedRequest("GET", "/pages/board", f"jwt={token}&lic=none")
    assert on_request_route(token, request=request).client_key == SITE


@each_route
def test_a_signature_written_differently_leaves_the_digest_as_it_is(route: Route) -> None:
    token = route.sign(route.claims())
    signed_part, _, signature = token.rpartition(".")
    padded = signature + "=" * (-len(signature) % 4)
    other_trailing_bits = signature[:-1] + _same_but_for_unused_bits(signature[-1])
    assert _decoded(padded) == _decoded(other_trailing_bits) == _decoded(signature)
    spellings = [signature, padded, other_trailing_bits]
    assert len(set(spellings)) == len(spellings)
    digests = {route.verify(f"{signed_part}.{spelling}").digest for spelling in spellings}
    assert digests == {hashlib.sha256(signed_part.encode()).hexdigest()}


@pytest.mark.parametrize("change", [{"iat": NOW - 61}, {"exp": NOW + 121}, {"sub": "x"}], ids=repr)
def test_another_claim_is_another_digest(change: dict[str, object]) -> None:
    one = REQUEST_ROUTE.verify(hs256(webhook_claims()))
    other = REQUEST_ROUTE.verify(hs256(webhook_claims(**change)))
    assert one.digest != other.digest


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _same_but_for_unused_bits(last: str) -> str:
    """The last character of 32 bytes has two bits that mean nothing, that of 256 bytes four."""
    return _ALPHABET[_ALPHABET.index(last) ^ 1]


def _decoded(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
