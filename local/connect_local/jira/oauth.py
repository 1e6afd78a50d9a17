"""Atlassian's OAuth 2 authorization server, which lets apps act as a user.

What it asks of an assertion is known from Atlassian's client, atlassian-oauth2-js, and from
https://developer.atlassian.com/cloud/jira/platform/user-impersonation-for-connect-apps/

Its errors are those of RFC 6749, section 5.2, and RFC 7523.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connect_jwt.errors import TokenRefused
from connect_jwt.scopes import is_granted
from connect_jwt.tokens import UnverifiedToken, parse_token
from connect_local.jira.access_tokens import AccessTokens, Grant
from connect_local.jira.entities import Installation
from connect_local.jira.site import Site
from connect_local.jira.tenant import Tenants

LIFETIME_SECONDS = 900

_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_CLIENT, _USER = "urn:atlassian:connect:clientid:", "urn:atlassian:connect:useraccountid:"
_MAX_ASSERTION_SECONDS = 120
_FORM = "application/x-www-form-urlencoded"
_ACT_AS_USER = "ACT_AS_USER"
_NOT_ON_THE_LADDER = {_ACT_AS_USER, "ACCESS_EMAIL_ADDRESSES"}


class OAuthError(Exception):
    """No token is issued.

    Attributes:
        code: one of RFC 6749's
        description: one sentence
    """

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


class AuthorizationServer:
    """Issues access tokens for all sites.

    Args:
        base_url: the audience of assertions
        tenants: the sites
        access_tokens: store of the issued tokens
    """

    def __init__(self, *, base_url: str, tenants: Tenants, access_tokens: AccessTokens) -> None:
        self._base_url = base_url
        self._tenants = tenants
        self._access_tokens = access_tokens

    def application(self) -> Starlette:
        """The server as an ASGI application; Atlassian's endpoint is `/oauth2/token` below the audience."""
        return Starlette(
            routes=[Route(path, self._token, methods=["POST"]) for path in ("/token", "/oauth2/token")],
            exception_handlers={OAuthError: _render_error},
        )

    async def _token(self, request: Request) -> JSONResponse:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != _FORM:
            raise OAuthError("invalid_request", f"The body must be {_FORM}.")
        token = self.issue(_parameters(await request.body()))
        return JSONResponse(
            {"access_token": token, "expires_in": LIFETIME_SECONDS, "token_type": "Bearer"},
            headers={"Cache-Control": "no-store"},
        )

    def issue(self, parameters: Mapping[str, str]) -> str:
        """An access token.

        Args:
            parameters: `grant_type`, `assertion` and perhaps `scope`

        Raises:
            OAuthError: Atlassian would issue none
        """
        if parameters.get("grant_type", _GRANT_TYPE) != _GRANT_TYPE:
            raise OAuthError("unsupported_grant_type", f"The only grant type is {_GRANT_TYPE}.")
        if not parameters.keys() >= {"grant_type", "assertion"}:
            raise OAuthError("invalid_request", "grant_type and assertion are needed.")
        token = _parse(parameters["assertion"])
        site, app = self._client(token.claims.get("iss"))
        if not any(key.has_signed(token.signature, token.signing_input) for key in app.secrets):
            raise _invalid("The assertion's signature was not made with the sharedSecret.")
        if _ACT_AS_USER not in app.descriptor.scopes:
            raise OAuthError("unauthorized_client", f"The app has no {_ACT_AS_USER} scope.")
        self._check(token.claims, site)
        return self._access_tokens.issue(
            Grant(
                site_url=site.base_url,
                app_key=app.descriptor.key,
                account_id=_account_id(token.claims.get("sub"), site),
                scopes=_scopes(parameters.get("scope", ""), app),
                expires_at=site.now().timestamp() + LIFETIME_SECONDS,
            )
        )

    def _client(self, issuer: object) -> tuple[Site, Installation]:
        for tenant in self._tenants.all():
            for app in tenant.site.enabled_apps():
                if issuer == f"{_CLIENT}{tenant.site.oauth_client_id(app.descriptor.key)}":
                    return tenant.site, app
        raise _invalid(f"The assertion's iss is not {_CLIENT} and the oauthClientId of an installed app.")

    def _check(self, claims: Mapping[str, Any], site: Site) -> None:
        if claims.get("aud") not in (self._base_url, [self._base_url]):
            raise _invalid(f"The assertion's aud is not {self._base_url}.")
        if claims.get("tnt") != site.base_url:
            raise _invalid(
                "The assertion's tnt is not the base URL of the site that the oauthClientId is of."
            )
        issued_at, expires_at = claims.get("iat"), claims.get("exp")
        if type(issued_at) is not int or type(expires_at) is not int:
            raise _invalid("The assertion needs iat and exp, as whole seconds.")
        now = site.now().timestamp()
        if not now < expires_at <= now + _MAX_ASSERTION_SECONDS:
            raise _invalid(f"The assertion's exp is past, or more than {_MAX_ASSERTION_SECONDS} s ahead.")


def _parameters(form: bytes) -> dict[str, str]:
    pairs = parse_qsl(form.decode(errors="replace"), keep_blank_values=True)
    parameters = dict(pairs)
    if len(parameters) < len(pairs):
        raise OAuthError("invalid_request", "A parameter is repeated.")
    return parameters


def _parse(assertion: str) -> UnverifiedToken:
    try:
        token = parse_token(assertion)
    except TokenRefused as refused:
        raise _invalid("The assertion is no JWT.") from refused
    if token.header_fault("HS256"):
        raise _invalid("The assertion must be signed with HS256, without extensions.")
    return token


def _account_id(subject: object, site: Site) -> str:
    user = site.user(subject.removeprefix(_USER)) if isinstance(subject, str) else None
    if user is None or subject != f"{_USER}{user.account_id}":
        raise _invalid(f"The assertion's sub is not {_USER} and the account id of a user of the site.")
    if not user.active or user.account_type == "app":
        raise _invalid("The assertion's sub is nobody whom an app may act as.")
    return user.account_id


def _scopes(wish: str, app: Installation) -> frozenset[str]:
    has = app.descriptor.scopes - {_ACT_AS_USER}
    asked_for = frozenset(wish.split())
    for scope in asked_for:
        try:
            granted = scope in has if scope in _NOT_ON_THE_LADDER else is_granted(scope, has)
        except ValueError:
            granted = False
        if not granted:
            raise OAuthError(
                "invalid_scope", "A scope is unknown, not in upper case, or not one of the app's."
            )
    return asked_for or has


def _invalid(description: str) -> OAuthError:
    return OAuthError("invalid_grant", description)


def _render_error(_: Request, error: Exception) -> JSONResponse:
    error = cast("OAuthError", error)
    return JSONResponse(
        {"error": error.code, "error_description": error.description},
        status_code=HTTPStatus.BAD_REQUEST,
        headers={"Cache-Control": "no-store"},
    )
