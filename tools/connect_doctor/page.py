"""Answers for the doctor's page. It speaks JSON, so Python may be in the browser or at a server."""

import json
from typing import Any

from connect_doctor.as_json import as_json
from connect_doctor.claims import readable
from connect_doctor.differences import differences
from connect_doctor.examination import Examined, examine
from connect_doctor.examples import CODES
from connect_doctor.examples import example as example_of
from connect_doctor.marks import marks
from connect_doctor.question import Question, requests_of
from connect_doctor.redaction import Redaction, visible
from connect_doctor.sharing import link_parameters
from connect_doctor.unusable import BadInput
from connect_doctor.wording import about_token, hashes, headline, missing_options, request_line
from connect_jwt.diagnosis import Evidence
from connect_jwt.diagnosis.transport import tokens_in

_ABOUT_SIGNATURE = (
    "Whether the signature",
    "Whether this access token",
    "Whether this assertion",
    "Whose secret",
)


def answer(asked: str) -> str:
    """Answer a question.

    Args:
        asked: the members of a `Question`, as a JSON object

    Returns:
        A JSON object: `json`, the text that `connect doctor --json` prints, and `reports`, what is shown of
        each request; or `unusable`, a sentence.
    """
    members: dict[str, Any] = json.loads(asked)
    lists = {name: tuple(value) for name, value in members.items() if isinstance(value, list)}
    try:
        requests = requests_of(Question(**members | lists))
    except BadInput as unusable:
        return json.dumps({"unusable": str(unusable)})
    reports = [(request, examine(request)) for request in requests]
    documents = [as_json(examined) for _, examined in reports]
    return json.dumps(
        {
            "json": json.dumps(documents if len(documents) > 1 else documents[0]),
            "reports": [_report(request, examined) for request, examined in reports],
        }
    )


def _report(request: Evidence, examined: Examined) -> dict[str, Any]:
    diagnosis = examined.diagnosis
    redaction = Redaction(examined.evidence)

    def shown(text: str | None) -> str | None:
        return None if text is None else visible(redaction.text(text))

    return {
        "verdict": diagnosis.verdict,
        "headline": shown(headline(examined)),
        "about": shown(about_token(diagnosis)),
        "request": shown(request_line(examined)),
        "findings": [
            {
                "code": found.code,
                "certainty": found.certainty.name.lower(),
                "seen": shown(found.seen),
                "why": found.why,
                "fix": found.fix,
            }
            for found in diagnosis.findings
        ],
        "token": _token(examined, redaction),
        "hash": _hash(examined, redaction),
        "unsettled": [shown(sentence) for sentence in diagnosis.unsettled],
        "missing": missing_options(examined) if diagnosis.unsettled else [],
        "link": link_parameters(request),
    }


def _token(examined: Examined, redaction: Redaction) -> dict[str, Any] | None:
    diagnosis = examined.diagnosis
    if diagnosis.header is None or diagnosis.claims is None:
        return None
    marked = marks(diagnosis.findings)
    parts = {}
    for part, members in (("header", diagnosis.header), ("claims", diagnosis.claims)):
        rows = [(name, visible(text)) for name, text in readable(members, examined.evidence.now, redaction)]
        named = {name for name, _ in rows}
        absent = [mark.removeprefix(f"{part}.") for mark in marked if mark.startswith(f"{part}.")]
        rows += [(name, "") for name in absent if name not in named]
        parts[part] = [
            {"name": visible(name), "text": text, "mark": marked.get(f"{part}.{name}")} for name, text in rows
        ]
    encoded = next((carried.token.split(".")[:2] for carried in tokens_in(examined.evidence)), [])
    is_open = any(sentence.startswith(_ABOUT_SIGNATURE) for sentence in diagnosis.unsettled)
    signature = "is not settled" if is_open else "is right"
    return parts | {"encoded": encoded, "signature": signature, "mark": marked.get("signature")}


def _hash(examined: Examined, redaction: Redaction) -> dict[str, Any] | None:
    found = hashes(examined)
    if found is None:
        return None
    expected, actual = found.expected.source, found.actual.source
    runs = None
    if expected is not None and actual is not None and not found.is_right:
        runs = [
            [{"text": visible(redaction.text(text)), "same": same} for text, same in side]
            for side in differences(expected, actual)
        ]
    canonical = examined.diagnosis.canonical if found.is_right else expected
    return {
        "right": found.is_right,
        "canonical": canonical and visible(redaction.text(canonical)),
        "expected": found.expected.qsh,
        "actual": found.actual.qsh and visible(redaction.text(found.actual.qsh)),
        "runs": runs,
    }


def example(code: str) -> str:
    """The fields of the form for a code's example, as a JSON object; empty if it has none."""
    return json.dumps(example_of(code) if code in CODES else {})
