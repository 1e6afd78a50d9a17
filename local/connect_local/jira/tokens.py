"""The tokens that Jira gives an app: with its own requests, and for the browser to carry.

They are made with PyJWT, so that what the project's own code verifies is not what it wrote itself.

https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt

from connect_jwt.canonical import url_hash
from connect_jwt.signing import LIFETIME_SECONDS
from connect_jwt.verifying import CONTEXT_QSH
from connect_local.jira.entities import Installation, User
from connect_local.jira.install_key import InstallKey

_LONG_AGO = timedelta(hours=1)


def site_token(app: Installation, url: str, *, now: datetime) -> str:
    """Proves that a POST comes from a site: HS256 with the secret that the site shares with the app.

    It goes with webhooks, `enabled` and `disabled`.
    """
    return _symmetric(app, _claims(app, _hash("POST", url, app), now))


def install_token(app: Installation, url: str, *, key: InstallKey, admin: User, now: datetime) -> str:
    """Proves that a POST comes from Atlassian: RS256 with the install key, meant for this app alone.

    It goes with `installed` and `uninstalled`.
    """
    claims = _claims(app, _hash("POST", url, app), now)
    claims |= {"aud": [app.descriptor.base_url], "sub": admin.account_id}
    return jwt.encode(claims, key.private_key, algorithm="RS256", headers={"kid": key.kid})


def page_token(app: Installation, url: str, *, user: User, context: Mapping[str, Any], now: datetime) -> str:
    """Proves that Jira shows somebody a page of the app: HS256, good for a GET of this URL alone.

    It goes into the URL, as `jwt`.

    Args:
        app: of the page
        url: of the page, with its query
        user: of the page
        context: of the page
        now: the time
    """
    claims = _claims(app, _hash("GET", url, app), now)
    return _symmetric(app, claims | {"sub": user.account_id, "context": context})


def context_token(
    app: Installation,
    *,
    user: User,
    context: Mapping[str, Any],
    now: datetime,
    expired: bool = False,
) -> str:
    """Proves that somebody has a page of the app open: what `AP.context.getToken` hands to its script.

    Args:
        app: of the page
        user: of the page
        context: of the page
        now: the time
        expired: True if it is to be one whose time is past
    """
    issued_at = now - _LONG_AGO if expired else now
    claims = _claims(app, CONTEXT_QSH, issued_at)
    return _symmetric(app, claims | {"sub": user.account_id, "context": context})


def _symmetric(app: Installation, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, app.shared_secret.key_bytes(), algorithm="HS256")


def _hash(method: str, url: str, app: Installation) -> str:
    return url_hash(method, url, app.descriptor.base_url)


def _claims(app: Installation, qsh: str, now: datetime) -> dict[str, Any]:
    issued_at = int(now.timestamp())
    return {
        "iss": app.client_key,
        "iat": issued_at,
        "exp": issued_at + LIFETIME_SECONDS,
        "qsh": qsh,
        "context": {},
    }
