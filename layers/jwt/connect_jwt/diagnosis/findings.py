"""What a diagnosis says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from connect_jwt.diagnosis.evidence import Direction


class Certainty(IntEnum):
    """How surely a finding is the cause; the highest first."""

    POSSIBLE = 1
    LIKELY = 2
    CERTAIN = 3


class Verdict(StrEnum):
    """What the receiver does, as far as the evidence goes."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause.

    Attributes:
        code: stable, such as `iss-is-client-key`
        certainty: how surely it is the cause
        seen: what the evidence shows
        why: why that makes the receiver refuse
        fix: what to do about it
    """

    code: str
    certainty: Certainty
    seen: str
    why: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All that could be found.

    Attributes:
        direction: who sent the request to whom, stated or inferred
        verdict: what becomes of the request
        token_verdict: what becomes of the token, whatever else is wrong with the call
        findings: the surest cause first
        header: the token's, None when it cannot be read
        claims: likewise
        canonical: the canonical request that the token was hashed from; where that was not found, and where
            there is no hash, the right one; None without a method and a URL
        expected_qsh: the right hash, None without a method and a URL
        actual_qsh: the token's `qsh` claim
        unsettled: what is not known, and what would settle it; one sentence each
    """

    direction: Direction
    verdict: Verdict = Verdict.UNKNOWN
    token_verdict: Verdict = Verdict.UNKNOWN
    findings: tuple[Finding, ...] = ()
    header: Mapping[str, Any] | None = None
    claims: Mapping[str, Any] | None = None
    canonical: str | None = field(default=None, repr=False)
    expected_qsh: str | None = None
    actual_qsh: str | None = None
    unsettled: tuple[str, ...] = ()
