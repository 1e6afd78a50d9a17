"""Forge invocation tokens, which Forge sends with every request to an app's remote.

Events, scheduled triggers and the calls of pages have the same kind of proof; `connect_jwt.origins` tells
them apart. RS256 by a key of Atlassian's Forge platform, for one app, valid for about 25 seconds. The token
binds neither URL nor body: for requests that count only once the caller keeps `jti` until `expires_at` plus
`LEEWAY_SECONDS`.

https://developer.atlassian.com/platform/forge/remote/essentials/
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from connect_jwt.errors import ForgeReason, Reason, TokenRefused
from connect_jwt.forge_sites import jira_of
from connect_jwt.origins import InvocationOrigin, origin_of
from connect_jwt.tokens import UnverifiedToken
from connect_jwt.verifying import TimeRule, check_times

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ISSUER = "forge/invocation-token"

LEEWAY_SECONDS = 5
"""Tolerated difference between Forge's clock and ours: a fifth of a token's lifetime."""

MAX_FORGE_TOKEN_BYTES = 10_240
"""API Gateway's limit for request line and headers together. A page's context may be long.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""

MAX_LIFETIME_SECONDS = 300
"""From `iat` to `exp`. Atlassian's examples live for 25 seconds; no limit is documented."""

_TIMES = TimeRule(leeway=LEEWAY_SECONDS, max_lifetime=MAX_LIFETIME_SECONDS, nbf_required=True)
_INSTALLATION_ID = re.compile(r"ari:cloud:ecosystem::installation/[A-Za-z0-9-]{1,64}")
_JTI = re.compile(r"[!-~]{1,255}")  # it becomes a key in a database
_MODULE_TYPE = re.compile(r"[A-Za-z0-9:._-]{1,100}")  # it is written to the log


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedInvocation:
    """A verified invocation token.

    Attributes:
        origin: Forge itself, a page, or unknown
        installation_id: of its installation, an ARI
        cloud_id: the site's
        api_base_url: for calls to Jira with a Forge token; without a trailing slash
        is_of_jira: True if it is from Jira, False if from another product of the installation
        app_version: the version of the manifest, such as `2.4.0`
        environment_type: `DEVELOPMENT`, `STAGING` or `PRODUCTION`
        environment_id: an ARI
        module_type: type of the invoked module, such as `core:trigger`
        module_key: its key in the manifest
        account_id: the user who has the page open; None for events and triggers
        context: of the invocation, such as the page's issue
        jti: identifies the token
        issued_at: in Unix seconds
        expires_at: likewise
    """

    origin: InvocationOrigin
    installation_id: str
    cloud_id: str
    api_base_url: str
    is_of_jira: bool = True
    app_version: str | None
    environment_type: str | None
    environment_id: str | None
    module_type: str | None
    module_key: str | None
    account_id: str | None
    context: Mapping[str, Any]
    jti: str
    issued_at: int
    expires_at: int


class ForgeKeySource(Protocol):
    """Source of Forge's public keys: `connect_jwt.forge_keys.ForgeKeys`."""

    def public_key(self, kid: object) -> "RSAPublicKey":
        """Return the key of a header's `kid`."""


