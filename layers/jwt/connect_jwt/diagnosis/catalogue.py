"""Every code with its cause and fix, one sentence each; `docs/why-is-it-401.md` tells the whole story."""

from collections.abc import Iterable

from connect_jwt.diagnosis.call_causes import CALL_CAUSES
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.diagnosis.hash_causes import HASH_CAUSES
from connect_jwt.diagnosis.token_causes import TOKEN_CAUSES

CATALOGUE: dict[str, tuple[str, str]] = TOKEN_CAUSES | HASH_CAUSES | CALL_CAUSES

_CAUSES = {
    "alg-not-hs256": ("invocation-token-",),
    "iss-unknown": ("user-assertion",),
    "lifetime-too-long": ("time-not-in-seconds",),
    "not-yet-valid": ("time-not-in-seconds",),
    "qsh-mismatch": ("qsh-",),
    "scheme-not-jwt": (
        *("token-decorated", "invocation-token-", "access-token-to-app"),
        *("user-assertion", "webhook-of-oauth-app"),
    ),
    "secret-mismatch": ("secret-", "signature-"),
    "time-not-integer": ("time-not-in-seconds",),
    "token-malformed": ("token-decorated", "api-token", "access-token-to-app"),
    "token-missing": ("token-misplaced", "webhook-made-by-hand", "disabled-without-token"),
}
"""Verifier reasons that have causes of their own, with the prefix of those causes' codes."""


def finding(code: str, certainty: Certainty, seen: str) -> Finding:
    """Return a finding with the catalogue's cause and fix for its code."""
    why, fix = CATALOGUE[code]
    return Finding(code, certainty, seen, why, fix)


def explanation_of(reason: str, findings: Iterable[Finding]) -> Finding | None:
    """Return the finding that explains a verifier's reason; None if there is none.

    Args:
        reason: from the verifier
        findings: of the same request, the surest first
    """
    codes = (reason, *_CAUSES.get(reason, ()))
    return next((found for found in findings if found.code.startswith(codes)), None)
