"""What findings come to. There is one rule, whatever they are and wherever they are shown."""

from collections.abc import Sequence
from dataclasses import replace

from connect_jwt.diagnosis.answers import REFUSALS, is_success
from connect_jwt.diagnosis.call_causes import CALL_CAUSES
from connect_jwt.diagnosis.findings import Certainty, Diagnosis, Finding, Verdict


def concluded(
    diagnosis: Diagnosis, findings: Sequence[Finding], unsettled: Sequence[str], *, status: int | None
) -> Diagnosis:
    """The diagnosis with these findings, the surest first, and the verdict that they come to.

    What is not certain is outweighed by an answer that says that it worked.

    Args:
        diagnosis: whatever else is known
        findings: in the order in which they were found
        unsettled: what is not known
        status: what the receiver answered, if it did
    """
    if is_success(status):
        findings = [found for found in findings if found.certainty is Certainty.CERTAIN]
    of_token = [found for found in findings if found.code not in CALL_CAUSES]
    return replace(
        diagnosis,
        verdict=Verdict.REFUSED if status in REFUSALS else _verdict(findings, unsettled),
        token_verdict=_verdict(of_token, unsettled),
        findings=tuple(sorted(findings, key=lambda found: -found.certainty)),
        unsettled=tuple(unsettled),
    )


def _verdict(findings: Sequence[Finding], unsettled: Sequence[str]) -> Verdict:
    if any(found.certainty > Certainty.POSSIBLE for found in findings):
        return Verdict.REFUSED
    return Verdict.UNKNOWN if findings or unsettled else Verdict.ACCEPTED