def verify_invocation_token(
    token: UnverifiedToken,
    *,
    origins: Collection[InvocationOrigin],
    more_types: Collection[str] = (),
    keys: ForgeKeySource,
    app_id: str,
    api_urls: Iterable[str],
    now: float,
) -> VerifiedInvocation:
    """Verify a Forge invocation token.

    Args:
        token: from `connect_jwt.tokens.parse_token`, of up to `MAX_FORGE_TOKEN_BYTES`
        origins: accepted by the route
        more_types: types of modules that Forge itself invokes, besides `connect_jwt.origins.OWN_TYPES`
        keys: Forge's public keys
        app_id: the app's own ARI, `ari:cloud:ecosystem::app/…`
        api_urls: the API hosts of the cloud whose keys these are, such as `https://api.atlassian.com`
        now: the time, in Unix seconds

    Raises:
        TokenRefused: the proof fails, or is for another app; `ForgeReason.PRODUCT_NOT_SERVED`: it is right,
            but its installation is in other products than Jira
        KeyHostUnavailable: from `keys`; the proof cannot be checked now
    """
    token.check_header("RS256")
    if not token.is_signed_by(keys.public_key(token.header.get("kid"))):
        raise TokenRefused(Reason.SIGNATURE_MISMATCH, "not signed with the key that kid names")
    claims = token.claims
    issued_at, expires_at = check_times(claims, _TIMES, now)
    if claims.get("iss") != ISSUER:
        raise TokenRefused(ForgeReason.ISS_NOT_FORGE, "not issued as an invocation token")
    _check_audience(claims.get("aud"), app_id)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not _JTI.fullmatch(jti):
        raise TokenRefused(ForgeReason.JTI_MISSING, "no jti claim that is an identifier")
    app = claims.get("app")
    if not isinstance(app, dict):
        raise TokenRefused(ForgeReason.APP_CLAIM_MALFORMED, "no app claim that is an object")
    environment, module = _object(app, "environment"), _object(app, "module")
    module_type = _text(module, "type")
    origin = origin_of(claims, module_type=module_type, more_types=more_types)
    _check_origin(origin, origins, module_type)
    installation_id = _check_installation_id(app.get("installationId"))
    api_base_url, cloud_id = jira_of(app, api_urls)
    return VerifiedInvocation(
        origin=origin,
        installation_id=installation_id,
        cloud_id=cloud_id,
        api_base_url=api_base_url,
        is_of_jira=app["apiBaseUrl"].rstrip("/") == api_base_url,
        app_version=_text(app, "appVersion"),
        environment_type=_text(environment, "type"),
        environment_id=_text(environment, "id"),
        module_type=module_type,
        module_key=_text(module, "key"),
        account_id=_text(claims, "principal"),
        context=_object(claims, "context"),
        jti=jti,
        issued_at=issued_at,
        expires_at=expires_at,
    )


def _check_audience(claimed: object, app_id: str) -> None:
    if not claimed:
        raise TokenRefused(Reason.AUD_MISSING, "no aud claim")
    if not app_id or claimed not in (app_id, [app_id]):
        raise TokenRefused(Reason.AUD_MISMATCH, "meant for another app")


def _check_installation_id(claimed: object) -> str:
    if not isinstance(claimed, str) or not _INSTALLATION_ID.fullmatch(claimed):
        raise TokenRefused(ForgeReason.INSTALLATION_ID_MALFORMED, "app.installationId names no installation")
    return claimed


def _check_origin(
    origin: InvocationOrigin, origins: Collection[InvocationOrigin], module_type: str | None
) -> None:
    if origin in origins:
        return
    match origin:
        case InvocationOrigin.FORGE:
            raise TokenRefused(ForgeReason.NOT_OF_A_PAGE, "Forge's own token where it does not call")
        case InvocationOrigin.PAGE:
            raise TokenRefused(ForgeReason.OF_A_PAGE, "a page's token where Forge itself calls")
        case InvocationOrigin.DATA_RESIDENCY:
            raise TokenRefused(ForgeReason.OF_DATA_RESIDENCY, "the token of a move to another region")
        case InvocationOrigin.UNKNOWN:
            raise TokenRefused(
                ForgeReason.MODULE_TYPE_UNKNOWN, f"of the module type {shown_type(module_type)}"
            )


def shown_type(module_type: str | None) -> str:
    """Return a module's type in a form that is safe to log."""
    return module_type if module_type and _MODULE_TYPE.fullmatch(module_type) else "(none that can be shown)"


def _object(members: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = members.get(name)
    return value if isinstance(value, dict) else {}


def _text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    return value if isinstance(value, str) and value else None
