"""Tokens for the requests that an app sends to Jira.

`iss` is the app's key. Signing with the client key instead is the oldest cause of "401 Unauthorized", and
nothing here can do it: a token is signed as a `SigningIdentity`, never from loose strings.

https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from connect_jwt.canonical import url_hash
from connect_jwt.errors import UrlNotSignable
from connect_jwt.identity import AppKey, SharedSecret

LIFETIME_SECONDS = 180
"""Lifetime used by Jira's own sender and every official library. Sign just before each attempt."""

ASSERTION_LIFETIME_SECONDS = 60
"""As Atlassian's own client for this grant has it; more than two minutes are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningIdentity:
    """Identity of an app towards one site.

    Attributes:
        app_key: the app's key, which becomes `iss`
        base_url: the site's base URL; nothing outside it is signed
        shared_secret: the secret that this site gave the app
    """

    app_key: AppKey
    base_url: str
    shared_secret: SharedSecret

    def __post_init__(self) -> None:
        """Stop a client key from becoming `iss`, even where no type checker looks."""
        if not isinstance(self.app_key, AppKey):
            raise TypeError("iss must be the app's key: AppKey(descriptor key), never the client key")


def sign_request(identity: SigningIdentity, method: str, url: str, *, now: float) -> str:
    """Sign one request to Jira, to be sent as `Authorization: JWT <token>`.

    Args:
        identity: of the app towards the site
        method: the HTTP method
        url: the absolute URL exactly as it will be sent, below the identity's base URL
        now: the time, in Unix seconds

    Returns:
        A compact JWT, HS256, valid for `LIFETIME_SECONDS`. It has no `sub`: Jira refuses one, and it never
        impersonates.

    Raises:
        UrlNotSignable: the URL lies outside the site
    """
    if not is_below(url, identity.base_url):
        raise UrlNotSignable("the URL is not below the base URL of the site that this installation is on")
    issued_at = int(now)
    claims = {
        "iss": identity.app_key,
        "iat": issued_at,
        "exp": issued_at + LIFETIME_SECONDS,
        "qsh": url_hash(method, url, identity.base_url),
    }
    return _signed(claims, identity.shared_secret)


def sign_user_assertion(
    identity: SigningIdentity, *, oauth_client_id: str, account_id: str, audience: str, now: float
) -> str:
    """Sign the assertion that an app exchanges for the access token of one user.

    https://developer.atlassian.com/cloud/jira/platform/user-impersonation-for-connect-apps/

    Args:
        identity: the app on the user's site
        oauth_client_id: from the site's installed payload
        account_id: the user
        audience: the authorization server's base URL
        now: the time, in Unix seconds

    Returns:
        A compact JWT, HS256, valid for `ASSERTION_LIFETIME_SECONDS`.
    """
    issued_at = int(now)
    claims = {
        "iss": f"urn:atlassian:connect:clientid:{oauth_client_id}",
        "sub": f"urn:atlassian:connect:useraccountid:{account_id}",
        "tnt": identity.base_url,
        "aud": audience,
        "iat": issued_at,
        "exp": issued_at + ASSERTION_LIFETIME_SECONDS,
    }
    return _signed(claims, identity.shared_secret)


def is_below(url: str, base_url: str) -> bool:
    """Return whether an absolute URL lies below a base URL: same origin, and a path inside its path."""
    try:
        target, base = urlsplit(url), urlsplit(base_url)
    except ValueError:  # such as half an IPv6 address
        return False
    base_path = base.path.rstrip("/")
    return (
        (target.scheme, target.netloc) == (base.scheme, base.netloc)
        and (target.path == base_path or target.path.startswith(f"{base_path}/"))
        and ".." not in unquote(target.path).split("/")  # clients resolve it, and so leave the base URL
    )


def _signed(claims: Mapping[str, Any], secret: SharedSecret) -> str:
    signing_input = _segment({"alg": "HS256", "typ": "JWT"}) + b"." + _segment(claims)
    return (signing_input + b"." + _base64url(secret.sign(signing_input))).decode()


def _segment(value: Mapping[str, Any]) -> bytes:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")
