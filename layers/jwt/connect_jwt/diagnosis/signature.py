"""Whose secret made the signature, found by trying those that are known."""

import base64
import binascii
from collections.abc import Iterator

from connect_jwt.diagnosis.case import Case
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.identity import SharedSecret
from connect_jwt.signatures import is_hs256

OF_NOBODY = "the signature is of no secret that is given"


def check_signature(case: Case) -> Iterator[Finding]:
    """Whether the site's secret made the signature; if not, which one did."""
    if case.token.header.get("alg") != "HS256" or not case.evidence.secrets or _is_signed_right(case):
        return
    current, *earlier = case.evidence.secrets
    certain = Certainty.CERTAIN
    if any(_made(case, key) for key in _decoded(current)):
        yield finding("secret-is-base64-decoded", certain, "signed with what the secret decodes to")
    elif any(_made(case, secret.reveal()) for secret in earlier):
        yield finding("secret-previous", certain, "signed with a secret that this site had before")
    else:
        others = case.evidence.other_secrets
        owner = next((key for key, secret in others.items() if _made(case, secret.reveal())), None)
        if owner is not None:
            yield finding("secret-of-another-tenant", certain, f"signed with the secret of {owner}")
        else:
            yield finding("secret-mismatch", certain, _how_it_differs(case, current))


def _is_signed_right(case: Case) -> bool:
    """Whether the site's current secret made the signature; towards the app, one it had lately will do."""
    secrets = case.evidence.secrets[:1] if case.to_jira else case.evidence.secrets
    return any(_made(case, secret.reveal()) for secret in secrets)


def _how_it_differs(case: Case, secret: SharedSecret) -> str:
    text = secret.reveal()
    if any(_made(case, f"{text}{blank}") for blank in ("\n", "\r\n", " ")):
        return "signed with the secret and a blank or line break after it"
    if text.strip() != text and _made(case, text.strip()):
        return "signed with the secret without the blanks around it"
    return OF_NOBODY


def _made(case: Case, secret: str | bytes) -> bool:
    key = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
    return is_hs256(case.token.signature, case.token.signing_input, key)


def _decoded(secret: SharedSecret) -> Iterator[bytes]:
    text = secret.reveal().rstrip("=")
    for altchars in (b"+/", b"-_"):
        try:
            yield base64.b64decode(text + "=" * (-len(text) % 4), altchars=altchars)
        except (binascii.Error, ValueError):
            continue
