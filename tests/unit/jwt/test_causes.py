"""Cause that a response names."""

import pytest

from connect_jwt.causes import SEEN, Cause, cause_of, new_host
from tests.unit.jira.captures import capture

SITE = "https://old-name.atlassian.net"
CALL = f"{SITE}/rest/api/3/issue/X-1?fields=summary"
SUSPENDED = '{"errorMessage": "Site temporarily unavailable", "errorCode": "OTHER"}'
PAGE = "<html>\n<head>\n<title>Atlassian Cloud Notifications - Page Unavailable</title></head></html>"
DEAD_LINK = "<html><head><title>Oops, you&#39;ve found a dead link. - JIRA</title></head></html>"
NOT_ON_THE_LIST = (
    '{"errorMessages":["The IP address has been rejected because it is not on the allowed list. '
    'See your admin for more information."],"errors":{}}'
)

ANSWERS: list[tuple[Cause | None, int, dict[str, str], str]] = [
    (Cause.SCOPE_MISSING, 403, {}, '{"message":"Request not in an authorized API scope"}'),
    (None, 401, {}, '{"code":401,"message":"Unauthorized; scope does not match"}'),
    (None, 401, {}, '{"message":"Request not in an authorized API scope"}'),
    (Cause.SITE_UNAVAILABLE, 404, {}, SUSPENDED),
    (Cause.SITE_UNAVAILABLE, 404, {}, PAGE),
    (None, 404, {}, DEAD_LINK),
    (None, 404, {}, '{"errorMessages":["Issue does not exist or you do not have permission to see it."]}'),
    (None, 404, {}, "<html><body><p>Page unavailable</p></body></html>"),
    (None, 503, {}, SUSPENDED),
    (Cause.IP_NOT_ALLOWED, 403, {}, NOT_ON_THE_LIST),
    (Cause.IP_NOT_ALLOWED, 403, {}, "Your IP address is not in the allowlist of this organization."),
    (Cause.XSRF_CHECK, 403, {}, "XSRF check failed"),
    (Cause.CAPTCHA, 403, {"x-seraph-loginreason": "AUTHENTICATION_DENIED"}, ""),
    (Cause.CAPTCHA, 401, {"x-authentication-denied-reason": "CAPTCHA_CHALLENGE; login-url=https://x/"}, ""),
    (None, 401, {"x-seraph-loginreason": "AUTHENTICATED_FAILED"}, ""),
    (Cause.BLOCKED_BY_POLICY, 403, {}, "Access is blocked by your admin's data security policy."),
    (Cause.BLOCKED_BY_POLICY, 403, {}, "An app access rule applies to this project."),
    (None, 403, {}, '{"errorMessages":["You do not have permission to do this."]}'),
    (Cause.SITE_MOVED, 301, {"location": CALL.replace("old", "new")}, ""),
    (Cause.SITE_MOVED, 308, {"location": CALL.replace("old", "new")}, ""),
    (None, 302, {"location": CALL.replace("old", "new")}, ""),
    (None, 301, {"location": "https://id.atlassian.com/login"}, ""),
    (None, 301, {"location": CALL.replace("old-name.atlassian.net", "evil.example")}, ""),
    (None, 301, {"location": CALL.replace("https://", "https://user@")}, ""),
    (None, 301, {"location": CALL}, ""),
    (None, 301, {"location": "/rest/api/3/issue/X-1?fields=summary"}, ""),
    (None, 301, {"location": "https://[half"}, ""),
    (None, 301, {}, ""),
    (None, 200, {}, SUSPENDED),
]


@pytest.mark.parametrize(("cause", "status", "headers", "body"), ANSWERS)
def test_it_is_known_by_what_jira_really_sends(
    cause: Cause | None, status: int, headers: dict[str, str], body: str
) -> None:
    assert cause_of(status, headers, body, url=CALL) is cause


def test_a_missing_scope_as_the_gateway_was_captured_to_say_it() -> None:
    seen = capture("gateway-401-missing-scope")
    assert cause_of(seen["status"], seen["headers"], str(seen["body"])) is Cause.SCOPE_MISSING
    without = {name: value for name, value in seen["headers"].items() if name != "x-failure-category"}
    assert cause_of(seen["status"], without, str(seen["body"])) is None


def test_the_new_host_of_a_site_is_told() -> None:
    assert new_host({"location": CALL.replace("old", "new")}, CALL) == "new-name.atlassian.net"


def test_there_is_something_to_be_seen_of_each() -> None:
    assert set(SEEN) == set(Cause)
