"""The diagnosis accepts what the app accepts and refuses what it refuses, for any combination of faults."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_jwt.diagnosis import Evidence, Verdict, diagnose
from connect_jwt.diagnosis.catalogue import explanation_of
from connect_jwt.errors import Reason, TokenRefused
from connect_jwt.identity import SharedSecret
from connect_jwt.tokens import UnverifiedToken, find_token, parse_token
from connect_jwt.verifying import SignedRequest, verify_context_token, verify_request_token
from tests.unit.diagnosis.signed import APP_URL, WEBHOOK, from_page, webhook
from tests.unit.jwt.handmade import NOW, OMITTED, SECRET, SITE, claims, hs256, qsh

TIMES = st.sampled_from(
    [NOW, NOW - 60, NOW + 29, NOW + 31, NOW - 29, NOW - 31, NOW + 3600, NOW + 3700, 0, -1, 2**53, NOW * 1000]
) | st.sampled_from([NOW + 0.5, str(NOW), True, None, OMITTED, 10**30, [NOW]])
changed_claims = st.fixed_dictionaries(
    {},
    optional={
        "iat": TIMES,
        "exp": TIMES,
        "nbf": TIMES,
        "iss": st.sampled_from([SITE, "another", "", OMITTED, 7]),
        "qsh": st.sampled_from(["context-qsh", "0" * 64, "", None, OMITTED, ["x"]]),
        "sub": st.sampled_from(["x", "", None]),
        "note": st.sampled_from(["x", "x" * 9000]),
    },
)
changed_headers = st.fixed_dictionaries(
    {}, optional={"crit": st.sampled_from([[], ["exp"], None]), "kid": st.just("x"), "typ": st.just("jwt")}
)
schemes = st.sampled_from(
    ["JWT ", "jwt ", "JWT  ", "JWT\t", "Bearer ", "", "JWT JWT ", 'JWT "', "JWT token="]
)
signers = st.sampled_from([SECRET, f"{SECRET}\n", "x" * 40])


def taken(evidence: Evidence, verify: Callable[..., Any], **request: Any) -> bool:
    try:
        token = parse_token(find_token(evidence.header("Authorization"), ""))
        found = verify(token, secrets=_secrets_of(token), now=NOW, **request)
    except TokenRefused:
        return False
    return found is not None


def _secrets_of(token: UnverifiedToken) -> Iterator[SharedSecret]:
    if token.issuer == SITE:
        yield SharedSecret(SECRET)


@settings(derandomize=True, deadline=None, max_examples=600)
@given(said=changed_claims, header=changed_headers, scheme=schemes, secret=signers, page=st.booleans())
def test_the_app_and_its_diagnosis_agree(
    said: dict[str, Any], header: dict[str, Any], scheme: str, secret: str, *, page: bool
) -> None:
    right = {"qsh": "context-qsh" if page else qsh(WEBHOOK), "context": {}}
    token = hs256(claims(**{**right, **said}), secret=secret, **header)
    url = f"{APP_URL}/api/settings" if page else f"{APP_URL}/webhooks/issue?project=Planets"
    evidence = webhook(token, scheme=scheme, url=url, method="GET" if page else "POST")
    request = SignedRequest(method="POST", path="/webhooks/issue", query="project=Planets")
    is_taken = (
        taken(evidence, verify_context_token)
        if page
        else taken(evidence, verify_request_token, request=request)
    )
    expected = Verdict.ACCEPTED if is_taken else Verdict.REFUSED
    assert diagnose(evidence).verdict is expected


@settings(derandomize=True, deadline=None, max_examples=300)
@given(said=changed_claims, header=changed_headers, scheme=schemes, secret=signers, in_url=st.booleans())
def test_a_token_that_the_app_has_parsed_is_explained_as_one_that_has_to_be_found(
    said: dict[str, Any], header: dict[str, Any], scheme: str, secret: str, *, in_url: bool
) -> None:
    token = hs256(claims(**{"qsh": qsh(WEBHOOK), **said}), secret=secret, **header)
    evidence = webhook(token, scheme=scheme)
    if in_url:
        evidence = replace(evidence, headers={}, url=f"{evidence.url}&jwt={token}")
    parsed = None
    with suppress(TokenRefused):
        query = (evidence.url or "").partition("?")[2]
        parsed = parse_token(find_token(evidence.header("Authorization"), query))
    found, given_parsed = diagnose(evidence), diagnose(replace(evidence, parsed=parsed))
    assert given_parsed.verdict is found.verdict
    for reason in Reason:
        assert explanation_of(reason, given_parsed.findings) == explanation_of(reason, found.findings)


@pytest.mark.parametrize("evidence", [webhook(), from_page()])
def test_that_right_ones_are_among_them(evidence: Evidence) -> None:
    assert diagnose(evidence).verdict is Verdict.ACCEPTED
