"""Run all checks and conclude the verdict."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from connect_jwt.diagnosis.addresses import split
from connect_jwt.diagnosis.answers import check_answer, check_status
from connect_jwt.diagnosis.at_the_app import for_the_app
from connect_jwt.diagnosis.binding import bind, check_binding
from connect_jwt.diagnosis.call_causes import CALL_CAUSES
from connect_jwt.diagnosis.case import Case, infer_direction
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.checks import (
    check_audience,
    check_header,
    check_host,
    check_issuer,
    check_kid,
    check_path,
    check_subject,
)
from connect_jwt.diagnosis.circumstances import check_payload, check_scopes
from connect_jwt.diagnosis.evidence import Direction, Evidence
from connect_jwt.diagnosis.findings import Certainty, Diagnosis, Finding
from connect_jwt.diagnosis.kinds import KEY_HOST_TELLS, Kind, check_connect, check_other, kind_of
from connect_jwt.diagnosis.moments import check_clock, check_times, whole_times
from connect_jwt.diagnosis.senders import check_missing
from connect_jwt.diagnosis.signature import OF_NOBODY, check_signature
from connect_jwt.diagnosis.surroundings import found_elsewhere, read_token
from connect_jwt.diagnosis.transport import Carried, check_transport, is_opaque, tokens_in
from connect_jwt.diagnosis.verdicts import concluded
from connect_jwt.errors import TokenRefused

_BEFORE_THE_HASH = (
    check_connect,
    check_header,
    check_kid,
    check_issuer,
    check_host,
    check_signature,
    check_times,
)
_AFTER_THE_HASH = (
    check_path,
    check_audience,
    check_payload,
    check_scopes,
    check_subject,
)


def diagnose(evidence: Evidence) -> Diagnosis:
    """Explain a refused request, or predict its refusal, from the evidence."""
    if evidence.parsed is None:
        diagnosis = _carried(evidence)
    else:
        direction = infer_direction(evidence, evidence.parsed)
        diagnosis = _examined(Case(evidence, evidence.parsed, direction, scheme=None), transport=[])
    return diagnosis if diagnosis.direction is Direction.TO_JIRA else for_the_app(diagnosis)


def _carried(evidence: Evidence) -> Diagnosis:
    """Diagnose a request whose token, if there is one, has yet to be found."""
    tokens = tokens_in(evidence)
    transport: list[Finding] = []
    if not tokens and (elsewhere := found_elsewhere(evidence)):
        transport, evidence = elsewhere
        tokens = tokens_in(evidence)
    case = _case(evidence, tokens)
    direction = case.direction if case else infer_direction(evidence, None)
    if not tokens:
        transport += check_missing(evidence, direction)
    elif case or not is_opaque(tokens[0], evidence):
        transport += check_transport(tokens)
    return _examined(case, transport) if case else _unread(evidence, direction, transport)


def _case(evidence: Evidence, tokens: list[Carried]) -> Case | None:
    """Return the first token with its request; None if it cannot be parsed."""
    if not tokens:
        return None
    try:
        token = read_token(tokens[0].token)
    except TokenRefused:
        return None
    return Case(evidence, token, infer_direction(evidence, token), tokens[0].scheme)


def _unread(evidence: Evidence, direction: Direction, transport: list[Finding]) -> Diagnosis:
    """Diagnose a missing or unreadable token; an opaque one is an access token."""
    is_access_token = not transport
    if is_access_token and direction is Direction.TO_APP:
        transport = [finding("access-token-to-app", Certainty.CERTAIN, "a Bearer token that is no JWT")]
    return _answered(
        Diagnosis(direction=direction, findings=tuple(transport)),
        evidence,
        unsettled=(Kind.ACCESS_TOKEN.value,) if is_access_token else (),
        path=split(evidence.url or "").path,
        is_access_token=is_access_token,
    )


def _examined(case: Case, transport: list[Finding]) -> Diagnosis:
    """Diagnose a token that can be parsed."""
    kind = kind_of(case)
    diagnosis = Diagnosis(direction=case.direction, header=case.token.header, claims=case.token.claims)
    if kind is Kind.CONNECT:
        binding = bind(case)
        checks = (*_BEFORE_THE_HASH, partial(check_binding, binding=binding), *_AFTER_THE_HASH)
        findings = [*transport, *(found for check in checks for found in check(case))]
        unsettled = tuple(_unsettled(case, findings, is_bound=bool(binding.accepted)))
        canonical, expected_qsh = binding.right(case.qsh) or (None, None)
        diagnosis = replace(
            diagnosis,
            canonical=binding.match.canonical if binding.match else canonical,
            expected_qsh=expected_qsh,
            actual_qsh=case.qsh,
        )
    else:
        findings = [*transport, *check_other(case, kind), *check_clock(case, whole_times(case))]
        unsettled = (kind.value,)
    return _answered(
        replace(diagnosis, findings=tuple(findings)),
        case.evidence,
        unsettled=unsettled,
        path=case.path,
        is_access_token=kind is Kind.ACCESS_TOKEN,
    )


def _answered(
    diagnosis: Diagnosis, evidence: Evidence, *, unsettled: tuple[str, ...], path: str, is_access_token: bool
) -> Diagnosis:
    """Add the findings from the response, and conclude the verdict."""
    said = list(check_answer(evidence)) if diagnosis.direction is Direction.TO_JIRA else []
    codes = {found.code for found in said}
    findings = [*(found for found in diagnosis.findings if found.code not in codes), *said]
    if not any(found.certainty > Certainty.POSSIBLE for found in findings):
        findings += check_status(
            evidence,
            path,
            direction=diagnosis.direction,
            is_access_token=is_access_token,
            is_settled=not unsettled and all(found.code in CALL_CAUSES for found in findings),
        )
    return concluded(diagnosis, findings, unsettled, status=evidence.status)


def _unsettled(case: Case, findings: list[Finding], *, is_bound: bool) -> Iterator[str]:
    evidence = case.evidence
    if evidence.signature_cut_off:
        yield "Whether the signature is right: it was cut off before the token was handed on."
    elif case.is_install:
        yield KEY_HOST_TELLS
    elif not evidence.secrets:
        yield "Whether the signature is right: the site's sharedSecret would tell."
    elif any(found.seen == OF_NOBODY for found in findings):
        yield "Whose secret made the signature, when none of those that are given did."
    if not is_bound:
        yield "Whether the token is bound to this request: its method and URL would tell."
    own = evidence.app_key if case.to_jira else evidence.client_key
    if own is None:
        name = "the app's key" if case.to_jira else "the site's clientKey"
        yield f"Whether iss is right: {name} would tell."
    if case.is_install and evidence.base_url is None:
        yield "Whether aud is right: the app's base URL would tell."
    if evidence.now is None:
        yield "Whether the token was in its time: the time of the request would tell."
