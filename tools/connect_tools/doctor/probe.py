"""The request that tells whether a site knows the app: who am I? And what its answer means."""

from dataclasses import replace

from connect_doctor.examination import Examined
from connect_jwt.diagnosis import Certainty, Diagnosis, Direction, Evidence, Finding, Verdict

METHOD = "GET"
PATH = "/rest/api/3/myself"


def accepted(examined: Examined, myself: object) -> Examined:
    """Jira has answered 200, which no theory outweighs."""
    who = myself if isinstance(myself, dict) else {}
    name, account_id = who.get("displayName", "somebody"), who.get("accountId", "unknown")
    return replace(
        examined,
        diagnosis=replace(
            examined.diagnosis,
            verdict=Verdict.ACCEPTED,
            token_verdict=Verdict.ACCEPTED,
            findings=(),
            unsettled=(),
        ),
        answered=f"Jira answered 200 to {METHOD} {PATH}, as {name} (account {account_id})",
    )


def not_installed(evidence: Evidence) -> Examined:
    """There is no secret to sign with."""
    found = Finding(
        code="app-not-installed",
        certainty=Certainty.CERTAIN,
        seen="the app's table has no installation with this client key, or the site has uninstalled it",
        why="Without the site's sharedSecret the app can sign nothing.",
        fix="Install the app on that site; or give the clientKey that its installed payload has.",
    )
    return without_token(evidence, found)


def without_token(evidence: Evidence, *findings: Finding) -> Examined:
    """A refusal of a token that has not been seen here."""
    diagnosis = Diagnosis(direction=Direction.TO_JIRA, verdict=Verdict.REFUSED, findings=findings)
    return Examined(evidence=evidence, diagnosis=diagnosis)
