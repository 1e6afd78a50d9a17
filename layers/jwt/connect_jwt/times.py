"""Validity period of a token: one rule for all kinds, with limits for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connect_jwt.errors import ForgeReason, Reason, TokenRefused

_MIN_UNIX_TIME, _MAX_UNIX_TIME = 0, 2**53


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
