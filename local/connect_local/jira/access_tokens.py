"""Access tokens: what an app may do on one site as one of its people, for a quarter of an hour."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from urllib.parse import parse_qsl

from connect_jwt.errors import TokenRefused
from connect_jwt.identity import AppKey
from connect_jwt.tokens import parse_token
from connect_local.jira.authentication import CallReason, CallRefused, RestCall, check_path, check_scope
from connect_local.jira.entities import Installation, User
from connect_local.jira.site import Site

_TOKEN_BYTES = 48
_KEPT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Rights of one access token.

    Attributes:
        site_url: the base URL of the site that it is for
        app_key: the app that it was issued to
        account_id: of the user that the app acts as
        scopes: of the token; the app must have them, too
        expires_at: in Unix seconds
    """

    site_url: str
    app_key: AppKey
    account_id: str
    scopes: frozenset[str]
    expires_at: float


class AccessTokens:
    """The last access tokens that were issued, for all sites."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._grants: OrderedDict[str, Grant] = OrderedDict()

    def issue(self, grant: Grant) -> str:
        """A new token, which says nothing to who holds it."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._lock:
            self._grants[token] = grant
            if len(self._grants) > _KEPT:
                self._grants.popitem(last=False)
        return token

    def authenticate(self, token: str, call: RestCall, *, site: Site) -> tuple[Installation, User]:
        """The app that makes a call, and whom it acts as.

        Raises:
            CallRefused: the token is not good for it
        """
        with self._lock:
            grant = self._grants.get(token)
        if grant is None:
            raise _unauthorized(CallReason.ACCESS_TOKEN_UNKNOWN)
        if grant.site_url != site.base_url:
            raise _unauthorized(CallReason.ACCESS_TOKEN_OF_ANOTHER_SITE)
        app, user = site.installed_app(grant.app_key), site.user(grant.account_id)
        if grant.expires_at <= site.now().timestamp():
            raise _unauthorized(CallReason.ACCESS_TOKEN_EXPIRED, app)
        if app is None or not app.enabled:
            raise _unauthorized(CallReason.APP_NOT_INSTALLED, app)
        if user is None or not user.active:
            raise _unauthorized(CallReason.SUB_UNKNOWN, app)
        try:
            check_path(call)
            check_scope(call, grant.scopes)
            check_scope(call, app.descriptor.scopes)
        except CallRefused as refused:
            refused.app = app
            raise
        return app, user


def access_token_of(call: RestCall) -> str | None:
    """The access token of a call; None when it carries a Connect JWT, in whatever way, or nothing."""
    scheme, _, credentials = (call.authorization or "").strip().partition(" ")
    has_jwt = any(name == "jwt" for name, _ in parse_qsl(call.parameters, keep_blank_values=True))
    if scheme.lower() != "bearer" or has_jwt:
        return None
    try:
        parse_token(credentials.strip())
    except TokenRefused:
        return credentials.strip()
    return None


def _unauthorized(reason: CallReason, app: Installation | None = None) -> CallRefused:
    return CallRefused(HTTPStatus.UNAUTHORIZED, reason, app)
