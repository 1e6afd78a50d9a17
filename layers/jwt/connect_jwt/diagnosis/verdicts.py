"""Conclude the verdict from findings, by one rule for all of them."""

from collections.abc import Sequence
from dataclasses import replace

from connect_jwt.diagnosis.answers import REFUSALS, is_success
from connect_jwt.diagnosis.call_causes import CALL_CAUSES
from connect_jwt.diagnosis.findings import Certainty, Diagnosis, Finding, Verdict


def concluded(
    diagnosis: Diagnosis, findings: Sequence[Finding], unsettled: Sequence[str], *, status: int | None
) -> Diagnosis:
    """Return the diagnosis with these findings, the most certain first, and their verdict.

    A successful response outweighs every finding that is not certain.

    Args:
        diagnosis: everything else that is known
        findings: in the order of the checks
        unsettled: open questions
        status: of the response, if there was one
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
