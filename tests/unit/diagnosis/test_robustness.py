"""There is a diagnosis for any pasted text."""

import time
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_jwt.diagnosis import Diagnosis, Direction, Evidence, Verdict, diagnose
from tests.unit.diagnosis.signed import (
    APP_URL,
    SITE_URL,
    app_token,
    call,
    install,
    secrets,
    site_token,
    webhook,
)
from tests.unit.jwt.handmade import NOW, SITE, compact, hs256

anything = st.text() | st.binary().map(lambda octets: octets.decode("latin-1"))
urls = (
    anything
    | st.builds("{}/rest/{}?{}".format, st.sampled_from([SITE_URL, APP_URL, ""]), anything, anything)
    | st.builds("{}/{}?jwt={}".format, st.sampled_from(["http://[", "//", "https://::"]), anything, anything)
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
claims_of_any_kind = st.dictionaries(
    st.sampled_from(["iss", "sub", "aud", "iat", "exp", "nbf", "qsh", "context", "scope"]), json_values
)
headers_of_any_kind = st.dictionaries(st.sampled_from(["typ", "kid"]), json_values)


@cache
def right_requests() -> tuple[Evidence, ...]:
    return call(), webhook(), install()


robust = settings(derandomize=True, deadline=None, max_examples=300)


@robust
@given(token=anything, authorization=anything)
def test_any_token(token: str, authorization: str) -> None:
    assert diagnose(Evidence(token=token)).verdict is Verdict.REFUSED
    assert diagnose(Evidence(headers={"Authorization": authorization})).verdict is Verdict.REFUSED
    assert isinstance(diagnose(call(authorization, scheme="")), Diagnosis)


@robust
@given(url=urls, base_url=urls, method=anything, direction=st.sampled_from([*Direction, None]))
def test_any_request(url: str, base_url: str, method: str, direction: Direction | None) -> None:
    for right in right_requests():
        known = {"url": url, "base_url": base_url, "method": method, "direction": direction}
        assert isinstance(diagnose(replace(right, **known)), Diagnosis)  # type: ignore[arg-type]


@robust
@given(body=anything, content_type=anything, response=anything, status=st.integers())
def test_any_body_and_any_answer(body: str, content_type: str, response: str, status: int) -> None:
    for right in right_requests():
        known: dict[str, Any] = {"body": body, "response_body": response, "status": status}
        headers = {**right.headers, "Content-Type": content_type}
        assert isinstance(diagnose(replace(right, headers=headers, **known)), Diagnosis)


@robust
@given(claims=claims_of_any_kind, header=headers_of_any_kind)
def test_any_claims(claims: dict[str, object], header: dict[str, Any]) -> None:
    token = hs256(claims, **header)
    for right in (call(token), webhook(token), install(token)):
        diagnosis = diagnose(right)
        assert diagnosis.verdict is Verdict.REFUSED
        assert repr(diagnosis)


NESTED = b"[" * 2900 + b"]" * 2900
HUGE = b"9" * 4300
ODD_CLAIMS = {
    "a time of 4300 digits": b'{"exp": %b, "iat": -%b, "nbf": %b}' % (HUGE, HUGE, HUGE),
    "a time of 400 digits": b'{"exp": 1%b, "iat": 1%b}' % (b"0" * 400, b"0" * 400),
    "a time of too many digits": b'{"exp": %b9}' % HUGE,
    "a time without end": b'{"exp": Infinity, "iat": -Infinity, "nbf": NaN}',
    "an abyss": b'{"aud": %b}' % NESTED,
    "an abyss in every claim": b'{"iss": [[[[]]]], "qsh": %b}' % NESTED,
    "half a letter": b'{"iss": "\\ud800", "qsh": "\\ud800", "aud": "\\ud800"}',
    "a name twice": b'{"iss": 1, "iss": {}}',
}


@pytest.mark.parametrize("content", ODD_CLAIMS.values(), ids=ODD_CLAIMS)
def test_odd_claims(content: bytes) -> None:
    for header in (b'{"alg": "HS256"}', b'{"alg": "RS256", "kid": %b}' % NESTED[2800:3000]):
        token = compact(header, content)
        for right in (call(token), webhook(token), install(token)):
            assert diagnose(right).verdict is Verdict.REFUSED


MANY = "&".join(f"p{number:02}={number}" for number in range(100))
MEGABYTE = 1_000_000
ODD_URLS = {
    "half an address": "http://[",
    "no port": "https://site.atlassian.net:port/rest/x",
    "a letter that is a slash when normalised": "https://site\u2100.example/rest/x",
    "half a letter": "https://site.atlassian.net/rest/\ud800?\ud800=\udfff&a=\ud800",
    "half a letter in the host": "https://\ud800/rest",
    "bytes that are no text": "https://site.atlassian.net/%ff%fe?%ff=%ED%A0%80",
    "a hundred parameters": f"{SITE_URL}/rest/x?{MANY}",
    "a hundred values": f"{SITE_URL}/rest/x?{'&'.join(f'id={number}' for number in range(100))}",
    "thousands of parameters": f"{SITE_URL}/rest/x?{'&'.join(f'{number:x}' for number in range(1800))}",
    "a megabyte of path": f"{SITE_URL}/rest/{'x' * MEGABYTE}",
    "a megabyte of slashes": f"{SITE_URL}{'/' * MEGABYTE}",
    "a megabyte of query": f"{SITE_URL}/rest?{'&a=b' * (MEGABYTE // 4)}",
    "a megabyte of escapes": f"{SITE_URL}/rest?q={'%20' * (MEGABYTE // 3)}",
    "a megabyte of token": f"{SITE_URL}/rest?jwt={'x' * MEGABYTE}",
}


@pytest.mark.parametrize("url", ODD_URLS.values(), ids=ODD_URLS)
def test_odd_urls(url: str) -> None:
    assert isinstance(diagnose(call(app_token("GET&/elsewhere&"), url=url)), Diagnosis)
    assert isinstance(diagnose(webhook(site_token("GET&/elsewhere&"), url=url)), Diagnosis)
    assert isinstance(diagnose(call(base_url=url)), Diagnosis)


def test_looking_for_a_token_among_many_parameters_takes_no_more_than_its_share_of_each() -> None:
    """Anybody can send such a request, and each refusal is explained."""
    started = time.process_time()
    diagnose(Evidence(method="POST", url=f"{APP_URL}/webhooks/x?{'&' * 60_000}", direction=Direction.TO_APP))
    assert time.process_time() - started < 3


def test_a_parameter_added_to_a_hundred_is_found() -> None:
    token = app_token(f"GET&/wiki/rest/x&{MANY}")
    right = call(token, url=f"{SITE_URL}/wiki/rest/x?{MANY}&added=1", base_url=f"{SITE_URL}/wiki")
    codes = [found.code for found in diagnose(right).findings]
    assert codes == ["qsh-context-path", "qsh-query-missing", "qsh-mismatch"]


BODIES = {
    "an abyss": "[" * MEGABYTE,
    "no object": "7",
    "a number of too many digits": "9" * 5000,
    "half a letter": '{"key": "\ud800", "clientKey": ["\\ud800"]}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_odd_bodies(body: str) -> None:
    assert isinstance(diagnose(install(body=body)), Diagnosis)
    assert isinstance(diagnose(call(body=body, status=403, response_body=body)), Diagnosis)


@pytest.mark.parametrize(
    "secret", ["", "\ud800", "=", "é" * 20, "a", "a" * 5, "not base64 at all!"], ids=repr
)
def test_odd_secrets(secret: str) -> None:
    diagnosis = diagnose(call(secrets=secrets(secret, secret), other_secrets={SITE: secrets(secret)[0]}))
    assert diagnosis.findings[0].code == "secret-mismatch"


@pytest.mark.parametrize("now", [0, -1, 1e300, float("inf"), float("nan")], ids=repr)
def test_odd_clocks(now: float) -> None:
    assert isinstance(diagnose(call(app_token(iat=NOW, nbf=NOW), now=now)), Diagnosis)


def test_nothing_at_all() -> None:
    diagnosis = diagnose(Evidence())
    assert [found.code for found in diagnosis.findings] == ["token-missing"]
