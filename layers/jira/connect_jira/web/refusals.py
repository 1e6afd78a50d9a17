"""A refusal, told to the developer: one line in the log with its code and what was seen, one metric by code.

Neither ever holds a token, a secret, a body or a query string.
"""

import time
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aws_lambda_powertools import Logger

from connect_jira.metrics import count
from connect_jira.web.request import GatewayRequest
from connect_jwt.canonical import encoded_path
from connect_jwt.diagnosis import Certainty, Direction, Evidence, Finding, diagnose
from connect_jwt.diagnosis.answers import seen_of
from connect_jwt.diagnosis.catalogue import explanation_of, finding
from connect_jwt.errors import RefusedUnsigned, TokenRefused
from connect_jwt.identity import AppKey
from connect_jwt.signing import SigningIdentity, sign_request

if TYPE_CHECKING:
    from connect_jira.jira.response import JiraResponse
    from connect_jwt.causes import Cause

_logger = Logger(child=True)

_BINDING = "qsh-mismatch"
_OUT_OF_SYNC = 3
"""So many refusals in a row with a secret that has not changed are no accident."""


def report(
    message: str, *, metric: str, code: str, explanation: str, is_expected: bool = False, **where: object
) -> None:
    """Log a refusal, and count it by its code.

    Args:
        message: what was refused, in fixed words
        metric: the metric's name
        code: why, such as `qsh-context-path`
        explanation: what was seen, and what to do
        is_expected: whether it is no warning
        where: method, path, status and the like
    """
    log = _logger.info if is_expected else _logger.warning
    log(message, extra={"reason": code, "explanation": explanation, **where})
    count(metric, reason=code)


def inbound_evidence(request: GatewayRequest) -> Evidence:
    """What a request that has reached the app says of itself, its body aside."""
    query = f"?{request.query}" if request.query else ""
    return Evidence(
        method=request.method,
        url=f"{request.base_url}{encoded_path(request.path)}{query}",
        headers=request.headers,
        direction=Direction.TO_APP,
        base_url=request.base_url,
    )


def explain_inbound(refusal: TokenRefused, request: GatewayRequest, app_key: AppKey) -> Finding | None:
    """What there is to say of a refused request beyond its reason; None when that is all.

    Only a token whose signature was right is searched for the mistake in its hash: anybody else could have
    the app spend that time.
    """
    is_bound_wrong = refusal.reason == _BINDING and not isinstance(refusal, RefusedUnsigned)
    evidence = replace(inbound_evidence(request), app_key=app_key, now=time.time())
    diagnosis = diagnose(evidence if is_bound_wrong else replace(evidence, method=None))
    return explanation_of(refusal.reason, diagnosis.findings)


def explain_outbound(
    identity: SigningIdentity, method: str, url: str, response: "JiraResponse", *, refusals: int
) -> Finding:
    """Why Jira has answered 401 or 403 to a call of the app's, and report it.

    Args:
        identity: as whom the call was signed
        method: the HTTP method
        url: where it went
        response: what Jira answered
        refusals: how many calls in a row it has refused
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


def explain_cause(cause: "Cause", method: str, url: str, response: "JiraResponse") -> Finding:
    """What the answer to a call of the app's says of its cause, and report it.

    Args:
        cause: what it says
        method: the HTTP method
        url: where the call went
        response: what Jira answered
    """
    found = finding(cause, Certainty.CERTAIN, seen_of(cause, method, url, response.headers))
    _report_call(found, method, url, response)
    return found


def _report_call(found: Finding, method: str, url: str, response: "JiraResponse") -> None:
    report(
        "Jira refused a signed call",
        metric="CallRefused",
        code=found.code,
        explanation=f"{found.seen}. {found.why} {found.fix}",
        status=response.status,
        method=method,
        path=urlsplit(url).path[:200],
    )
