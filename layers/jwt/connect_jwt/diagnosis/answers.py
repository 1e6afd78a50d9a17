"""Findings from the receiver's response: its status, headers and body.

The texts and headers are Jira's, and those of the gateway in front of `api.atlassian.com`. Only the beginning
of a body is searched.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus

from connect_jwt.causes import SEEN, Cause, cause_of, new_host
from connect_jwt.diagnosis.addresses import host_of, is_atlassian, split
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.evidence import Direction, Evidence
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.scopes import forge_scopes_of, scope_of

_LONGEST = 10_000
_NOT_PARSED = "failed to parse connect session auth token"
"""Jira's text, with status 403, for a Connect token sent with the scheme Bearer."""

_SCOPE_DOES_NOT_MATCH = "scope does not match"
"""The gateway's text, with status 401; an uninstalled app gets the same, and only a header differs."""

REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_REDIRECTIONS = frozenset({301, 302, 307, 308})
_LOGIN = re.compile(r"/login\b|\bid\.atlassian\.com\b|/login\.jsp", re.IGNORECASE)
_RATE_LIMIT_REASON = re.compile(r"[a-z-]{1,80}", re.ASCII)
_REST = "/rest/"
_FOR_ADMINISTRATORS = tuple(
    f"/rest/api/{version}/{resource}"
    for version in (2, 3)
    for resource in (
        *("announcementBanner", "application-properties", "applicationrole", "auditing", "configuration"),
        *("fieldconfiguration", "group", "issuesecurityschemes", "issuetypescheme", "license"),
        *("notificationscheme", "permissionscheme", "projectCategory", "role", "screens", "settings"),
        *("webhook", "workflow", "workflowscheme"),
    )
)


def is_success(status: int | None) -> bool:
    """Return whether the call succeeded. Jira answers 303 when a task has begun."""
    return status is not None and (
        HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.SEE_OTHER
    )


def seen_of(cause: Cause, method: str, url: str, headers: Mapping[str, str]) -> str:
    """Return the evidence for a cause, with the missing scope or the new host.

    Args:
        cause: read from the response
        method: the HTTP method of the call
        url: of the call
        headers: of the answer, by lower-case name
    """
    if cause is Cause.SITE_MOVED:
        return f"{SEEN[cause]}, {new_host(headers, url)}"
    if cause is not Cause.SCOPE_MISSING:
        return SEEN[cause]
    scope = scope_of(method.upper(), _REST + split(url).path.partition(_REST)[2])
    return f"{SEEN[cause]}; it needs {scope}, in a Forge manifest {' or '.join(forge_scopes_of(scope))}"


def check_answer(evidence: Evidence) -> Iterator[Finding]:
    """Yield the cause that Jira's response itself names."""
    status, body = evidence.status, evidence.response_body or ""
    if status is None:
        return
    headers = {name.lower(): value for name, value in evidence.response_headers.items()}
    cause = cause_of(status, headers, body, url=evidence.url or "")
    if cause is not None:
        seen = seen_of(cause, evidence.method or "GET", evidence.url or "", headers)
        yield finding(cause, Certainty.CERTAIN, seen)
    elif status in REFUSALS:
        yield from _check_refusal(evidence, headers, body)
    elif status in _REDIRECTIONS or status == HTTPStatus.SEE_OTHER:
        yield from _check_location(evidence)
    elif status == HTTPStatus.TOO_MANY_REQUESTS:
        yield finding("rate-limited", Certainty.CERTAIN, _limit(evidence))


def check_status(
    evidence: Evidence, path: str, *, direction: Direction, is_access_token: bool, is_settled: bool
) -> Iterator[Finding]:
    """Yield the meaning of a status that nothing else explains.

    Args:
        evidence: with the response
        path: of the URL, below the base URL
        direction: from the app to Jira, or from Jira to the app
        is_access_token: True for a token that Connect's rules do not apply to
        is_settled: True if the token is known to be right
    """
    status = evidence.status
    if status is None or status < HTTPStatus.BAD_REQUEST:
        return
    who = "Jira" if direction is Direction.TO_JIRA else "the app"
    certainty = Certainty.LIKELY if is_settled else Certainty.POSSIBLE
    token = "a token that is right" if is_settled else "a token with no fault that can be seen"
    seen = f"{who} answered {status} to {token}"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        yield finding("receiver-failed", Certainty.CERTAIN, f"{who} answered {status}")
    elif status not in REFUSALS:
        code = "not-found" if status == HTTPStatus.NOT_FOUND else "call-not-understood"
        yield finding(code, Certainty.LIKELY, f"{who} answered {status}")
    elif direction is Direction.TO_JIRA and path.startswith(_FOR_ADMINISTRATORS):
        yield finding("needs-admin", certainty, f"Jira answered {status} to a call for administrators")
    elif is_access_token and (status == HTTPStatus.UNAUTHORIZED or _is_not_parsed(evidence)):
        yield finding("access-token-refused", Certainty.LIKELY, f"{who} answered {status} to an access token")
    elif status == HTTPStatus.FORBIDDEN and direction is Direction.TO_JIRA:
        yield finding("needs-admin", Certainty.POSSIBLE, seen)
    else:
        yield finding("app-not-installed", certainty, seen)


def _check_refusal(evidence: Evidence, headers: dict[str, str], body: str) -> Iterator[Finding]:
    challenge = headers.get("www-authenticate", "")[:_LONGEST]
    if "insufficient_scope" in challenge:
        seen = "WWW-Authenticate says that the scope is insufficient"
        yield finding("scope-missing", Certainty.CERTAIN, seen)
    elif "invalid_token" in challenge:
        seen = "WWW-Authenticate says that the token is invalid"
        yield finding("access-token-refused", Certainty.CERTAIN, seen)
    elif _is_not_parsed(evidence) and evidence.header("Authorization") is None:
        seen = "Jira says that it failed to parse a session token"
        yield finding("scheme-not-jwt", Certainty.CERTAIN, seen)
    elif _SCOPE_DOES_NOT_MATCH in body[:_LONGEST].lower() and not headers:
        seen = "the gateway says that the scope does not match; X-Failure-Category would tell for certain"
        yield finding("scope-missing", Certainty.POSSIBLE, seen)


def _is_not_parsed(evidence: Evidence) -> bool:
    return _NOT_PARSED in (evidence.response_body or "")[:_LONGEST].lower()


def _check_location(evidence: Evidence) -> Iterator[Finding]:
    location, answered = evidence.response_header("Location") or "", f"Jira answered {evidence.status}"
    target = split(location)
    host = host_of(target)[:100]
    is_other = host not in {"", host_of(split(evidence.url or ""))}
    if _LOGIN.search(location):
        yield finding("login-asked", Certainty.CERTAIN, f"{answered} with the address of a login")
    elif evidence.status == HTTPStatus.SEE_OTHER:
        return
    elif not location:
        yield finding("site-moved", Certainty.LIKELY, answered)
    elif is_other and is_atlassian(target):
        yield finding("site-moved", Certainty.CERTAIN, f"{answered}: the site is at {host} now")
    else:
        where = host if is_other else "another path"
        yield finding("redirected", Certainty.CERTAIN, f"{answered} and sends to {where}")


def _limit(evidence: Evidence) -> str:
    reason = evidence.response_header("RateLimit-Reason") or ""
    if _RATE_LIMIT_REASON.fullmatch(reason):
        return f"Jira answered 429, and RateLimit-Reason is {reason}"
    if "RATE LIMITED" in (evidence.response_header("X-Failure-Category") or "").upper():
        return "the gateway before Jira answered 429, without a reason"
    return "Jira answered 429, without a reason"
