"""Tokens of other kinds and requests of other senders are told by what they are, not by Connect's rules."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest

from connect_jwt.diagnosis import Direction, Evidence, Verdict, diagnose
from tests.unit.diagnosis.signed import (
    APP_KEY,
    APP_URL,
    SITE_URL,
    app_token,
    evidence,
    site_token,
    webhook,
)
from tests.unit.jwt.handmade import NOW, OMITTED, SECRET, SITE, atlassian_key, claims, hs256, rs256

CAPTURES = Path(__file__).parents[4] / "shared" / "captures"
GATEWAY = f"https://api.atlassian.com/ex/jira/{SITE}"
INVOCATION = {
    "iss": "forge/invocation-token",
    "aud": "ari:cloud:ecosystem::app/11111111-2222-4333-8444-555555555555",
    "iat": NOW,
    "nbf": NOW,
    "exp": NOW + 25,
    "jti": "46d16c08",
}


def invocation_token(**more: object) -> str:
    """A token as Forge makes it; from the capture where that is at hand."""
    header: dict[str, Any] = {"kid": "forge/invocation-token/wf-1", "typ": OMITTED}
    said: dict[str, Any] = dict(INVOCATION)
    capture = CAPTURES / "fit-lifecycle-trigger.json"
    if capture.is_file():
        captured = json.loads(capture.read_text(encoding="utf-8"))
        said = captured["claims"] | INVOCATION
        header |= captured["header"]
    return rs256(said | more, key=atlassian_key(), **header)


def assertion(subject: str = "urn:atlassian:connect:useraccountid:5b10ac8d82e05b22cc7d4ef5") -> str:
    return jwt.encode(
        {
            "iss": "urn:atlassian:connect:clientid:xY3",
            "sub": subject,
            "tnt": SITE_URL,
            "aud": "https://oauth-2-authorization-server.services.atlassian.com",
            "iat": NOW,
            "exp": NOW + 60,
        },
        SECRET,
    )


def oauth_webhook_token(**changes: object) -> str:
    """Return the token of an OAuth app's dynamic webhook, signed with that app's secret."""
    return hs256(
        claims(**{"iss": "an-oauth-client-id", **changes}), secret="the OAuth app's client secret" * 2
    )


def request(
    url: str, token: str | None, scheme: str = "Bearer ", method: str = "POST", **known: Any
) -> Evidence:
    return evidence(token, scheme, method=method, url=url, **known)


AT_JIRA = f"{SITE_URL}/rest/api/3/myself"
ACCESS_TOKEN = rs256(
    {"iss": "https://auth.atlassian.com/", "scope": "read:jira-work", "iat": NOW, "exp": NOW + 900},
    key=atlassian_key(),
)
MADE_BY_HAND = {
    "user-agent": "Atlassian Webhook HTTP Client",
    "x-atlassian-webhook-identifier": "69312270414585119",
    "x-atlassian-webhook-flow": "Primary",
}
HUB = {"X-Hub-Signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"}

KINDS: dict[str, tuple[str, Evidence]] = {
    "Forge's, sent on to the gateway": (
        "invocation-token-to-jira",
        request(f"{GATEWAY}/rest/api/3/myself", invocation_token(), method="GET"),
    ),
    "Forge's, sent on to the site": ("invocation-token-to-jira", request(AT_JIRA, invocation_token())),
    "Forge's, with the scheme JWT": (
        "invocation-token-to-jira",
        request(AT_JIRA, invocation_token(), "JWT "),
    ),
    "Forge's, at a lifecycle route": (
        "invocation-token-misrouted",
        request(f"{APP_URL}/lifecycle/installed", invocation_token()),
    ),
    "Forge's, at a webhook's route": (
        "invocation-token-misrouted",
        request(f"{APP_URL}/webhooks/issue", invocation_token()),
    ),
    "Forge's, with the scheme JWT, at its own route": (
        "scheme-not-bearer",
        request(f"{APP_URL}/forge/events", invocation_token(), "JWT "),
    ),
    "Connect's, at a route of Forge's": (
        "scheme-not-bearer",
        request(f"{APP_URL}/forge/events", site_token("POST&/forge/events&"), "JWT "),
    ),
    "an assertion, as a call": ("user-assertion", request(AT_JIRA, assertion(), "JWT ")),
    "an assertion, as a call with Bearer": ("user-assertion", request(AT_JIRA, assertion())),
    "an access token with the scheme JWT": (
        "oauth-token-with-jwt-scheme",
        request(AT_JIRA, ACCESS_TOKEN, "JWT "),
    ),
    "an access token, to the app": (
        "access-token-to-app",
        request(f"{APP_URL}/api/greeting", ACCESS_TOKEN, direction=Direction.TO_APP),
    ),
    "an opaque access token, to the app": (
        "access-token-to-app",
        request(f"{APP_URL}/api/greeting", "opaque-to-everybody", direction=Direction.TO_APP),
    ),
    "a webhook of an OAuth app's": (
        "webhook-of-oauth-app",
        request(f"{APP_URL}/webhooks/issue", oauth_webhook_token()),
    ),
    "a webhook of an OAuth app's, without an issuer": (
        "webhook-of-oauth-app",
        request(f"{APP_URL}/hooks/jira", oauth_webhook_token(iss=OMITTED), headers=MADE_BY_HAND),
    ),
    "a webhook made by hand, with a secret": (
        "webhook-made-by-hand",
        request(f"{APP_URL}/webhooks/issue", None, headers=HUB),
    ),
    "a webhook made by hand, without one": (
        "webhook-made-by-hand",
        request(f"{APP_URL}/webhooks/issue", None, headers=MADE_BY_HAND),
    ),
    "disabled after the uninstall": (
        "disabled-without-token",
        request(f"{APP_URL}/lifecycle/disabled", None),
    ),
}


@pytest.mark.parametrize(("code", "wrong"), KINDS.values(), ids=KINDS)
def test_it_is_named_for_what_it_is_and_for_nothing_else(code: str, wrong: Evidence) -> None:
    diagnosis = diagnose(wrong)
    assert [found.code for found in diagnosis.findings] == [code]
    assert diagnosis.verdict is Verdict.REFUSED
    to_app = str(wrong.url).startswith(APP_URL)
    assert diagnosis.direction is (Direction.TO_APP if to_app else Direction.TO_JIRA)


def test_a_user_key_in_an_assertion_is_named_wherever_it_is_sent() -> None:
    old = assertion("urn:atlassian:connect:userkey:admin")
    assert [found.code for found in diagnose(request(AT_JIRA, old)).findings] == [
        "user-assertion",
        "user-key-gone",
    ]
    exchanged = request("https://oauth-2-authorization-server.services.atlassian.com/oauth2/token", old)
    assert [found.code for found in diagnose(exchanged).findings] == ["user-key-gone"]


RIGHT: dict[str, Evidence] = {
    "Forge's event": request(f"{APP_URL}/forge/events", invocation_token()),
    "Forge's event, with much to say": request(
        f"{APP_URL}/forge/events", invocation_token(context={"extension": "x" * 5_600})
    ),
    "a call of a page of Forge's": request(f"{APP_URL}/api/greeting", invocation_token(), method="GET"),
    "an access token at the gateway": request(f"{GATEWAY}/rest/api/3/myself", ACCESS_TOKEN, method="GET"),
    "an opaque access token at the gateway": request(f"{GATEWAY}/rest/api/3/myself", "opaque", method="GET"),
    "a user's access token at the site": request(AT_JIRA, ACCESS_TOKEN, method="GET"),
    "an assertion in a form": request(
        "https://oauth-2-authorization-server.services.atlassian.com/oauth2/token",
        None,
        body=f"grant_type=x&assertion={assertion()}",
    ),
    "an API token at the gateway": request(
        f"{GATEWAY}/rest/api/3/myself", "ATCTT3xFfGF0T0123456789", method="GET"
    ),
    "an assertion where it belongs": request(
        "https://oauth-2-authorization-server.services.atlassian.com/oauth2/token", assertion()
    ),
}


@pytest.mark.parametrize("right", RIGHT.values(), ids=RIGHT)
def test_what_is_where_it_belongs_is_no_fault(right: Evidence) -> None:
    diagnosis = diagnose(right)
    assert (diagnosis.findings, diagnosis.verdict) == ((), Verdict.UNKNOWN)
    assert len(diagnosis.unsettled) == 1


def test_an_old_invocation_token_has_ended() -> None:
    assert [found.code for found in diagnose(replace(RIGHT["Forge's event"], now=NOW + 60)).findings] == [
        "expired"
    ]


def test_a_page_s_token_at_jira_is_named_first() -> None:
    wrong = request(AT_JIRA, site_token(qsh="context-qsh"), "JWT ", method="GET")
    assert [found.code for found in diagnose(wrong).findings] == ["qsh-is-context", "iss-is-client-key"]


def test_a_connect_token_with_bearer_is_one_all_the_same() -> None:
    """A page that writes Bearer is told; it is nobody's OAuth app."""
    assert [found.code for found in diagnose(webhook(scheme="Bearer ")).findings] == ["scheme-not-jwt"]
    without_hash = webhook(site_token(qsh=OMITTED), scheme="Bearer ")
    assert "webhook-of-oauth-app" not in [found.code for found in diagnose(without_hash).findings]
    assert APP_KEY not in diagnose(webhook(app_token(), scheme="Bearer ")).findings[0].fix


FROM_JIRA: list[Callable[[], Evidence]] = [
    *(lambda wrong=wrong: wrong for code, wrong in KINDS.values() if str(wrong.url).startswith(APP_URL)),
    lambda: webhook(site_token(iat=NOW - 3600, exp=NOW - 3400)),
    lambda: webhook(site_token("GET&/elsewhere&")),
    lambda: webhook(site_token(secret="x" * 40)),
    lambda: webhook(site_token(exp=OMITTED)),
    lambda: webhook(site_token(qsh=OMITTED)),
    lambda: webhook(hs256({"a": 1}, alg="HS512")),
    lambda: replace(webhook(), headers={}),
]


@pytest.mark.parametrize("wrong", FROM_JIRA)
def test_jira_is_not_told_how_to_sign(wrong: Callable[[], Evidence]) -> None:
    for found in diagnose(wrong()).findings:
        assert not found.fix.startswith(
            ("Sign", "Hash METHOD", "Add", "Let exp", "Send Authorization", "Use int")
        )
