"""Sentences about an examined request for a person, besides its findings."""

from dataclasses import dataclass

from connect_doctor.claims import utc
from connect_doctor.examination import Examined
from connect_jwt.canonical import canonical_request, hash_of, split_url
from connect_jwt.diagnosis import Certainty, Diagnosis, Direction, Verdict

_DIRECTIONS = {Direction.TO_JIRA: "from the app to Jira", Direction.TO_APP: "from Jira to the app"}


@dataclass(frozen=True, slots=True)
class Hash:
    """A hash of the request.

    Attributes:
        qsh: the hash; None if there is none
        source: the canonical request that it was made from; None if that is not at hand
    """

    qsh: str | None
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """The request's hash as it should be, and as the token has it.

    Attributes:
        expected: the right one
        actual: the token's
        is_right: True if the token's is the right one
    """

    expected: Hash
    actual: Hash
    is_right: bool


def headline(examined: Examined) -> str:
    """The verdict with the code of its first cause."""
    diagnosis = examined.diagnosis
    match diagnosis.verdict:
        case Verdict.ACCEPTED if examined.answered:
            return f"It works: {examined.answered}"
        case Verdict.ACCEPTED:
            return "Accepted: nothing is wrong with this token"
        case Verdict.UNKNOWN if not diagnosis.findings:
            return "Not sure: nothing is wrong as far as known"
    first = diagnosis.findings[0]
    is_open = first.certainty is Certainty.POSSIBLE
    if diagnosis.verdict is Verdict.UNKNOWN:
        return f"Not sure: perhaps {first.code}"
    return f"Refused: perhaps {first.code}" if is_open else f"Refused: {first.code}"


def about_token(diagnosis: Diagnosis) -> str | None:
    """The token's own verdict; None where it says no more than the headline."""
    if diagnosis.verdict is not Verdict.REFUSED or diagnosis.header is None:
        return None
    match diagnosis.token_verdict:
        case Verdict.ACCEPTED:
            return "The token itself is right."
        case Verdict.UNKNOWN:
            return "In the token itself nothing wrong is certain."
        case Verdict.REFUSED:
            return None


def request_line(examined: Examined) -> str:
    """The request in one line: method, URL, direction, time and the answer's status, as far as known."""
    evidence = examined.evidence
    asked = " ".join(part for part in (evidence.method, evidence.url) if part)
    made_at = utc(evidence.now) if evidence.now is not None else None
    parts = (
        asked,
        _DIRECTIONS[examined.diagnosis.direction],
        f"at {made_at}" if made_at else None,
        f"answered {evidence.status}" if evidence.status else None,
    )
    return ", ".join(part for part in parts if part)


def hashes(examined: Examined) -> Hashes | None:
    """The request's two hashes and what they are of; None if too little of the request is known."""
    diagnosis = examined.diagnosis
    if diagnosis.canonical is None:
        return None
    is_wrong = any(finding.code.startswith(("qsh-", "form-")) for finding in diagnosis.findings)
    sources = _sources(examined)
    expected, actual = (
        Hash(qsh, sources.get(qsh or "")) for qsh in (diagnosis.expected_qsh, diagnosis.actual_qsh)
    )
    return Hashes(
        expected=expected, actual=actual, is_right=diagnosis.actual_qsh is not None and not is_wrong
    )


def missing_options(examined: Examined) -> list[str]:
    """The options of `connect doctor` that would say what is not known."""
    evidence, diagnosis = examined.evidence, examined.diagnosis
    to_jira = diagnosis.direction is Direction.TO_JIRA
    is_atlassians = (diagnosis.header or {}).get("alg") == "RS256"
    known = {
        "--method": evidence.method,
        "--url": evidence.url,
        "--app-key" if to_jira else "--client-key": evidence.app_key if to_jira else evidence.client_key,
        "--secret": is_atlassians or evidence.secrets,
        "--base-url": to_jira or evidence.base_url,
    }
    return [option for option, value in known.items() if not value]


def _sources(examined: Examined) -> dict[str, str]:
    """The canonical requests that are at hand, by their hash."""
    evidence = examined.evidence
    sources = [examined.diagnosis.canonical]
    if evidence.method and evidence.url:
        path, query = split_url(evidence.url, evidence.base_url or "")
        sources.append(canonical_request(evidence.method, path, query))
    return {hash_of(source): source for source in sources if source}
