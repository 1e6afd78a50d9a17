"""Times for a terminal, and for JSON."""

import time
from datetime import UTC, datetime

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"))


def age(at: float) -> str:
    """Return the age of something, such as `3h`.

    Args:
        at: time since when, in Unix seconds
    """
    seconds = max(int(time.time() - at), 0)
    for unit, letter in _UNITS:
        if seconds >= unit:
            return f"{seconds // unit}{letter}"
    return f"{seconds}s"


def iso(at: float) -> str:
    """Return a time as ISO 8601 has it, in UTC.

    Args:
        at: in Unix seconds
    """
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
