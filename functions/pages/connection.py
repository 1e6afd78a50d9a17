"""The administrators' page: the connection between app and site, and a test of it."""

import time
from http import HTTPStatus
from typing import Any

from connect_jira.auth.page_requests import PageRequest
from connect_jira.errors import OutOfTime
from connect_jira.installations.activity import Refusal
from connect_jira.jira.errors import JiraError
from connect_jira.web.response import Response, empty_response, json_response
from connect_jwt.scopes import is_granted, scope_of
from functions.pages.permissions import administrators_only

CALLS = (
    ("GET", "/rest/api/3/myself"),
    ("GET", "/rest/api/3/user"),
    ("GET", "/rest/api/3/project/recent"),
    ("POST", "/rest/api/3/permissions/check"),
    ("PUT", "/rest/api/3/issue/{issueIdOrKey}/properties/{propertyKey}"),
)
"""All calls of the app, in pages and in `functions/jira_calls/reactions.py`. Keep it true."""

_TEST = ("GET", "/rest/api/3/myself")


def connection(request: PageRequest) -> Response:
    """Return the installation's properties and its recent failures. No secret is among them."""
    allowed = administrators_only(request)
    if allowed is not HTTPStatus.OK:
        return empty_response(allowed)
    refusals = request.activity.read(request.client_key).refusals
    return json_response(
        HTTPStatus.OK,
        {
            "installation": {
                "appKey": request.app.app_key,
                "clientKey": request.client_key,
                "siteUrl": request.site_url,
                "state": request.state,
                "installedAt": request.installed_at,
            },
            "scopes": _scopes(request.app.scopes),
            "refusals": [_refusal(refusal) for refusal in refusals],
        },
    )


def test(request: PageRequest) -> Response:
    """Make a signed call now, and return its outcome."""
    allowed = administrators_only(request)
    if allowed is not HTTPStatus.OK:
        return empty_response(allowed)
    started = time.monotonic()
    outcome: dict[str, Any] = {"call": " ".join(_TEST), "issuer": request.app.app_key}
    try:
        answer = request.jira.request(*_TEST)
        outcome |= {"status": answer.status, "accepted": True, "actsAs": answer.object.get("displayName")}
    except JiraError as error:
        outcome |= {"status": error.status, "accepted": False, **_explanation(error)}
    except OutOfTime:
        outcome |= {"status": 0, "accepted": False, "code": "out-of-time"}
    outcome["milliseconds"] = round((time.monotonic() - started) * 1000)
    return json_response(HTTPStatus.OK, outcome)


def _explanation(error: JiraError) -> dict[str, str]:
    found = error.finding
    if found is None:
        return {"code": error.reason, "seen": " ".join(error.messages)[:500]}
    return {"code": found.code, "seen": found.seen, "why": found.why, "fix": found.fix}


def _scopes(asked_for: frozenset[str]) -> list[dict[str, Any]]:
    needed: dict[str, list[str]] = {}
    for method, path in CALLS:
        needed.setdefault(scope_of(method, path), []).append(f"{method} {path}")
    return [
        {"scope": scope, "askedFor": is_granted(scope, asked_for), "calls": calls}
        for scope, calls in needed.items()
    ]


def _refusal(refusal: Refusal) -> dict[str, Any]:
    from connect_jwt.diagnosis.catalogue import CATALOGUE  # noqa: PLC0415 - administrators seldom look

    why, fix = CATALOGUE.get(refusal.code, ("", ""))
    return {
        "code": refusal.code,
        "request": refusal.request,
        "status": refusal.status,
        "byJira": refusal.by_jira,
        "at": refusal.at,
        "why": why,
        "fix": fix,
    }
