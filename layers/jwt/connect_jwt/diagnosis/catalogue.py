"""Every code with its cause and its cure, in a sentence each; `docs/why-is-it-401.md` has the whole story."""

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
"""Reasons of a verifier that have causes of their own, and how the codes of those begin."""


def finding(code: str, certainty: Certainty, seen: str) -> Finding:
    """A finding with what the catalogue says of its code."""
    why, fix = CATALOGUE[code]
    return Finding(code, certainty, seen, why, fix)


def explanation_of(reason: str, findings: Iterable[Finding]) -> Finding | None:
    """The finding that explains why a verifier has refused a token; None when there is none.

    Args:
        reason: the verifier's
        findings: of the same request, the surest first
    """
    codes = (reason, *_CAUSES.get(reason, ()))
    return next((found for found in findings if found.code.startswith(codes)), None)
