"""Result of a diagnosis."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from connect_jwt.diagnosis.evidence import Direction


class Certainty(IntEnum):
    """Confidence that a finding is the cause; the highest first."""

    POSSIBLE = 1
    LIKELY = 2
    CERTAIN = 3


class Verdict(StrEnum):
    """Predicted outcome of the request."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause.

    Attributes:
        code: stable, such as `iss-is-client-key`
        certainty: confidence that it is the cause
        seen: the evidence for it
        why: the receiver's reason to refuse
        fix: the change that cures it
    """

    code: str
    certainty: Certainty
    seen: str
    why: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything that was found.

    Attributes:
        direction: of the request, stated or inferred
        verdict: on the request
        token_verdict: on the token alone, whatever else is wrong with the call
        findings: the most certain cause first
        header: the token's, None if it cannot be parsed
        claims: likewise
        canonical: the canonical request that was hashed; if that was not found or there is no hash, the right
            one; None without a method and a URL
        expected_qsh: the right hash, None without a method and a URL
        actual_qsh: the token's `qsh` claim
        unsettled: open questions, and the evidence that would settle them; one sentence each
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
