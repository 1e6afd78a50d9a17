"""All checks in turn, and what they come to."""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus

from connect_jwt.diagnosis.binding import check_binding, expected, hashed_from, is_bound
from connect_jwt.diagnosis.case import Case, infer_direction
from connect_jwt.diagnosis.checks import (
    check_audience,
    check_header,
    check_host,
    check_issuer,
    check_kid,
    check_kind,
    check_subject,
    check_times,
)
from connect_jwt.diagnosis.circumstances import (
    check_answer,
    check_payload,
    check_refusal_without_cause,
    check_scopes,
)
from connect_jwt.diagnosis.evidence import Direction, Evidence
from connect_jwt.diagnosis.findings import Certainty, Diagnosis, Finding, Verdict
from connect_jwt.diagnosis.signature import OF_NOBODY, check_signature
from connect_jwt.diagnosis.transport import authorization, check_transport, tokens_in
from connect_jwt.errors import TokenRefused
from connect_jwt.tokens import UnverifiedToken, parse_token

_BEFORE_THE_HASH = (
    check_kind,
    check_answer,
    check_header,
    check_kid,
    check_issuer,
    check_host,
    check_signature,
    check_times,
)
_AFTER_THE_HASH = (
    check_audience,
    check_payload,
    check_scopes,
    check_subject,
)


def diagnose(evidence: Evidence) -> Diagnosis:
    """Why the token of a request is refused, or would be, as far as the evidence goes."""
    transport = list(check_transport(evidence))
    token = _readable(evidence)
    if token is None:
        return Diagnosis(
            direction=evidence.direction or Direction.TO_JIRA,
            verdict=Verdict.REFUSED,
            findings=_sorted(transport),
            header=None,
            claims=None,
            canonical=None,
            expected_qsh=None,
            actual_qsh=None,
        )
    case = Case(evidence, token, infer_direction(evidence, token))
    if case.is_access_token and authorization(evidence)[0] == "bearer":
        return _not_connects(case)
    match, right = hashed_from(case), expected(case)
    checks = (*_BEFORE_THE_HASH, partial(check_binding, match=match), *_AFTER_THE_HASH)
    findings = transport + [found for check in checks for found in check(case)]
    unsettled = tuple(_unsettled(case, findings))
    if not any(found.certainty > Certainty.POSSIBLE for found in findings):
        findings += check_refusal_without_cause(case, is_settled=not unsettled)
    return Diagnosis(
        direction=case.direction,
        verdict=_verdict(findings, unsettled, evidence.status),
        findings=_sorted(findings),
        header=token.header,
        claims=token.claims,
        canonical=match.canonical if match else right[0] if right else None,
        expected_qsh=right[1] if right else None,
        actual_qsh=case.qsh,
        unsettled=unsettled,
    )


def _not_connects(case: Case) -> Diagnosis:
    is_refused = case.evidence.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    return Diagnosis(
        direction=case.direction,
        verdict=Verdict.REFUSED if is_refused else Verdict.UNKNOWN,
        findings=(),
        header=case.token.header,
        claims=case.token.claims,
        canonical=None,
        expected_qsh=None,
        actual_qsh=None,
        unsettled=("Whether this access token is right: it is no Connect token, and sent as it should be.",),
    )


def _readable(evidence: Evidence) -> UnverifiedToken | None:
    tokens = tokens_in(evidence)
    try:
        return parse_token(tokens[0]) if tokens else None
    except TokenRefused:
        return None


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda found: -found.certainty))


def _verdict(findings: list[Finding], unsettled: tuple[str, ...], status: int | None) -> Verdict:
    if any(found.certainty > Certainty.POSSIBLE for found in findings):
        return Verdict.REFUSED
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Verdict.REFUSED
    return Verdict.UNKNOWN if unsettled else Verdict.ACCEPTED


def _unsettled(case: Case, findings: list[Finding]) -> Iterator[str]:
    evidence = case.evidence
    if case.is_install:
        yield "Whether the signature is right: only Atlassian's public key of this kid can tell."
    elif not evidence.secrets:
        yield "Whether the signature is right: the site's sharedSecret would tell."
    elif any(found.seen == OF_NOBODY for found in findings):
        yield "Whose secret made the signature, when none of those that are given did."
    if is_bound(case) is None:
        yield "Whether the token is bound to this request: its method and URL would tell."
    own = evidence.app_key if case.to_jira else evidence.client_key
    if own is None:
        name = "the app's key" if case.to_jira else "the site's clientKey"
        yield f"Whether iss is right: {name} would tell."
    if case.is_install and evidence.base_url is None:
        yield "Whether aud is right: the app's base URL would tell."
    if evidence.now is None:
        yield "Whether the token was in its time: the time of the request would tell."
