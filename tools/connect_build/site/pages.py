"""The pages of the documentation, as files for Sphinx."""

import re
import shutil
from pathlib import Path

from connect_build.site.codes import code_pages, overview
from connect_build.site.links import relinked
from connect_tools.project import PROJECT

DOCS = PROJECT / "docs"
_README = PROJECT / "README.md"
_WHY = DOCS / "why-is-it-401.md"
_COPIES = {
    _README: Path("index.md"),
    DOCS / "decisions" / "README.md": Path("decisions/index.md"),
    PROJECT / "CHANGELOG.md": Path("changelog.md"),
    PROJECT / "SECURITY.md": Path("report-a-vulnerability.md"),
}
_PICTURES = (".png", ".svg")
_CODE_LINK = re.compile(r"\(([\w./-]*)why-is-it-401\.md#([a-z0-9-]+)\)")


def write_pages(folder: Path) -> None:
    """Write every page, and the pictures.

    Args:
        folder: for Sphinx to read; made if it is not there
    """
    files = [*_COPIES, *(file for file in sorted(DOCS.rglob("*.md")) if file not in _COPIES)]
    pages = {file: _COPIES[file] if file in _COPIES else file.relative_to(DOCS) for file in files}
    pictures = {file: file.relative_to(DOCS) for file in DOCS.rglob("*") if file.suffix in _PICTURES}
    for file, copy in pages.items():
        text = overview() if file == _WHY else file.read_text(encoding="utf-8")
        _write(folder / copy, relinked(_to_codes(text), file, copy, pages | pictures | _of_codes()))
    for code, text in code_pages().items():
        copy = _code_page(code).relative_to(DOCS)
        _write(folder / copy, relinked(_to_codes(text), _WHY, copy, pages | pictures | _of_codes()))
    for picture, copy in pictures.items():
        (folder / copy).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, folder / copy)
    for index, listed in (("index.md", _order(pages)), ("decisions/index.md", _decisions(pages))):
        with (folder / index).open("a", encoding="utf-8") as page:
            page.write("\n```{toctree}\n:hidden:\n\n" + "\n".join(listed) + "\n```\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _code_page(code: str) -> Path:
    """The file that a code's page would be, so that links to it are like any other."""
    return DOCS / "why-is-it-401" / f"{code}.md"


def _of_codes() -> dict[Path, Path]:
    return {(page := _code_page(code)): page.relative_to(DOCS) for code in code_pages()}


def _to_codes(text: str) -> str:
    """Let links to a code's section lead to its page."""
    return _CODE_LINK.sub(r"(\1why-is-it-401/\2.md)", text)


def _decisions(pages: dict[Path, Path]) -> list[str]:
    folder = Path("decisions")
    return [copy.stem for copy in pages.values() if copy.parent == folder and copy.stem != "index"]


def _order(pages: dict[Path, Path]) -> list[str]:
    """The order of the pages: that in which the README names them, then the rest."""
    named = re.findall(r"\]\(docs/([\w/.-]+)\.md", _README.read_text(encoding="utf-8"))
    order = [*dict.fromkeys(pages[DOCS / f"{name}.md"].with_suffix("").as_posix() for name in named)]
    top = [copy.with_suffix("").as_posix() for copy in pages.values() if copy.parent == Path()]
    return [*order, *(name for name in top if name not in order and name != "index")]
