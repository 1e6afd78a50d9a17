"""Explanation of a refused call, with the site's knowledge of all secrets and apps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connect_doctor.sharing import link_parameters
from connect_jwt.diagnosis import Direction, Evidence, Finding, diagnose
from connect_jwt.diagnosis.catalogue import explanation_of
from connect_jwt.identity import SharedSecret
from connect_local.jira.authentication import CallRefused
from connect_local.jira.site import Site


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reason of a refused call.

    Attributes:
        finding: the reason of the refusal, or the mistake that leads to it; None when there is none
        question: the call as the doctor's page is asked about it, in its URL's fragment
    """

    finding: Finding | None
    question: str


def explain(refused: CallRefused, evidence: Evidence, site: Site, other_sites: Iterable[Site]) -> Explanation:
    """Explain a refusal.

    Args:
        refused: as it was decided
        evidence: the request
        site: for further facts
        other_sites: with secrets that may have been used by mistake
    """
    others = {
        str(other.client_key): other.shared_secret
        for known in (site, *other_sites)
        for other in known.apps()
        if known is not site or refused.app is None or other.descriptor.key != refused.app.descriptor.key
    }
    known = _with_what_is_known(evidence, refused, site, others)
    found = explanation_of(refused.reason, diagnose(known).findings)
    return Explanation(finding=found, question=link_parameters(known))


def _with_what_is_known(
    evidence: Evidence, refused: CallRefused, site: Site, others: Mapping[str, SharedSecret]
) -> Evidence:
    app = refused.app
    return Evidence(
        method=evidence.method,
        url=evidence.url,
        headers=evidence.headers,
        body=evidence.body,
        direction=Direction.TO_JIRA,
        app_key=app.descriptor.key if app else None,
        client_key=app.client_key if app else None,
        secrets=(app.shared_secret, *app.earlier_secrets) if app else (),
        other_secrets=others,
        base_url=site.base_url,
        scopes=tuple(app.descriptor.scopes) if app else None,
        now=site.now().timestamp(),
        status=refused.status,
    )
