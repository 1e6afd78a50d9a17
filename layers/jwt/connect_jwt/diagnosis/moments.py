"""Checks of `iat`, `exp` and `nbf`: their unit, and their values against the clock."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from connect_jwt.diagnosis.case import Case
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.verifying import LEEWAY_SECONDS, MAX_LIFETIME_SECONDS

_CERTAIN, _POSSIBLE = Certainty.CERTAIN, Certainty.POSSIBLE
_UNIX_TIMES = range(2**53 + 1)
_UNITS = (
    (range(10**11, 10**14), "milliseconds"),
    (range(10**14, 10**17), "microseconds"),
    (range(10**17, 10**20), "nanoseconds"),
)
"""Unit of a number of this size, if it is a time of our days."""

_DURATIONS = range(10**6)
_QUARTER_OF_AN_HOUR = 900
_LONGEST_OFFSET = 14 * 3600
_NEAR = 60
_NUMBER = re.compile(r"\d{1,20}(\.\d*)?", re.ASCII)


def check_times(case: Case) -> Iterator[Finding]:
    """Check the times by themselves, and against the clock."""
    times = {name: case.claim(name) for name in ("iat", "exp", "nbf") if case.claim(name) is not None}
    for name in ("exp", "iat"):
        if name not in times:
            yield finding(f"{name}-missing", _CERTAIN, f"there is no {name}")
    if not case.to_jira and "nbf" in case.token.claims and "nbf" not in times:
        yield finding("time-not-integer", _CERTAIN, "nbf is null")
    for name, value in times.items():
        unit, seen = _unit(value), f"{name} is {str(value)[:40]}"
        if unit:
            yield finding("time-not-in-seconds", _CERTAIN, f"{seen}, which counts {unit}")
        if type(value) is not int or (not unit and value not in _UNIX_TIMES):
            kind = "beyond all clocks" if type(value) is int else f"of type {type(value).__name__}"
            yield finding("time-not-integer", _CERTAIN, f"{seen}, {kind}")
    whole = whole_times(case)
    yield from check_clock(case, whole)
    lifetime = whole.get("exp", 0) - whole.get("iat", 0) if {"iat", "exp"} <= whole.keys() else 0
    if lifetime > MAX_LIFETIME_SECONDS:
        certainty = _POSSIBLE if case.to_jira else _CERTAIN  # Jira's own limit is not published
        added = lifetime % 1000 == 0 and lifetime // 1000 <= MAX_LIFETIME_SECONDS
        seen = f"valid for {lifetime} seconds" + (": milliseconds were added to seconds" if added else "")
        yield finding("lifetime-too-long", certainty, seen)


def whole_times(case: Case) -> dict[str, int]:
    """Return the times that are whole numbers of seconds."""
    times = {name: case.claim(name) for name in ("iat", "exp", "nbf")}
    return {
        name: value
        for name, value in times.items()
        if type(value) is int and value in _UNIX_TIMES and not _unit(value)
    }


def check_clock(case: Case, times: dict[str, int]) -> Iterator[Finding]:
    """Check that the token was valid at the time of the request.

    Args:
        case: the token and its request
        times: in whole seconds, by the names of their claims
    """
    now = case.evidence.now
    if now is None:
        return
    if "exp" in times and times["exp"] < now - LEEWAY_SECONDS:
        late = now - times["exp"]
        seen = f"expired at {_utc(times['exp'])}, {late:.0f} seconds before {_utc(now)}"
        if times["exp"] in _DURATIONS:
            seen = f"exp is {times['exp']}: a duration and no time"
        yield finding("expired", _CERTAIN, seen)
    for name in ("nbf", "iat"):
        if times.get(name, 0) > now + LEEWAY_SECONDS:
            # Jira's own verifier looks at nbf and leaves iat alone.
            certainty = _POSSIBLE if case.to_jira and name == "iat" else _CERTAIN
            ahead = times[name] - now
            seen = f"{name} is {ahead:.0f} seconds after {_utc(now)}{_offset(ahead)}"
            yield finding("not-yet-valid", certainty, seen)


def _unit(value: object) -> str | None:
    """Return the unit of a time that is not in seconds; numeric strings count, too."""
    number = float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return next((unit for size, unit in _UNITS if size.start <= number < size.stop), None)


def _offset(seconds: float) -> str:
    quarters = round(seconds / _QUARTER_OF_AN_HOUR)
    is_whole = abs(seconds - quarters * _QUARTER_OF_AN_HOUR) <= _NEAR
    is_offset = quarters and is_whole and seconds <= _LONGEST_OFFSET + _NEAR
    return ", as far as a time zone: local time was taken for UTC" if is_offset else ""


def _utc(seconds: float) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return str(seconds)
