"""The tokens of the requests that Jira sends to an app.

They are made with PyJWT, so that what the project's own code verifies is not what it wrote itself.

https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/
"""

from datetime import datetime
from typing import Any

import jwt

from connect_jwt.canonical import query_string_hash, split_url
from connect_jwt.signing import LIFETIME_SECONDS
from connect_local.jira.entities import Installation, User
from connect_local.jira.install_key import InstallKey


def site_token(app: Installation, url: str, *, now: datetime) -> str:
    """Proves that a POST comes from a site: HS256 with the secret that the site shares with the app.

    It goes with webhooks, `enabled` and `disabled`.
    """
    return jwt.encode(_claims(app, url, now), app.shared_secret.key_bytes(), algorithm="HS256")


def install_token(app: Installation, url: str, *, key: InstallKey, admin: User, now: datetime) -> str:
    """Proves that a POST comes from Atlassian: RS256 with the install key, meant for this app alone.

    It goes with `installed` and `uninstalled`.
    """
    claims = _claims(app, url, now) | {"aud": [app.descriptor.base_url], "sub": admin.account_id}
    return jwt.encode(claims, key.private_key, algorithm="RS256", headers={"kid": key.kid})


def _claims(app: Installation, url: str, now: datetime) -> dict[str, Any]:
    issued_at = int(now.timestamp())
    return {
        "iss": app.client_key,
        "iat": issued_at,
        "exp": issued_at + LIFETIME_SECONDS,
        "qsh": query_string_hash("POST", *split_url(url, app.descriptor.base_url)),
        "context": {},
    }
