"""What the body and the receiver's answer add."""

import json
from collections.abc import Iterator
from http import HTTPStatus

from connect_jwt.causes import SEEN, cause_of
from connect_jwt.diagnosis.case import Case
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.scopes import is_granted, scope_of

_NOT_PARSED = "failed to parse connect session auth token"
"""What Jira says, with 403, to a Connect token after the word Bearer."""

_REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
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


def check_payload(case: Case) -> Iterator[Finding]:
    """A lifecycle payload that speaks of somebody else than its token."""
    if case.to_jira or not case.path.startswith("/lifecycle/") or not case.evidence.body:
        return
    try:
        payload = json.loads(case.evidence.body)
    except (ValueError, RecursionError):
        return
    if not isinstance(payload, dict):
        return
    if payload.get("clientKey") != case.claim("iss"):
        yield finding("client-key-mismatch", Certainty.CERTAIN, "the body's clientKey is not the token's iss")
    if case.evidence.app_key is not None and payload.get("key") != case.evidence.app_key:
        yield finding(
            "app-key-mismatch", Certainty.CERTAIN, f"the body's key is {str(payload.get('key'))[:80]}"
        )


def check_answer(case: Case) -> Iterator[Finding]:
    """What Jira itself says: of a scheme that is not known otherwise, and of the cause of its refusal."""
    if not case.to_jira:
        return
    said = case.evidence.response_body or ""
    if case.evidence.header("Authorization") is None and _NOT_PARSED in said.lower():
        seen = "Jira says that it failed to parse a session token"
        yield finding("scheme-not-jwt", Certainty.CERTAIN, seen)
    if case.evidence.status in _REFUSALS:
        headers = {name.lower(): value for name, value in case.evidence.response_headers.items()}
        cause = cause_of(case.evidence.status, headers, said)
        if cause is not None:
            yield finding(cause, Certainty.CERTAIN, SEEN[cause])


def check_scopes(case: Case) -> Iterator[Finding]:
    """What the descriptor asks for, and what this call needs."""
    evidence = case.evidence
    if case.to_jira and evidence.scopes is not None and evidence.method and case.url.path:
        needed = scope_of(evidence.method.upper(), case.path)
        if not is_granted(needed, {scope.upper() for scope in evidence.scopes}):
            seen = f"the call needs {needed}, the descriptor has {', '.join(evidence.scopes) or 'none'}"
            # A 401 is about identity, not about scopes; and a few POSTs do no more than read.
            is_identity = evidence.status == HTTPStatus.UNAUTHORIZED
            certainty = Certainty.POSSIBLE if is_identity else Certainty.LIKELY
            yield finding("scope-missing", certainty, seen)


def check_refusal_without_cause(case: Case, *, is_settled: bool) -> Iterator[Finding]:
    """Jira refuses a token that is right, or in which nothing wrong can be seen while not all is known."""
    certainty = Certainty.LIKELY if is_settled else Certainty.POSSIBLE
    token = "a token that is right" if is_settled else "a token with no fault that can be seen"
    status = case.evidence.status
    if not case.to_jira or status not in _REFUSALS:
        return
    if case.path.startswith(_FOR_ADMINISTRATORS):
        yield finding("needs-admin", certainty, f"Jira answered {status} to a call for administrators")
    elif status == HTTPStatus.FORBIDDEN:
        yield finding("needs-admin", Certainty.POSSIBLE, f"Jira answered 403 to {token}")
    else:
        yield finding("app-not-installed", certainty, f"Jira answered 401 to {token}")
