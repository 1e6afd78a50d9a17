"""Differences between two canonical requests, piece by piece."""

import re
from difflib import SequenceMatcher

_PIECE = re.compile(r"%[0-9A-Fa-f]{2}|[&=?/,+]|[^%&=?/,+]+|%")
_MOST_PIECES = 2000


def differences(right: str, other: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Cut both texts into runs, each with whether the other text has it too.

    Pieces are those of a URL: an escaped octet, a separator, or the text between them. Very long texts are
    not compared: each is one run.
    """
    ours, theirs = _PIECE.findall(right), _PIECE.findall(other)
    if len(ours) + len(theirs) > _MOST_PIECES:
        return [(right, right == other)], [(other, right == other)]
    runs: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
    matcher = SequenceMatcher(a=ours, b=theirs, autojunk=False)
    for kind, a_begin, a_end, b_begin, b_end in matcher.get_opcodes():
        for texts, pieces in zip(runs, (ours[a_begin:a_end], theirs[b_begin:b_end]), strict=True):
            if pieces:
                texts.append(("".join(pieces), kind == "equal"))
    return runs
