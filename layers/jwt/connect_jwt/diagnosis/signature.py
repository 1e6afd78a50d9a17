"""Find the secret that made the signature, by trying known secrets and common mistakes."""

import hmac
from collections.abc import Iterator
from typing import TypeAlias

from connect_jwt.diagnosis.case import Case
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.diagnosis.secret_variants import (
    cannot_be_hs256,
    changed,
    how_else_signed,
    other_values,
)
from connect_jwt.identity import SharedSecret

OF_NOBODY = "the signature is of no secret that is given"

_CERTAIN = Certainty.CERTAIN
_LONGEST_SECRET = 4096
_PREVIOUS = ("secret-previous", "a secret that this site had before")

Attempt: TypeAlias = tuple[list[tuple[str, str]], bytes]
"""The codes of a key's mistakes, each with a description, and the key."""


def check_signature(case: Case) -> Iterator[Finding]:
    """Check that the site's secret made the signature; if not, find the key or the mistake."""
    is_hs256 = case.token.header.get("alg") == "HS256"
    if case.evidence.signature_cut_off or not is_hs256 or _is_signed_right(case):
        return
    secrets = case.evidence.secrets
    found = list(_search(case)) if secrets else []
    if found:
        yield from found
    elif impossible := cannot_be_hs256(case.token.signature):
        code, seen = impossible
        yield finding(code, _CERTAIN, seen)
    elif secrets:
        yield finding("secret-mismatch", _CERTAIN, OF_NOBODY)


def _is_signed_right(case: Case) -> bool:
    """Check the signature with the site's current secret; towards the app, recent ones count, too."""
    secrets = case.evidence.secrets[:1] if case.to_jira else case.evidence.secrets
    return any(_made(case, _utf8(secret)) for secret in secrets)


def _search(case: Case) -> Iterator[Finding]:
    """Find the mistakes in the key and in the signature, as far as they show."""
    for codes, key in (*_verbatim(case), *_changed(case)):
        if _made(case, key):
            for code, seen in codes:
                yield finding(code, _CERTAIN, f"signed with {seen}")
            return
    current = case.evidence.secrets[0]
    for codes, key in (([], _utf8(current)), *_changed(case)):
        other = how_else_signed(case.token.signature, case.token.signing_input, key)
        if other is not None:
            yield finding(other[0], _CERTAIN, other[1])
            for code, seen in codes:
                yield finding(code, _CERTAIN, f"signed with {seen}")
            return


def _verbatim(case: Case) -> Iterator[Attempt]:
    """Yield the other known secrets, unchanged."""
    for secret in case.evidence.secrets[1:]:
        yield [_PREVIOUS], _utf8(secret)
    for client_key, secret in case.evidence.other_secrets.items():
        yield [("secret-of-another-tenant", f"the secret of {client_key}")], _utf8(secret)


def _changed(case: Case) -> Iterator[Attempt]:
    """Yield the site's own secrets with common changes, and values mistaken for one."""
    evidence = case.evidence
    for number, secret in enumerate(evidence.secrets):
        if len(secret.reveal()) <= _LONGEST_SECRET:
            for code, words, key in changed(secret.reveal()):
                yield [(code, words), *([_PREVIOUS] if number else [])], key
    for code, words, key in other_values(
        ("the clientKey", evidence.client_key), ("the app's key", evidence.app_key)
    ):
        yield [(code, words)], key


def _made(case: Case, key: bytes) -> bool:
    made = hmac.digest(key, case.token.signing_input, "sha256")
    return hmac.compare_digest(case.token.signature, made)


def _utf8(secret: SharedSecret) -> bytes:
    return secret.reveal().encode("utf-8", "surrogatepass")
