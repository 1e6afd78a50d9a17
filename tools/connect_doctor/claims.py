"""The claims of a token as a person reads them: times as times."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connect_doctor.redaction import Redaction

_TIMES = frozenset({"iat", "exp", "nbf"})
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def readable(
    members: Mapping[str, Any], now: float | None, redaction: Redaction
) -> Iterator[tuple[str, str]]:
    """Name and text of each member.

    Args:
        members: a token's header or its claims
        now: the time that times are told from, in Unix seconds
        redaction: takes out what must not be shown
    """
    for name, value in members.items():
        shown = redaction.value(value)
        text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)
        when = _moment(value, now) if name in _TIMES else None
        yield redaction.text(name), f"{text}  ({when})" if when else text


def utc(seconds: float) -> str | None:
    """A moment such as `2026-11-23 09:00:00 UTC`; None when no calendar has it."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return None


def _moment(value: object, now: float | None) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    when = utc(value)
    if when is None or now is None:
        return when
    apart = int(value - now)
    if apart == 0:
        return f"{when}, the same second"
    return f"{when}, {_duration(abs(apart))} {'earlier' if apart < 0 else 'later'}"


def _duration(seconds: int) -> str:
    """The two largest units, such as `59 min 48 s`."""
    parts = []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
