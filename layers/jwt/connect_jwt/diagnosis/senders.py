"""Senders other than Jira, and requests of Jira's that carry no token."""

from collections.abc import Iterator

from connect_jwt.diagnosis.addresses import split
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.evidence import Direction, Evidence
from connect_jwt.diagnosis.findings import Certainty, Finding

_HUB_SIGNATURE = "X-Hub-Signature"
_IDENTIFIER = "X-Atlassian-Webhook-Identifier"
_WEBHOOK_CLIENT = "atlassian webhook http client"


def is_webhook(evidence: Evidence) -> bool:
    """Return whether a request is marked as a webhook of any kind."""
    agent = (evidence.header("User-Agent") or "").lower()
    marks = (evidence.header(_HUB_SIGNATURE), evidence.header(_IDENTIFIER))
    return agent.startswith(_WEBHOOK_CLIENT) or any(mark is not None for mark in marks)


def check_missing(evidence: Evidence, direction: Direction) -> Iterator[Finding]:
    """Explain a request without a token.

    Args:
        evidence: the request
        direction: of the request
    """
    is_bare = direction is Direction.TO_APP and evidence.header("Authorization") is None
    is_marked = any(evidence.header(name) is not None for name in (_HUB_SIGNATURE, _IDENTIFIER))
    scheme = (evidence.header("Authorization") or "").strip().partition(" ")[0]
    if is_bare and not is_marked and split(evidence.url or "").path.rstrip("/").endswith("/disabled"):
        yield finding("disabled-without-token", Certainty.LIKELY, "a disabled event without a token")
    elif is_bare and is_webhook(evidence):
        signed = evidence.header(_HUB_SIGNATURE) is not None
        proof = f"{_HUB_SIGNATURE}, the HMAC of its body" if signed else "no proof of who sent it"
        yield finding("webhook-made-by-hand", Certainty.CERTAIN, f"a webhook with {proof}, and no token")
    elif scheme.lower() == "basic":
        yield finding("token-missing", Certainty.CERTAIN, "the Authorization header has Basic credentials")
    else:
        seen = "neither an Authorization header nor a jwt parameter has one"
        yield finding("token-missing", Certainty.CERTAIN, seen)
