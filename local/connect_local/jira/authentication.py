"""Authentication of an app's REST calls, with the reason for a refusal.

The checks, their order and their status codes are those of the code that Jira's own verifier comes from:
`NimbusJwtReader` and `AbstractJwtAuthenticator` of Atlassian's atlassian-jwt, `ThreeLeggedAuthFilter` and
`ApiScopingFilter` of its atlassian-connect plugin. Jira says next to nothing of the reason; here it is kept.

https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/
"""

import hmac
import posixpath
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from connect_jwt.canonical import query_string_hash
from connect_jwt.errors import Reason, TokenRefused
from connect_jwt.scopes import is_granted, scope_of
from connect_jwt.tokens import UnverifiedToken, find_token, parse_token
from connect_jwt.verifying import CONTEXT_QSH, LEEWAY_SECONDS
from connect_local.jira.entities import Installation, User
from connect_local.jira.site import Site

_UNREADABLE = {Reason.TOKEN_MALFORMED, Reason.TOKEN_TOO_LARGE}


class CallReason(StrEnum):
    """Reason to refuse a call, beyond those of `connect_jwt.errors.Reason`."""

    ACCESS_TOKEN_EXPIRED = "access-token-expired"  # noqa: S105 - a slug
    ACCESS_TOKEN_OF_ANOTHER_SITE = "access-token-of-another-site"  # noqa: S105 - a slug
    ACCESS_TOKEN_UNKNOWN = "access-token-unknown"  # noqa: S105 - a slug
    APP_NOT_INSTALLED = "app-not-installed"
    ISS_IS_CLIENT_KEY = "iss-is-client-key"
    SCOPE_MISSING = "scope-missing"
    SUB_EMPTY = "sub-empty"
    SUB_PRESENT = "sub-present"
    SUB_UNKNOWN = "sub-unknown"
    URI_IMPROPER = "uri-improper"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestCall:
    """The part of a REST call that is checked.

    Attributes:
        method: the HTTP method
        path: the path below the site's base URL, not decoded (Java's `getRequestURI` less the context path)
        parameters: the query and the fields of a form (Java's `getParameterMap`)
        authorization: the header's value, None when there is none
    """

    method: str
    path: str
    parameters: str
    authorization: str | None


class CallRefused(Exception):
    """Jira refuses the call.

    Attributes:
        status: Jira's answer
        reason: a stable slug, which Jira does not tell
        app: the caller, if known
    """

    def __init__(self, status: HTTPStatus, reason: str, app: Installation | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.app = app


def authenticate(call: RestCall, *, site: Site) -> Installation:
    """The app that makes a call, by its Connect JWT.

    Raises:
        CallRefused: Jira would refuse it
    """
    token = _token(call)
    app = _app_of(token.claims.get("iss"), site)
    try:
        _check(call, token, app, site)
    except CallRefused as refused:
        refused.app = app
        raise
    return app


def check_path(call: RestCall) -> None:
    """Refuse a path that is not its own normal form.

    Raises:
        CallRefused: it is not
    """
    if call.path.removesuffix("/") != normalised(call.path):
        raise CallRefused(HTTPStatus.BAD_REQUEST, CallReason.URI_IMPROPER)


def check_scope(call: RestCall, scopes: AbstractSet[str]) -> None:
    """Refuse a call that these scopes do not cover.

    Raises:
        CallRefused: they do not
    """
    if not is_granted(scope_of(call.method, call.path), scopes):
        raise CallRefused(HTTPStatus.FORBIDDEN, CallReason.SCOPE_MISSING)


def normalised(path: str) -> str:
    """A path without `//`, `/./`, `/../` and a slash at its end."""
    return posixpath.normpath(f"/{path.lstrip('/')}")


def _token(call: RestCall) -> UnverifiedToken:
    try:
        token = parse_token(find_token(call.authorization, call.parameters))
    except TokenRefused as refused:
        unreadable = refused.reason in _UNREADABLE
        status = HTTPStatus.BAD_REQUEST if unreadable else HTTPStatus.UNAUTHORIZED
        raise CallRefused(status, refused.reason) from refused
    fault = token.header_fault("HS256")
    if fault is not None:
        raise _unauthorized(fault)
    return token


def _app_of(issuer: object, site: Site) -> Installation:
    for app in site.apps():
        if issuer == app.descriptor.key:
            return app
        if issuer == app.client_key:
            raise CallRefused(HTTPStatus.UNAUTHORIZED, CallReason.ISS_IS_CLIENT_KEY, app)
    raise _unauthorized(Reason.ISS_UNKNOWN)


def _check(call: RestCall, token: UnverifiedToken, app: Installation, site: Site) -> None:
    if not app.enabled:
        raise _unauthorized(CallReason.APP_NOT_INSTALLED)
    if not any(key.has_signed(token.signature, token.signing_input) for key in app.secrets):
        raise _unauthorized(Reason.SECRET_MISMATCH)
    _check_times(token.claims, site.now().timestamp())
    _check_qsh(token.claims.get("qsh"), call)
    _check_subject(token.claims.get("sub"), site)
    check_path(call)
    check_scope(call, app.descriptor.scopes)


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    """Require `exp` and `iat`. As in Jira's reader a future `iat` and a long life are no reason to refuse."""
    expires_at = _seconds(claims, "exp", Reason.EXP_MISSING)
    _seconds(claims, "iat", Reason.IAT_MISSING)
    if "nbf" in claims:
        not_before = _seconds(claims, "nbf", Reason.TIME_NOT_INTEGER)
        if not_before > now + LEEWAY_SECONDS or not_before >= expires_at:
            raise _unauthorized(Reason.NOT_YET_VALID)
    if expires_at < now - LEEWAY_SECONDS:
        raise _unauthorized(Reason.EXPIRED)


def _seconds(claims: Mapping[str, Any], name: str, missing: Reason) -> int:
    value = claims.get(name)
    if value is None:
        raise _unauthorized(missing)
    if type(value) is not int:  # a bool is an int, too
        raise _unauthorized(Reason.TIME_NOT_INTEGER)
    return value


def _check_qsh(claimed: object, call: RestCall) -> None:
    if not isinstance(claimed, str):
        raise _unauthorized(Reason.QSH_MISSING)
    if claimed == CONTEXT_QSH:
        raise _unauthorized(Reason.QSH_IS_CONTEXT)
    expected = query_string_hash(call.method, call.path, call.parameters)
    if not hmac.compare_digest(claimed.encode(errors="replace"), expected.encode()):
        raise _unauthorized(Reason.QSH_MISMATCH)


def _check_subject(subject: object, site: Site) -> None:
    """Refuse every `sub`: it once impersonated a user, and no app is granted that any more."""
    if subject is None:
        return
    if not subject:
        raise CallRefused(HTTPStatus.BAD_REQUEST, CallReason.SUB_EMPTY)
    if not isinstance(subject, str) or not _is_active(site.user(subject)):
        raise _unauthorized(CallReason.SUB_UNKNOWN)
    raise CallRefused(HTTPStatus.FORBIDDEN, CallReason.SUB_PRESENT)


def _is_active(user: User | None) -> bool:
    return user is not None and user.active


def _unauthorized(reason: str) -> CallRefused:
    return CallRefused(HTTPStatus.UNAUTHORIZED, reason)
