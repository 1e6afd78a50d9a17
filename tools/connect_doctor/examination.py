"""The diagnosis of one request."""

import time
from dataclasses import dataclass, replace

from connect_jwt.diagnosis import Certainty, Diagnosis, Direction, Evidence, diagnose
from connect_jwt.diagnosis.answers import is_success
from connect_jwt.diagnosis.verdicts import concluded

_EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A request and what is to be said of it.

    Attributes:
        evidence: of the request
        diagnosis: of the request
        answered: Jira's response to a request that was made here and succeeded
    """

    evidence: Evidence
    diagnosis: Diagnosis
    answered: str | None = None


def examine(evidence: Evidence, *, app_base_url: str | None = None) -> Examined:
    """Diagnose a request.

    Args:
        evidence: of the request; without a time it is taken to have been made just now
        app_base_url: the app's base URL; it counts only if the request turns out to be to the app
    """
    is_time_known = evidence.now is not None
    if not is_time_known:
        evidence = replace(evidence, now=time.time())
    diagnosis = diagnose(evidence)
    if app_base_url and evidence.base_url is None and diagnosis.direction is Direction.TO_APP:
        evidence = replace(evidence, base_url=app_base_url)
        diagnosis = diagnose(evidence)
    if not is_time_known:
        diagnosis = _of_unknown_time(diagnosis, evidence)
    return Examined(evidence=evidence, diagnosis=diagnosis)


def _of_unknown_time(diagnosis: Diagnosis, evidence: Evidence) -> Diagnosis:
    """Put other causes before the expiry: what failed some minutes ago has expired since."""
    expired = [found for found in diagnosis.findings if found.code == _EXPIRED]
    if not expired:
        return diagnosis
    others = [found for found in diagnosis.findings if found.code != _EXPIRED]
    known = {found.code for found in diagnosis.findings}
    timeless = diagnose(replace(evidence, now=None))
    others += [found for found in timeless.findings if found.code not in known]
    unsettled = list(diagnosis.unsettled)
    worked = is_success(evidence.status)
    if worked or any(found.certainty > Certainty.POSSIBLE for found in others):
        expired = [replace(found, certainty=Certainty.POSSIBLE) for found in expired]
    if not worked:
        unsettled.append("Whether the token had expired already when it was sent: --at would tell.")
    return concluded(diagnosis, [*others, *expired], unsettled, status=evidence.status)
