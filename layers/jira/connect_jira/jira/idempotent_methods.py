"""Safe and idempotent HTTP methods.

https://www.rfc-editor.org/rfc/rfc9110#section-9.2
"""

_READING_METHODS = {"GET", "HEAD", "OPTIONS"}
_REPEATABLE_METHODS = _READING_METHODS | {"PUT", "DELETE"}


def is_reading(method: str) -> bool:
    """Return whether a method is safe: it changes nothing."""
    return method in _READING_METHODS


def is_idempotent(method: str) -> bool:
    """Return whether a method is idempotent."""
    return method in _REPEATABLE_METHODS
