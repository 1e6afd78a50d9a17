"""Which requests change nothing, and which may be made twice.

https://www.rfc-editor.org/rfc/rfc9110#section-9.2
"""

_READING_METHODS = {"GET", "HEAD", "OPTIONS"}
_REPEATABLE_METHODS = _READING_METHODS | {"PUT", "DELETE"}


def is_reading(method: str) -> bool:
    """Whether HTTP says of a method that it changes nothing."""
    return method in _READING_METHODS


def is_repeatable(method: str) -> bool:
    """Whether HTTP says of a method that doing it twice comes to the same as doing it once."""
    return method in _REPEATABLE_METHODS
