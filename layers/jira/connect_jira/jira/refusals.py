"""Explanation of a refused call, for the log and for the exception."""

import time
from urllib.parse import urlsplit

from connect_jira.jira.response import JiraResponse
from connect_jira.refusal_log import report_refusal
from connect_jwt.causes import Cause
from connect_jwt.diagnosis import Certainty, Direction, Evidence, Finding, diagnose
from connect_jwt.diagnosis.answers import seen_of
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.signing import SigningIdentity, sign_request

_OUT_OF_SYNC = 3
"""This many refusals in a row with an unchanged secret are no accident."""


def explain_outbound(
    identity: SigningIdentity, method: str, url: str, response: JiraResponse, *, refusals: int
) -> Finding:
    """Explain a 401 or 403 from Jira, and log it.

    Args:
        identity: that signed the call
        method: the HTTP method
        url: of the call
        response: from Jira
        refusals: number of refused calls in a row
    """
    now = time.time()
    diagnosis = diagnose(
        Evidence(
            token=sign_request(identity, method, url, now=now),
            method=method,
            url=url,
            direction=Direction.TO_JIRA,
            app_key=identity.app_key,
            secrets=(identity.shared_secret,),
            base_url=identity.base_url,
            now=now,
            status=response.status,
            response_headers=response.headers,
            response_body=response.text,
        )
    )
    found = diagnosis.findings[0]
    if found.code == "app-not-installed" and refusals >= _OUT_OF_SYNC:
        seen = f"{refusals} calls in a row were refused, with the secret unchanged"
        found = finding("secret-out-of-sync", Certainty.LIKELY, seen)
    _report_call(found, method, url, response)
    return found


def explain_cause(cause: Cause, method: str, url: str, response: JiraResponse) -> Finding:
    """Explain a call by the cause that the response names, and log it.

    Args:
        cause: from the response
        method: the HTTP method
        url: of the call
        response: from Jira
    """
    found = finding(cause, Certainty.CERTAIN, seen_of(cause, method, url, response.headers))
    _report_call(found, method, url, response)
    return found


def _report_call(found: Finding, method: str, url: str, response: JiraResponse) -> None:
    report_refusal(
        "Jira refused a signed call",
        metric="CallRefused",
        code=found.code,
        explanation=f"{found.seen}. {found.why} {found.fix}",
        status=response.status,
        method=method,
        path=urlsplit(url).path[:200],
    )
