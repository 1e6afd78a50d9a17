"""Access tokens for Jira: system tokens and users' tokens, which expire.

https://developer.atlassian.com/platform/forge/remote/calling-product-apis/
"""

import secrets
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock

import jwt

from connect_jwt.errors import TokenRefused
from connect_jwt.identity import SharedSecret
from connect_jwt.tokens import find_bearer_token
from connect_local.jira.authentication import CallReason, CallRefused, RestCall, check_path, check_scope
from connect_local.jira.entities import Installation, User
from connect_local.jira.forge.installations import ForgeApp, ForgeApps
from connect_local.jira.lifecycle import app_user
from connect_local.jira.site import Site

LIFETIME_SECONDS = 2 * 3600
"""Minimum lifetime that Atlassian promises for a scheduled trigger's token."""


@dataclass(frozen=True, slots=True)
class _Granted:
    installation_id: str
    expires_at: float
    user: User | None
    scopes: frozenset[str] | None


class SystemTokens:
    """The tokens that were issued.

    Args:
        apps: the audiences
    """

    def __init__(self, apps: ForgeApps) -> None:
        self._apps = apps
        self._key = secrets.token_bytes(32)
        self._lock = Lock()
        self._granted: dict[str, _Granted] = {}
        self.lifetime = float(LIFETIME_SECONDS)

    def issue(
        self,
        app: ForgeApp,
        *,
        now: float,
        user: User | None = None,
        scopes: frozenset[str] | None = None,
    ) -> str:
        """A token that is good for `lifetime` seconds.

        Args:
            app: the audience
            now: Unix seconds
            user: that the app acts as; None for the app itself
            scopes: of the token, in Connect's names; None for all that the app has
        """
        claims = {"jti": uuid.uuid4().hex, "iat": int(now), "exp": int(now + self.lifetime)}
        token = jwt.encode(claims, self._key, algorithm="HS256")
        with self._lock:
            self._granted[token] = _Granted(app.installation_id, now + self.lifetime, user, scopes)
        return token

    def app_of(self, token: str, *, now: float) -> ForgeApp | None:
        """The app that a system token is of, while it is good; None for a user's token, or any other."""
        with self._lock:
            granted = self._granted.get(token)
        if granted is None or granted.user is not None or granted.expires_at <= now:
            return None
        app = self._apps.get(granted.installation_id)
        return app if app is not None and app.live else None

    def revoke_all(self) -> None:
        """Take back what was issued."""
        with self._lock:
            self._granted.clear()

    def authenticate(self, call: RestCall, *, site: Site) -> tuple[Installation, User]:
        """The app that makes a call below `/ex/jira/`, and whom it acts as.

        Raises:
            CallRefused: it has no token that is good there; a Connect token is none
        """
        try:
            token = find_bearer_token(call.authorization)
        except TokenRefused as refused:
            raise CallRefused(HTTPStatus.UNAUTHORIZED, refused.reason) from refused
        with self._lock:
            granted = self._granted.get(token)
        app = self._apps.get(granted.installation_id) if granted else None
        if granted is None or app is None:
            raise _unauthorized(CallReason.ACCESS_TOKEN_UNKNOWN)
        if app.tenant.site is not site:
            raise _unauthorized(CallReason.ACCESS_TOKEN_OF_ANOTHER_SITE)
        caller = _as_installed(app)
        if not app.live:
            raise _unauthorized(CallReason.APP_NOT_INSTALLED, caller)
        if granted.expires_at <= site.now().timestamp():
            raise _unauthorized(CallReason.ACCESS_TOKEN_EXPIRED, caller)
        try:
            check_path(call)
            check_scope(call, app.manifest.descriptor.scopes)
            if granted.scopes is not None:
                check_scope(call, granted.scopes)
        except CallRefused as refused:
            refused.app = caller
            raise
        return caller, granted.user or caller.app_user


def _as_installed(app: ForgeApp) -> Installation:
    """The app as the REST API knows apps; nobody can sign with its secret."""
    site, descriptor = app.tenant.site, app.manifest.descriptor
    return Installation(
        descriptor=descriptor,
        descriptor_url=app.manifest.app_id,
        client_key=site.client_key(descriptor.key),
        shared_secret=SharedSecret(secrets.token_urlsafe()),
        app_user=app_user(descriptor),
        installed=True,
        enabled=True,
        installed_at=site.now(),
    )


def _unauthorized(reason: CallReason, app: Installation | None = None) -> CallRefused:
    return CallRefused(HTTPStatus.UNAUTHORIZED, reason, app)
