"""Which requests may be made twice: https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2."""

_REPEATABLE_METHODS = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}


def is_repeatable(method: str) -> bool:
    """Whether HTTP says of a method that doing it twice comes to the same as doing it once."""
    return method in _REPEATABLE_METHODS
