"""Explanation of a refused request to the app, for the log."""

import time
from dataclasses import replace

from connect_jira.web.request import GatewayRequest
from connect_jwt.canonical import encoded_path
from connect_jwt.diagnosis import Direction, Evidence, Finding, diagnose
from connect_jwt.diagnosis.catalogue import explanation_of
from connect_jwt.errors import RefusedUnsigned, TokenRefused
from connect_jwt.identity import AppKey
from connect_jwt.tokens import UnverifiedToken

_BINDING = "qsh-mismatch"


def inbound_evidence(request: GatewayRequest) -> Evidence:
    """Return a request's evidence, without its body."""
    query = f"?{request.query}" if request.query else ""
    return Evidence(
        method=request.method,
        url=f"{request.base_url}{encoded_path(request.path)}{query}",
        headers=request.headers,
        direction=Direction.TO_APP,
        base_url=request.base_url,
    )


def explain_inbound(refusal: TokenRefused, request: GatewayRequest, app_key: AppKey) -> Finding | None:
    """Explain a refused request beyond its reason; None if there is nothing to add.

    The mistake in a hash is searched for only if the token's signature is right: anybody else could make the
    app spend that time.
    """
    is_bound_wrong = refusal.reason == _BINDING and not isinstance(refusal, RefusedUnsigned)
    evidence = replace(
        inbound_evidence(request), parsed=_parsed_token(request), app_key=app_key, now=time.time()
    )
    diagnosis = diagnose(evidence if is_bound_wrong else replace(evidence, method=None))
    return explanation_of(refusal.reason, diagnosis.findings)


def _parsed_token(request: GatewayRequest) -> UnverifiedToken | None:
    try:
        return request.token
    except TokenRefused:
        return None
