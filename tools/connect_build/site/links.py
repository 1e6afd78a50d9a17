"""Links of a Markdown page in the repository, as its copy on the site needs them."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

_FENCED = re.compile(r"^( *)(```+).*?^\1\2 *$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s#]*)(#[^)\s]*)?\)")
_SCHEME = re.compile(r"[a-z]+:")


def relinked(text: str, source: Path, page: Path, pages: Mapping[Path, Path]) -> str:
    """The text with its links to other files of the repository turned into links between pages.

    A link to a file that is not on the site becomes its words alone.

    Args:
        text: Markdown
        source: the file that it is from
        page: its copy on the site
        pages: every file that is on the site, each with its copy
    """

    def link(found: re.Match[str]) -> str:
        image, words, target, anchor = found.groups(default="")
        if not target or _SCHEME.match(target):
            return found[0]
        copy = pages.get((source.parent / target).resolve())
        if copy is None:
            return words
        return f"{image}[{words}]({os.path.relpath(copy, page.parent)}{anchor})"

    return outside_fences(text, lambda prose: _LINK.sub(link, prose))


def outside_fences(text: str, change: Callable[[str], str]) -> str:
    """The text with its prose changed, and what is shown as code left alone."""
    parts, position = [], 0
    for fence in _FENCED.finditer(text):
        parts += [change(text[position : fence.start()]), fence[0]]
        position = fence.end()
    return "".join([*parts, change(text[position:])])
