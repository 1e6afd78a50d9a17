"""Checks against the body and the descriptor."""

import json
from collections.abc import Iterator
from http import HTTPStatus

from connect_jwt.diagnosis.case import Case
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.scopes import is_granted, scope_of


def check_payload(case: Case) -> Iterator[Finding]:
    """Report a lifecycle payload whose identity differs from its token's."""
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


def check_scopes(case: Case) -> Iterator[Finding]:
    """Compare the descriptor's scopes with the scope that this call needs."""
    evidence = case.evidence
    if case.to_jira and evidence.scopes is not None and evidence.method and case.url.path:
        needed = scope_of(evidence.method.upper(), case.path)
        if not is_granted(needed, {scope.upper() for scope in evidence.scopes}):
            seen = f"the call needs {needed}, the descriptor has {', '.join(evidence.scopes) or 'none'}"
            # A 401 is about identity, not about scopes; and a few POSTs do no more than read.
            is_identity = evidence.status == HTTPStatus.UNAUTHORIZED
            certainty = Certainty.POSSIBLE if is_identity else Certainty.LIKELY
            yield finding("scope-missing", certainty, seen)
