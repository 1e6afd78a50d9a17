"""What both kinds of key hosts have in common: somebody may want to know what they answer."""

from collections.abc import Callable, Mapping

type OnAnswer = Callable[[str, int, Mapping[str, str], bytes], None]
"""Takes the URL that was asked for, and the status, the headers and the content of the answer."""


def tell_nobody(_url: str, _status: int, _headers: Mapping[str, str], _content: bytes) -> None:
    """Nobody wants to know."""
