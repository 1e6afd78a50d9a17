"""The diagnosis of one request."""

import time
from dataclasses import dataclass, replace

from connect_jwt.diagnosis import Certainty, Diagnosis, Direction, Evidence, diagnose

_EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A request and what is to be said of it.

    Attributes:
        evidence: what was known
        diagnosis: what it comes to
        answered: what Jira said to a request that was made here and worked
    """

    evidence: Evidence
    diagnosis: Diagnosis
    answered: str | None = None


def examine(evidence: Evidence, *, app_base_url: str | None = None) -> Examined:
    """Diagnose a request.

    Args:
        evidence: what is known of it; without a time it is taken to have been made just now
        app_base_url: the app's base URL; it counts only if the request turns out to be to the app
    """
    is_time_known = evidence.now is not None
    if not is_time_known:
        evidence = replace(evidence, now=time.time())
    diagnosis = diagnose(evidence)
    if app_base_url and evidence.base_url is None and diagnosis.direction is Direction.TO_APP:
        evidence = replace(evidence, base_url=app_base_url)
        diagnosis = diagnose(evidence)
    return Examined(evidence=evidence, diagnosis=diagnosis if is_time_known else _of_unknown_time(diagnosis))


def _of_unknown_time(diagnosis: Diagnosis) -> Diagnosis:
    """Put other causes before the expiry: what failed some minutes ago has expired since."""
    if not any(finding.code == _EXPIRED for finding in diagnosis.findings):
        return diagnosis
    others = [finding for finding in diagnosis.findings if finding.code != _EXPIRED]
    findings = diagnosis.findings
    if any(finding.certainty > Certainty.POSSIBLE for finding in others):
        expired = [finding for finding in findings if finding.code == _EXPIRED]
        findings = (*others, *(replace(finding, certainty=Certainty.POSSIBLE) for finding in expired))
    sentence = "Whether the token had expired already when it was sent: --at would tell."
    return replace(diagnosis, findings=findings, unsettled=(*diagnosis.unsettled, sentence))
