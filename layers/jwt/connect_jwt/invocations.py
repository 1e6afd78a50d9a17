"""Forge invocation tokens: what Forge sends with every request to an app's remote.

One kind of proof for all of it: events, scheduled triggers and the calls of pages. RS256 by a key of
Atlassian's Forge platform, for one app, good for about 25 seconds. The token binds neither URL nor body: what
must be taken only once is told by `jti`, which the caller keeps until `expires_at` plus `LEEWAY_SECONDS`.

https://developer.atlassian.com/platform/forge/remote/essentials/
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connect_jwt.errors import ForgeReason, Reason, TokenRefused
from connect_jwt.signatures import is_rs256
from connect_jwt.times import TimeRule, check_times
from connect_jwt.tokens import parse_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ISSUER = "forge/invocation-token"

LEEWAY_SECONDS = 5
"""How far Forge's clock and ours may be apart: a fifth of what a token lives for."""

MAX_FORGE_TOKEN_BYTES = 10_240
"""What API Gateway lets through of request line and headers together. A page's context may be long.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""

MAX_LIFETIME_SECONDS = 300
"""From `iat` to `exp`. Atlassian's examples live for 25 seconds; no limit is documented."""

_TIMES = TimeRule(leeway=LEEWAY_SECONDS, max_lifetime=MAX_LIFETIME_SECONDS, nbf_required=True)
_INSTALLATION_ID = re.compile(r"ari:cloud:ecosystem::installation/[A-Za-z0-9-]{1,64}")
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_JTI = re.compile(r"[!-~]{1,255}")  # it becomes a key in a database


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedInvocation:
    """What an invocation token proves.

    Attributes:
        installation_id: the installation that it comes from, an ARI
        cloud_id: the site's
        api_base_url: where to call Jira with a Forge token; without a trailing slash
        app_version: the version of the manifest, such as `2.4.0`
        environment_type: `DEVELOPMENT`, `STAGING` or `PRODUCTION`
        environment_id: an ARI
        module_type: the manifest's name for the kind of what was invoked, such as `trigger`
        module_key: its key in the manifest
        account_id: the user who has the page open; None for events and triggers
        context: of a page; empty for events and triggers
        jti: tells this token from every other
        issued_at: in Unix seconds
        expires_at: likewise
    """

    installation_id: str
    cloud_id: str
    api_base_url: str
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


def verify_invocation_token(
    token: str,
    *,
    key_of: "Callable[[object], RSAPublicKey]",
    app_id: str,
    api_urls: Iterable[str],
    now: float,
) -> VerifiedInvocation:
    """Verify a Forge invocation token.

    Args:
        token: as it came; see `connect_jwt.tokens.find_bearer_token`
        key_of: the public key of a `kid`; see `connect_jwt.forge_keys`
        app_id: the app's own ARI, `ari:cloud:ecosystem::app/…`
        api_urls: the API hosts of the cloud whose keys `key_of` has, such as `https://api.atlassian.com`
        now: the time, in Unix seconds

    Raises:
        TokenRefused: the proof fails
        KeyHostUnavailable: from `key_of`; nothing can be said just now
    """
    parsed = parse_token(token, max_bytes=MAX_FORGE_TOKEN_BYTES)
    parsed.check_header("RS256")
    if not is_rs256(parsed.signature, parsed.signing_input, key_of(parsed.header.get("kid"))):
        raise TokenRefused(Reason.SIGNATURE_MISMATCH, "not signed with the key that kid names")
    claims = parsed.claims
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
    api_base_url, cloud_id = _check_api_base_url(app.get("apiBaseUrl"), api_urls)
    environment, module = _object(app, "environment"), _object(app, "module")
    return VerifiedInvocation(
        installation_id=_check_installation_id(app.get("installationId")),
        cloud_id=cloud_id,
        api_base_url=api_base_url,
        app_version=_text(app, "appVersion"),
        environment_type=_text(environment, "type"),
        environment_id=_text(environment, "id"),
        module_type=_text(module, "type"),
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


def _check_api_base_url(claimed: object, api_urls: Iterable[str]) -> tuple[str, str]:
    """The URL and the cloud id in it. Tokens will be sent there, so nothing but a known host will do."""
    for api_url in api_urls:
        site = re.compile(rf"({re.escape(api_url.rstrip('/'))}/ex/jira/({_UUID}))/?")
        match = site.fullmatch(claimed) if isinstance(claimed, str) else None
        if match is not None:
            return match[1], match[2]
    raise TokenRefused(ForgeReason.API_BASE_URL_REFUSED, "app.apiBaseUrl is no site at this cloud's API host")


def _object(members: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = members.get(name)
    return value if isinstance(value, dict) else {}


def _text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    return value if isinstance(value, str) and value else None
