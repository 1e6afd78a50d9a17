"""The system token that Forge sends with an invocation: an access token for Jira, for two to four hours.

The token is opaque except for its expiry. Its `exp` is read without verification, and only decides when the
token is no longer used.

https://developer.atlassian.com/platform/forge/remote/calling-product-apis/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from connect_jira.errors import PayloadRefused
from connect_jwt.errors import TokenRefused
from connect_jwt.invocations import MAX_FORGE_TOKEN_BYTES
from connect_jwt.tokens import parse_token

HEADER = "x-forge-oauth-system"

MIN_LIFETIME_SECONDS = 2 * 3600
"""Minimum lifetime of every token on arrival; four hours at most."""

MAX_LIFETIME_SECONDS = 24 * 3600
"""Maximum time that a token is used, whatever its `exp`."""

TOKEN = re.compile(rf"[!-~]{{1,{MAX_FORGE_TOKEN_BYTES}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SystemToken:
    """A token.

    Attributes:
        value: sent after `Bearer`
        expires_at: in Unix seconds
    """

    value: str = field(repr=False)
    expires_at: int

    @classmethod
    def of(cls, headers: Mapping[str, str], *, issued_at: int) -> Self | None:
        """Read the token that came with an invocation; None if there was none.

        Args:
            headers: by lower-case name
            issued_at: `iat` of the invocation token, in Unix seconds

        Raises:
            PayloadRefused: the value cannot be a token
        """
        value = token_in(headers, HEADER)
        return None if value is None else cls(value, _expiry(value, issued_at))


def token_in(headers: Mapping[str, str], name: str) -> str | None:
    """Return the token in a header, None if it is absent.

    Args:
        headers: by lower-case name
        name: of the header, such as `HEADER`

    Raises:
        PayloadRefused: the value cannot be a token
    """
    value = headers.get(name)
    if value and not TOKEN.fullmatch(value):
        whose = name.rpartition("-")[2]
        raise PayloadRefused(
            f"{whose}-token-unusable", f"{name} is no token of up to {MAX_FORGE_TOKEN_BYTES} characters"
        )
    return value or None


def _expiry(value: str, issued_at: int) -> int:
    try:
        claimed = parse_token(value, max_bytes=MAX_FORGE_TOKEN_BYTES).claims.get("exp")
    except TokenRefused:
        claimed = None
    if type(claimed) is not int or not issued_at < claimed <= issued_at + MAX_LIFETIME_SECONDS:
        return issued_at + MIN_LIFETIME_SECONDS
    return claimed
