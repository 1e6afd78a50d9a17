"""The diagnosis names the cause in Jira's response, besides the token's verdict."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from connect_jwt.diagnosis import Certainty, Direction, Evidence, Verdict, diagnose
from tests.unit.diagnosis.signed import APP_KEY, SITE_URL, app_token, call, webhook
from tests.unit.jwt.handmade import NOW, SITE

CAPTURES = Path(__file__).parents[4] / "shared" / "captures"
MYSELF = "/rest/api/3/myself"
GATEWAY = f"https://api.atlassian.com/ex/jira/{SITE}"
RIGHT = call(app_token(f"GET&{MYSELF}&"), url=f"{SITE_URL}{MYSELF}")

Answer: TypeAlias = tuple[int, dict[str, str], str]

ANSWERS: dict[str, tuple[str, Answer]] = {
    "moved": ("site-moved", (301, {"Location": f"https://new.atlassian.net{MYSELF}"}, "")),
    "moved, without a word": ("site-moved", (301, {}, "")),
    "moved for a while": ("site-moved", (302, {"location": f"https://new.atlassian.net{MYSELF}"}, "")),
    "to a login": ("login-asked", (302, {"Location": "https://id.atlassian.com/login?continue=x"}, "")),
    "to a login of the site's": ("login-asked", (303, {"Location": f"{SITE_URL}/login.jsp"}, "")),
    "to another path": ("redirected", (301, {"Location": f"{MYSELF}/"}, "")),
    "to a stranger": ("redirected", (307, {"Location": "https://portal.example.com/"}, "")),
    "of a site that is suspended": (
        "site-unavailable",
        (404, {}, '{"errorMessage": "Site temporarily unavailable", "errorCode": "OTHER"}'),
    ),
    "of a site that is not there": (
        "site-unavailable",
        (
            404,
            {},
            "<html><head><title>Atlassian Cloud Notifications - Page Unavailable</title></head></html>",
        ),
    ),
    "of an issue that is not there": ("not-found", (404, {}, '{"errorMessages": ["Issue does not exist"]}')),
    "too much for an endpoint": ("rate-limited", (429, {"RateLimit-Reason": "jira-burst-based"}, "")),
    "too much for the gateway": (
        "rate-limited",
        (429, {"X-Failure-Category": "FAILURE CLIENT RATE LIMITED"}, ""),
    ),
    "too much, without a reason": ("rate-limited", (429, {}, "")),
    "scope": ("scope-missing", (403, {}, "Request not in an authorized API scope")),
    "scope, by OAuth": (
        "scope-missing",
        (403, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}, ""),
    ),
    "address": (
        "ip-not-allowed",
        (
            403,
            {},
            '{"errorMessages":["The IP address has been rejected because it is not on the allowed list."]}',
        ),
    ),
    "XSRF": ("xsrf-check", (403, {}, "XSRF check failed")),
    "policy": ("blocked-by-policy", (403, {}, "Blocked by your organization's data security policy.")),
    "CAPTCHA": ("captcha", (403, {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}, "")),
    "CAPTCHA to solve": ("captcha", (403, {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE"}, "")),
    "a field that is missing": ("call-not-understood", (400, {}, '{"errors": {"summary": "required"}}')),
    "gone": ("call-not-understood", (410, {}, "")),
    "no service": ("receiver-failed", (503, {"Retry-After": "5"}, "")),
    "an error of its own": ("receiver-failed", (500, {}, "")),
}


def answered(request: Evidence, answer: Answer) -> Evidence:
    status, headers, body = answer
    return replace(request, status=status, response_headers=headers, response_body=body)


@pytest.mark.parametrize(("code", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_the_answer_is_named_and_the_token_is_said_to_be_right(code: str, answer: Answer) -> None:
    diagnosis = diagnose(answered(RIGHT, answer))
    assert [found.code for found in diagnosis.findings] == [code]
    assert diagnosis.findings[0].certainty > Certainty.POSSIBLE
    assert (diagnosis.verdict, diagnosis.token_verdict) == (Verdict.REFUSED, Verdict.ACCEPTED)


@pytest.mark.parametrize(("code", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_what_is_wrong_with_the_token_comes_first(code: str, answer: Answer) -> None:
    wrong = replace(RIGHT, headers={"Authorization": f"JWT {app_token(f'GET&{MYSELF}&', iss=SITE)}"})
    diagnosis = diagnose(answered(wrong, answer))
    assert diagnosis.findings[0].code == "iss-is-client-key"
    assert diagnosis.token_verdict is Verdict.REFUSED
    assert code in {found.code for found in diagnosis.findings} | {
        *("not-found", "call-not-understood", "receiver-failed")  # of which nothing is known then
    }


def test_the_new_host_and_the_reason_are_said() -> None:
    moved = diagnose(answered(RIGHT, ANSWERS["moved"][1])).findings[0]
    assert "new.atlassian.net" in moved.seen
    limited = diagnose(answered(RIGHT, ANSWERS["too much for an endpoint"][1])).findings[0]
    assert "jira-burst-based" in limited.seen


@pytest.mark.parametrize("status", [200, 201, 204, 303])
@pytest.mark.parametrize(
    "doubt", [{"iat": NOW + 7200, "exp": NOW + 7380}, {"sub": "x"}, {"exp": NOW + 86400}]
)
def test_what_worked_outweighs_every_doubt(status: int, doubt: dict[str, Any]) -> None:
    token = app_token(f"GET&{MYSELF}&", **doubt)
    doubtful = replace(RIGHT, headers={"Authorization": f"JWT {token}"})
    assert diagnose(doubtful).verdict is not Verdict.ACCEPTED
    worked = diagnose(replace(doubtful, status=status))
    assert (worked.verdict, worked.findings) == (Verdict.ACCEPTED, ())


def bearer(token: str, path: str = MYSELF, base_url: str = GATEWAY) -> Evidence:
    return Evidence(
        method="GET",
        url=f"{base_url}{path}",
        headers={"Authorization": f"Bearer {token}"},
        app_key=APP_KEY,
        now=NOW,
    )


OPAQUE = "ATOA-of-Forge-and-nobody-else"


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="the captures are not here")
def test_the_gateway_s_own_answer_to_a_missing_scope() -> None:
    capture = json.loads((CAPTURES / "gateway-401-missing-scope.json").read_text(encoding="utf-8"))
    answer = (capture["status"], capture["headers"], json.dumps(capture["body"]))
    (found,) = diagnose(answered(bearer(OPAQUE), answer)).findings
    assert (found.code, found.certainty) == ("scope-missing", Certainty.CERTAIN)
    assert "read:jira-work" in found.seen
    without_header = diagnose(answered(bearer(OPAQUE), (401, {}, answer[2])))
    assert [(one.code, one.certainty) for one in without_header.findings] == [
        ("access-token-refused", Certainty.LIKELY),
        ("scope-missing", Certainty.POSSIBLE),
    ]
    gone = diagnose(answered(bearer(OPAQUE), (401, {"content-type": "application/json"}, answer[2])))
    assert [one.code for one in gone.findings] == ["access-token-refused"]


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="the captures are not here")
def test_the_gateway_s_own_limit() -> None:
    capture = json.loads((CAPTURES / "gateway-429.json").read_text(encoding="utf-8"))
    (found,) = diagnose(answered(bearer(OPAQUE), (capture["status"], capture["headers"], ""))).findings
    assert (found.code, "gateway" in found.seen) == ("rate-limited", True)


def test_an_access_token_that_is_refused() -> None:
    invalid = (401, {"WWW-Authenticate": 'Bearer realm="x", error="invalid_token"'}, "")
    (found,) = diagnose(answered(bearer(OPAQUE), invalid)).findings
    assert (found.code, found.certainty) == ("access-token-refused", Certainty.CERTAIN)
    assert diagnose(bearer(OPAQUE)).verdict is Verdict.UNKNOWN
    assert diagnose(replace(bearer(OPAQUE), status=200)).findings == ()


@pytest.mark.parametrize(
    ("status", "code"), [(401, "app-not-installed"), (400, "call-not-understood"), (503, "receiver-failed")]
)
def test_what_the_app_has_answered_to_a_right_token(status: int, code: str) -> None:
    diagnosis = diagnose(webhook(status=status))
    assert [found.code for found in diagnosis.findings] == [code]
    assert diagnosis.direction is Direction.TO_APP
    assert "Install the app again" not in diagnosis.findings[0].fix
