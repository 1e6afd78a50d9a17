"""The system token that Forge brings with an invocation: what the app calls Jira with, for two to four hours.

To us it is opaque but for one thing: when it expires. Its `exp` is read without being verified, and only
decides when the token is not used any more.

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

SURE_SECONDS = 2 * 3600
"""What every token is good for at least when it comes; four hours at most."""

MAX_SECONDS = 24 * 3600
"""No token is used for longer, whatever it says."""

TOKEN = re.compile(rf"[!-~]{{1,{MAX_FORGE_TOKEN_BYTES}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SystemToken:
    """A token.

    Attributes:
        value: what goes after `Bearer`
        expires_at: in Unix seconds
    """

    value: str = field(repr=False)
    expires_at: int

    @classmethod
    def of(cls, headers: Mapping[str, str], *, issued_at: int) -> Self | None:
        """The token that came with an invocation; None when there was none.

        Args:
            headers: by lower-case name
            issued_at: when the invocation token was made, in Unix seconds

        Raises:
            PayloadRefused: what came cannot be a token
        """
        value = token_in(headers, HEADER)
        return None if value is None else cls(value, _expiry(value, issued_at))


def token_in(headers: Mapping[str, str], name: str) -> str | None:
    """The token in a header; None when there is none.

    Args:
        headers: by lower-case name
        name: of the one, such as `HEADER`

    Raises:
        PayloadRefused: what is there cannot be a token
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
    if type(claimed) is not int or not issued_at < claimed <= issued_at + MAX_SECONDS:
        return issued_at + SURE_SECONDS
    return claimed
