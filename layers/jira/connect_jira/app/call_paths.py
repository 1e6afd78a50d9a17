"""Paths of calls below `/api/`, such as `due/{key}`.

An HTTP API hands over a path that it has percent-decoded, so what was a separator and what was text can no
longer be told apart. So a path holds what nobody has to encode: letters and digits of ASCII, and `-._~`.
https://www.rfc-editor.org/rfc/rfc3986#section-2.3
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

_SEGMENT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~-]{1,255}")
_PART = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def is_segment(text: str) -> bool:
    """Return whether a text may be between two slashes of a path."""
    return _SEGMENT.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class CallPath:
    """A path, as it is registered.

    Attributes:
        text: as it is written
        segments: the text of each that is fixed, None for a part
        parts: the names of the parts
    """

    text: str
    segments: tuple[str | None, ...]
    parts: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a path.

        Raises:
            ValueError: no request could have it
        """
        segments = text.split("/")
        parts = [part[1] for segment in segments if (part := _PART.fullmatch(segment))]
        fixed = [segment for segment in segments if not _PART.fullmatch(segment)]
        if not all(map(is_segment, fixed)) or len(set(parts)) < len(parts):
            raise ValueError(
                f"{text!r} is no path of a call: write it like due/{{key}}, without a slash in front, with "
                "letters, digits and -._~ of ASCII, and with parts of different names in braces"
            )
        return cls(
            text,
            tuple(None if _PART.fullmatch(segment) else segment for segment in segments),
            tuple(parts),
        )

    def match(self, segments: list[str]) -> Mapping[str, str] | None:
        """Return the parts of a request's path, None if it is another path."""
        if len(segments) != len(self.segments):
            return None
        values = []
        for expected, segment in zip(self.segments, segments, strict=True):
            if expected is None:
                values.append(segment)
            elif expected != segment:
                return None
        return dict(zip(self.parts, values, strict=True))

    @property
    def generality(self) -> tuple[bool, ...]:
        """The order in which paths are tried: what is fixed goes before a part."""
        return tuple(segment is None for segment in self.segments)
