"""Callback for the responses of key hosts."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

OnAnswer: TypeAlias = Callable[[str, int, Mapping[str, str], bytes], None]
"""Takes a requested URL, and the status, headers and body of its response."""


def tell_nobody(_url: str, _status: int, _headers: Mapping[str, str], _content: bytes) -> None:
    """Ignore the response."""
