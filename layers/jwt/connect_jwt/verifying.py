"""Verify the tokens of Jira's requests to an app: one function for each kind of proof.

The route decides which function is called. Algorithm and kind of proof are fixed in it, and nothing of the
token's header is used but `kid`. A token of one kind is refused as any other: accepting a browser's token
elsewhere was CVE-2021-26073, and an algorithm chosen by the token lets a public key be used as a secret.

https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from connect_jwt.canonical import is_hash_of_received
from connect_jwt.errors import ForgeReason, Reason, RefusedUnsigned, SignatureMismatch, TokenRefused
from connect_jwt.identity import ClientKey, SharedSecret
from connect_jwt.tokens import UnverifiedToken

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

LEEWAY_SECONDS = 30
"""Tolerated difference between Jira's clock and ours; Jira's own verifier allows the same."""

MAX_LIFETIME_SECONDS = 3600
"""From `iat` to `exp`. Jira's tokens live for minutes."""

_MIN_UNIX_TIME, _MAX_UNIX_TIME = 0, 2**53

CONTEXT_QSH = "context-qsh"
"""The literal `qsh` of a context token, since a page uses one token for several requests."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The part of a request that its token is bound to.

    Attributes:
        method: the HTTP method
        path: the path below the app's base URL
        query: the query string verbatim
    """

    method: str
    path: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedToken:
    """A verified token.

    Attributes:
        client_key: the site that signed it, or that Atlassian signed it for
        account_id: the user, if any
        issued_at: `iat`, in Unix seconds
        context: Jira's `context` claim
        digest: identifies the token
        key_id: the `kid` of Atlassian's signing key; None if a site's secret signed
    """

    client_key: ClientKey
    account_id: str | None
    issued_at: int
    context: Mapping[str, Any]
    digest: str
    key_id: str | None = None


class InstallKeySource(Protocol):
    """Source of Atlassian's public keys: `connect_jwt.install_keys.InstallKeys`."""

    def known(self, kid: object) -> "RSAPublicKey | None":
        """Return the key of a header's `kid` from the cache; None if it has to be fetched."""

    def public_key(self, kid: object) -> "RSAPublicKey":
        """Return the key of a header's `kid`, fetched if necessary."""


def verify_install_token(
    token: UnverifiedToken,
    *,
    request: SignedRequest,
    keys: InstallKeySource,
    audiences: Collection[str],
    check_body: Callable[[ClientKey], object] | None = None,
    now: float,
) -> VerifiedToken:
    """Verify the token of `installed` or `uninstalled`: RS256 with Atlassian's key, bound to this request.

    It proves nothing about the body, which the hash does not cover: the caller compares the body's claims
    with the token's, and accepts each such token once.

    A key is fetched only if everything else is right. That saves a request and proves nothing, so everything
    is checked again afterwards.

    Args:
        token: from `connect_jwt.tokens.parse_token`
        request: the token's request
        keys: Atlassian's public keys
        audiences: the app's own base URLs
        check_body: compares the body with the site that the token names, before a key is fetched and thus
            before anything is proved
        now: the time, in Unix seconds

    Raises:
        TokenRefused: the proof fails
        KeyHostUnavailable: from `keys`; the proof cannot be checked now
        ConnectError: likewise, or from `check_body`
    """
    token.check_header("RS256")
    kid = token.header.get("kid")
    key = keys.known(kid)
    if key is None:
        _check_unsigned(token, request, audiences, now)
        client_key = token.issuer
        if check_body is not None:
            check_body(client_key)
        key = keys.public_key(kid)
    if not token.is_signed_by(key):
        raise TokenRefused(Reason.SIGNATURE_MISMATCH, "not signed with the key that kid names")
    issued_at = _check_install_claims(token, request, audiences, now)
    return _verified(token, token.issuer, issued_at, key_id=kid)


def verify_request_token(
    token: UnverifiedToken, *, request: SignedRequest, secrets: Iterable[SharedSecret], now: float
) -> VerifiedToken:
    """Verify the token of a webhook, of `enabled` or `disabled`, or of a page load: HS256 with the site's
    secret, bound to this request.

    Args:
        token: from `connect_jwt.tokens.parse_token`
        request: the token's request
        secrets: those that the site `token.issuer` may sign with, the current one first. They are iterated
            only as far as needed, and not at all for a token that cannot be verified
        now: the time, in Unix seconds

    Raises:
        SignatureMismatch: none of the secrets signed it
        TokenRefused: the proof fails
        ConnectError: from `secrets`
    """
    client_key = _check_site_signature(token, secrets)
    issued_at, _ = check_times(token.claims, _TIMES, now)
    _check_computed_qsh(token.claims, request)
    return _verified(token, client_key, issued_at)


def verify_context_token(
    token: UnverifiedToken, *, secrets: Iterable[SharedSecret], now: float
) -> VerifiedToken:
    """Verify a token from `AP.context.getToken()`: HS256 with the site's secret, bound to no request.

    It only proves that some user of the site has the app's page open. Arguments and errors as for
    `verify_request_token`.
    """
    client_key = _check_site_signature(token, secrets)
    issued_at, _ = check_times(token.claims, _TIMES, now)
    if _qsh(token.claims) != CONTEXT_QSH:
        raise TokenRefused(Reason.QSH_IS_NOT_CONTEXT, "bound to one request: no token of the browser's own")
    return _verified(token, client_key, issued_at)


