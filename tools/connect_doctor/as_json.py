"""The answer for a program."""

from typing import Any

from connect_doctor.examination import Examined
from connect_doctor.redaction import Redaction


def as_json(examined: Examined) -> dict[str, Any]:
    """One object; `answered` is there only when a request was made on the spot and worked."""
    diagnosis = examined.diagnosis
    document = {
        "direction": diagnosis.direction.value,
        "verdict": diagnosis.verdict.value,
        "token": {
            "verdict": diagnosis.token_verdict.value,
            "header": diagnosis.header,
            "claims": diagnosis.claims,
        },
        "canonical": diagnosis.canonical,
        "qsh": {"expected": diagnosis.expected_qsh, "actual": diagnosis.actual_qsh},
        "findings": [
            {
                "code": finding.code,
                "certainty": finding.certainty.name.lower(),
                "seen": finding.seen,
                "why": finding.why,
                "fix": finding.fix,
            }
            for finding in diagnosis.findings
        ],
        "unsettled": list(diagnosis.unsettled),
    }
    if examined.answered:
        document["answered"] = examined.answered
    shown: dict[str, Any] = Redaction(examined.evidence).value(document)
    return shown
