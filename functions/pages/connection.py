"""The calls of the administrators' page: the connection between app and site, and a test of it."""

import time

from connect_jira.app.pages import ApiRequest, Pages
from connect_jira.app.permissions import administers_jira
from connect_jira.app.site import Site
from connect_jira.data.entries import JsonValue
from connect_jira.errors import OutOfTime
from connect_jira.installations.activity import Refusal
from connect_jira.jira.errors import JiraError

_TEST = ("GET", "/rest/api/3/myself")

pages = Pages()


@pages.call("GET", "connection", allowed=administers_jira)
def connection(request: ApiRequest, site: Site) -> JsonValue:
    """Return the installation's properties and its recent failures. No secret is among them."""
    installation = request.installation
    return {
        "installation": {
            "appKey": installation.app_key,
            "clientKey": site.key,
            "siteUrl": installation.site_url,
            "state": installation.state,
            "installedAt": installation.installed_at,
        },
        "scopes": sorted(installation.scopes),
        "refusals": [_refusal(refusal) for refusal in installation.activity().refusals],
    }


@pages.call("POST", "connection-test", allowed=administers_jira)
def test(request: ApiRequest, site: Site) -> JsonValue:
    """Make a signed call now, and return its outcome."""
    started = time.monotonic()
    outcome: dict[str, JsonValue] = {"call": " ".join(_TEST), "issuer": request.installation.app_key}
    try:
        answer = site.jira.request(*_TEST)
        outcome |= {"status": answer.status, "accepted": True, "actsAs": answer.object.get("displayName")}
    except JiraError as error:
        outcome |= {"status": error.status, "accepted": False, **_explanation(error)}
    except OutOfTime:
        outcome |= {"status": 0, "accepted": False, "code": "out-of-time"}
    return {**outcome, "milliseconds": round((time.monotonic() - started) * 1000)}


def _explanation(error: JiraError) -> dict[str, str]:
    found = error.finding
    if found is None:
        return {"code": error.reason, "seen": " ".join(error.messages)[:500]}
    return {"code": found.code, "seen": found.seen, "why": found.why, "fix": found.fix}


def _refusal(refusal: Refusal) -> dict[str, JsonValue]:
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