def _check_site_signature(token: UnverifiedToken, secrets: Iterable[SharedSecret]) -> ClientKey:
    token.check_header("HS256")
    client_key = token.issuer
    for secret in secrets:
        if secret.has_signed(token.signature, token.signing_input):
            return client_key
    raise SignatureMismatch(Reason.SECRET_MISMATCH, "not signed with a secret of the site that iss names")


def _check_unsigned(
    token: UnverifiedToken, request: SignedRequest, audiences: Collection[str], now: float
) -> None:
    try:
        _check_install_claims(token, request, audiences, now)
    except TokenRefused as refused:
        raise RefusedUnsigned(refused.reason, refused.sentence) from refused


def _check_install_claims(
    token: UnverifiedToken, request: SignedRequest, audiences: Collection[str], now: float
) -> int:
    issued_at, _ = check_times(token.claims, _TIMES, now)
    _check_computed_qsh(token.claims, request)
    _check_audience(token.claims, audiences)
    return issued_at


def _check_computed_qsh(claims: Mapping[str, Any], request: SignedRequest) -> None:
    claimed = _qsh(claims)
    if claimed == CONTEXT_QSH:
        raise TokenRefused(Reason.QSH_IS_CONTEXT, "bound to no request: a browser's context token")
    if not is_hash_of_received(claimed, request.method, request.path, request.query):
        raise TokenRefused(Reason.QSH_MISMATCH, "signed for another method, path or query")


def _qsh(claims: Mapping[str, Any]) -> str:
    claimed = claims.get("qsh")
    if not isinstance(claimed, str):
        raise TokenRefused(Reason.QSH_MISSING, "no qsh claim")
    return claimed


def _check_audience(claims: Mapping[str, Any], audiences: Collection[str]) -> None:
    claimed = claims.get("aud")
    if not claimed:
        raise TokenRefused(Reason.AUD_MISSING, "no aud claim")
    own = {audience.removesuffix("/") for audience in audiences}
    for audience in claimed if isinstance(claimed, list) else [claimed]:
        if not isinstance(audience, str) or audience.removesuffix("/") not in own:
            raise TokenRefused(Reason.AUD_MISMATCH, "meant for another app, or another address")


def _verified(
    token: UnverifiedToken, client_key: ClientKey, issued_at: int, *, key_id: str | None = None
) -> VerifiedToken:
    account_id, context = token.claims.get("sub"), token.claims.get("context")
    return VerifiedToken(
        client_key=client_key,
        account_id=account_id if isinstance(account_id, str) and account_id else None,
        issued_at=issued_at,
        context=context if isinstance(context, dict) else {},
        digest=token.digest,
        key_id=key_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRule:
    """Limits for one kind of token.

    Attributes:
        leeway: tolerated difference between the signer's clock and ours, in seconds
        max_lifetime: from `iat` to `exp`, in seconds
        nbf_required: True if the token must have `nbf`
    """

    leeway: int
    max_lifetime: int
    nbf_required: bool = False


_TIMES = TimeRule(leeway=LEEWAY_SECONDS, max_lifetime=MAX_LIFETIME_SECONDS)


def check_times(claims: Mapping[str, Any], rule: TimeRule, now: float) -> tuple[int, int]:
    """Check the token's times, and return `iat` and `exp`, in Unix seconds.

    Args:
        claims: of a verified token
        rule: of its kind
        now: the time, in Unix seconds

    Raises:
        TokenRefused: a time is missing or malformed, the token is not valid now, or is valid for too long
    """
    issued_at = _unix_time(claims, "iat", Reason.IAT_MISSING)
    expires_at = _unix_time(claims, "exp", Reason.EXP_MISSING)
    if rule.nbf_required:
        not_before = _unix_time(claims, "nbf", ForgeReason.NBF_MISSING)
    else:
        not_before = _unix_time(claims, "nbf", Reason.TIME_NOT_INTEGER) if "nbf" in claims else issued_at
    if max(issued_at, not_before) > now + rule.leeway:
        raise TokenRefused(Reason.NOT_YET_VALID, f"valid in {max(issued_at, not_before) - now:.0f} seconds")
    if expires_at < now - rule.leeway:
        raise TokenRefused(Reason.EXPIRED, f"expired {now - expires_at:.0f} seconds ago")
    if expires_at - issued_at > rule.max_lifetime:
        raise TokenRefused(Reason.LIFETIME_TOO_LONG, f"lives for {expires_at - issued_at} seconds")
    return issued_at, expires_at


def _unix_time(claims: Mapping[str, Any], name: str, missing: Reason | ForgeReason) -> int:
    value = claims.get(name)
    if value is None:
        raise TokenRefused(missing, f"no {name} claim")
    if type(value) is not int or not _MIN_UNIX_TIME <= value <= _MAX_UNIX_TIME:  # bool is an int, too
        raise TokenRefused(Reason.TIME_NOT_INTEGER, f"{name} is not a number of seconds")
    return value
