"""A function that does nothing: what starting Python under Lambda's runtime client costs."""


def handler(_event: object, _context: object) -> None:
    """Nothing."""
