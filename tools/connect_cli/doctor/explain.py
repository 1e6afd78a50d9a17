"""A code's section of docs/why-is-it-401.md: there is one text for both."""

import re
from difflib import get_close_matches
from pathlib import Path

import click
from rich.console import Console
from rich.markdown import Markdown

PAGE = Path(__file__).with_name("why-is-it-401.md")
"""A link to the one in docs/; a wheel has the page itself."""

_CODE = re.compile(r"`([a-z0-9-]+)`")
_FENCE = "```"


def sections(page: Path = PAGE) -> dict[str, str]:
    """Each code's section with its heading; a section ends where another, or a chapter, begins."""
    lines_by_code: dict[str, list[str]] = {}
    codes: list[str] = []
    is_fenced = False
    for line in page.read_text(encoding="utf-8").splitlines():
        is_fenced ^= line.startswith(_FENCE)
        if line.startswith(("# ", "## ")) and not is_fenced:
            codes = _CODE.findall(line) if line.startswith("## ") else []
        for code in codes:
            lines_by_code.setdefault(code, []).append(line)
    return {code: "\n".join(lines).strip() for code, lines in lines_by_code.items()}


def explain(code: str, console: Console) -> None:
    """Print what the page says of a code.

    Raises:
        UsageError: it says nothing of it
    """
    known = sections()
    section = known.get(code.lower())
    if section is None:
        near = get_close_matches(code.lower(), known, n=3, cutoff=0.4)
        hint = f"; near it: {', '.join(near)}" if near else f"; every code is in {PAGE}"
        raise click.UsageError(f"there is no such code{hint}")
    if console.is_terminal:
        console.print(Markdown(section))
    else:
        console.print(section, markup=False, highlight=False, soft_wrap=True)
