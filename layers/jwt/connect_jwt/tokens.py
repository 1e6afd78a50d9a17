"""Find the token in a request, and parse it without trusting it."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from connect_jwt.errors import ForgeReason, Reason, TokenRefused
from connect_jwt.identity import ClientKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

MAX_TOKEN_BYTES = 8 * 1024
"""No site's token comes near this size; larger ones are not parsed."""

_MAX_ISSUER_LENGTH = 255
_MAX_KID_LENGTH = 255
_KID_SEGMENT = r"(?!\.+(?:/|\Z))[A-Za-z0-9._+-]+"
_SAFE_KID = re.compile(rf"{_KID_SEGMENT}(?:/{_KID_SEGMENT}){{0,7}}", re.ASCII)


def find_token(authorization: str | None, query: str) -> str:
    """Return the one token of a request, from its `Authorization: JWT …` header or its `jwt` parameter.

    Args:
        authorization: the header's value, None if it is absent
        query: the query string verbatim

    Raises:
        TokenRefused: there is no token, or there are two different ones
    """
    tokens = {value for name, value in parse_qsl(query, keep_blank_values=True) if name == "jwt"}
    if authorization is not None:
        scheme, _, credentials = authorization.strip().partition(" ")
        if scheme.lower() == "jwt":
            tokens.add(credentials.strip())
        elif not tokens:
            raise TokenRefused(Reason.SCHEME_NOT_JWT, "the Authorization header's scheme is not JWT")
    if not tokens:
        raise TokenRefused(Reason.TOKEN_MISSING, "neither an Authorization header nor a jwt parameter")
    if len(tokens) > 1:
        raise TokenRefused(Reason.TOKEN_TWICE, "two different tokens in one request")
    return tokens.pop()


def find_bearer_token(authorization: str | None) -> str:
    """Return the token of an `Authorization: Bearer …` header, which Forge uses.

    Args:
        authorization: the header's value, None if it is absent

    Raises:
        TokenRefused: there is none, or it has another scheme, such as a Connect token's
    """
    if authorization is None:
        raise TokenRefused(Reason.TOKEN_MISSING, "no Authorization header")
    scheme, _, credentials = authorization.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise TokenRefused(ForgeReason.SCHEME_NOT_BEARER, "the Authorization header's scheme is not Bearer")
    return credentials.strip()


@dataclass(frozen=True)
class UnverifiedToken:
    """A parsed token. Trust nothing in it before its signature is verified."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @cached_property
    def issuer(self) -> ClientKey:
        """The issuer: the site that the token claims to be from.

        Raises:
            TokenRefused: it is missing, or cannot be a key in a database
        """
        issuer = self.claims.get("iss")
        if not isinstance(issuer, str) or not issuer:
            raise TokenRefused(Reason.ISS_UNKNOWN, "no iss claim")
        if len(issuer) > _MAX_ISSUER_LENGTH or not issuer.isprintable():  # nor is a lone surrogate printable
            raise TokenRefused(Reason.ISS_UNKNOWN, "the iss claim is no client key")
        return ClientKey(issuer)

    def header_fault(self, algorithm: str) -> Reason | None:
        """Return the fault of the header, None if the token can be verified with the one accepted algorithm.

        `crit` names extensions that must be understood; none is (RFC 7515, 4.1.11).

        Args:
            algorithm: `HS256` or `RS256`
        """
        named = self.header.get("alg")
        if isinstance(named, str) and named.lower() == "none":
            return Reason.ALG_NONE
        if named != algorithm:
            return Reason(f"alg-not-{algorithm.lower()}")
        return Reason.CRIT_NOT_UNDERSTOOD if "crit" in self.header else None

    def check_header(self, algorithm: str) -> None:
        """Refuse every algorithm but the route's, and every extension.

        Args:
            algorithm: `HS256` or `RS256`

        Raises:
            TokenRefused: the header has another algorithm, or an extension
        """
        fault = self.header_fault(algorithm)
        if fault is not None:
            raise TokenRefused(fault, f"this route takes {algorithm} without extensions only")

    def is_signed_by(self, key: "RSAPublicKey") -> bool:
        """Return whether RS256's signature was made with the private half of this key.

        That is left to PyJWT, which brings `cryptography`: slow to load, and useless to a function that
        verifies sites' tokens only.
        """
        from jwt.algorithms import RSAAlgorithm  # noqa: PLC0415 - see above

        return RSAAlgorithm(RSAAlgorithm.SHA256).verify(self.signing_input, key, self.signature)

    @property
    def digest(self) -> str:
        """Identifier of this token: SHA-256 over the signed part, in hex.

        The signature is left out, since the same signature can be encoded in several ways.
        """
        return hashlib.sha256(self.signing_input).hexdigest()


def parse_token(token: str, *, max_bytes: int = MAX_TOKEN_BYTES) -> UnverifiedToken:
    """Parse a compact JWT.

    Args:
        token: as received
        max_bytes: the maximum size

    Raises:
        TokenRefused: it is too large, or is no compact JWT
    """
    if len(token) > max_bytes:
        raise TokenRefused(Reason.TOKEN_TOO_LARGE, f"{len(token)} characters")
    try:
        signing_input, _, signature = token.encode("ascii").rpartition(b".")
        header, claims = signing_input.split(b".")
        parsed = UnverifiedToken(
            header=_json_object(header),
            claims=_json_object(claims),
            signing_input=signing_input,
            signature=_base64url_decode(signature),
        )
    except (ValueError, RecursionError) as malformed:  # UnicodeError and JSONDecodeError are ValueErrors
        raise TokenRefused(Reason.TOKEN_MALFORMED, "not a compact JWT of JSON objects") from malformed
    return parsed


def is_safe_kid(kid: object) -> bool:
    """Return whether a header's `kid` may be part of an install key's URL.

    Since November 2024 Atlassian's own are paths: `generic-keypair/cs-migrations/installation-key-pair--…`.
    So slashes are accepted, but nothing that could lead elsewhere: segments that are empty or of dots alone,
    and characters with a meaning in a URL.
    """
    return isinstance(kid, str) and len(kid) <= _MAX_KID_LENGTH and _SAFE_KID.fullmatch(kid) is not None


def _json_object(segment: bytes) -> dict[str, Any]:
    value = json.loads(_base64url_decode(segment))
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one kind of error for everything malformed
    return value


def _base64url_decode(segment: bytes) -> bytes:
    try:
        return base64.b64decode(segment + b"=" * (-len(segment) % 4), altchars=b"-_", validate=True)
    except binascii.Error as malformed:
        raise ValueError("not base64url") from malformed
