"""Right requests in both directions, signed by PyJWT with canonical requests that are written out here.

Nothing is signed, hashed or canonicalised by the code under test.
"""

import base64
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from connect_jwt.diagnosis import Evidence
from connect_jwt.identity import SharedSecret
from tests.unit.jwt.handmade import (
    NOW,
    OMITTED,
    SECRET,
    SITE,
    Claims,
    atlassian_key,
    claims,
    qsh,
    rs256,
)

APP_KEY = "com.example.app"
SITE_URL, APP_URL = "https://site.atlassian.net", "https://app.example.com"

CALL_PATH, CALL_QUERY = "/rest/api/3/search/jql", "maxResults=50&jql=project%20%3D%20Planets"
CALL_URL = f"{SITE_URL}{CALL_PATH}?{CALL_QUERY}"
CALL = f"GET&{CALL_PATH}&jql=project%20%3D%20Planets&maxResults=50"

WEBHOOK_URL = f"{APP_URL}/webhooks/issue?project=Planets"
WEBHOOK = "POST&/webhooks/issue&project=Planets"

INSTALL_URL = f"{APP_URL}/lifecycle/installed"
INSTALL = "POST&/lifecycle/installed&"

ENABLED_URL = f"{APP_URL}/lifecycle/enabled"
ENABLED = "POST&/lifecycle/enabled&"

SECRET_IN_BASE64 = base64.b64encode(b"forty bytes, of which some are not text\xfb\xff").decode()
PREVIOUS_SECRET = "the secret that this site and the app had shared until the last install"
OTHER_SECRET = "the secret that another site and the app have shared for a year or more"
OTHER_SITE = "b3e0f650-a86c-3f7e-b1db-436452f85df7"


def app_token(
    canonical: str = CALL,
    *,
    secret: str | bytes | RSAPrivateKey = SECRET,
    algorithm: str = "HS256",
    header: Claims | None = None,
    **changes: object,
) -> str:
    """A token of the app's for a call to Jira."""
    payload = claims(**{"iss": APP_KEY, "qsh": qsh(canonical), **changes})
    return jwt.encode(payload, secret, algorithm=algorithm, headers=header)


def site_token(canonical: str = WEBHOOK, **changes: Any) -> str:
    """A token of the site's for a request to the app."""
    return app_token(canonical, **{"iss": SITE, "context": {}, **changes})


def install_token(*, header: Claims | None = None, **changes: object) -> str:
    """A token of Atlassian's for an install."""
    payload = claims(**{"qsh": qsh(INSTALL), "aud": [APP_URL], **changes})
    return rs256(payload, key=atlassian_key(), **(header or {}))


def evidence(token: str | None, scheme: str = "JWT ", **known: Any) -> Evidence:
    """All there is to know; the token is in the header."""
    headers = {} if token is None else {"authorization": f"{scheme}{token}"}
    facts = {"app_key": APP_KEY, "client_key": SITE, "secrets": secrets(SECRET), "now": NOW}
    return Evidence(**{**facts, **known, "headers": headers | known.get("headers", {})})


def call(token: str | None = None, **known: Any) -> Evidence:
    """A request to Jira, right but for what is given."""
    request = {"method": "GET", "url": CALL_URL, "base_url": SITE_URL}
    return evidence(app_token() if token is None else token, **{**request, **known})


def webhook(token: str | None = None, **known: Any) -> Evidence:
    """A request to the app, right but for what is given."""
    request = {"method": "POST", "url": WEBHOOK_URL, "base_url": APP_URL}
    return evidence(site_token() if token is None else token, **{**request, **known})


def install(token: str | None = None, **known: Any) -> Evidence:
    """An install, right but for what is given."""
    request = {"method": "POST", "url": INSTALL_URL, "base_url": APP_URL, "body": payload()}
    return evidence(install_token() if token is None else token, **{**request, **known})


def enabled(body: str | None = None, *, token: str | None = None) -> Evidence:
    """A lifecycle event that the site itself signs."""
    request = {"url": ENABLED_URL, "body": payload() if body is None else body}
    return webhook(site_token(ENABLED) if token is None else token, **request)


def from_page(token: str | None = None) -> Evidence:
    """A call of a page's own, with the token of `AP.context.getToken()`."""
    return webhook(token or site_token(qsh="context-qsh"), method="GET", url=f"{APP_URL}/api/settings?tab=2")


def payload(**changes: object) -> str:
    """Return the payload of a lifecycle event."""
    event = {"key": APP_KEY, "clientKey": SITE, "baseUrl": SITE_URL, "eventType": "enabled"} | changes
    return json.dumps({name: value for name, value in event.items() if value is not OMITTED})


def secrets(*texts: str) -> tuple[SharedSecret, ...]:
    return tuple(map(SharedSecret, texts))
