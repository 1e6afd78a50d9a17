"""The documentation, built by Sphinx from Markdown, with the theme's and our own files and no others'."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from connect_build.site.accessibility import accessible
from connect_build.site.pages import write_pages
from connect_build.site.policy import with_policy
from connect_tools.project import PROJECT

_SITE = PROJECT / "site"
MERMAID = _SITE / "node_modules" / "@mermaid-js" / "tiny" / "dist" / "mermaid.tiny.js"
_LEFT_OVER = (".doctrees", ".buildinfo", "objects.inv")


def build_documentation(folder: Path) -> None:
    """Build it.

    Args:
        folder: the place for it; made if it is not there

    Raises:
        FileNotFoundError: mermaid is not installed in `site/`
        CalledProcessError: Sphinx has found a fault in a page, such as a link to nowhere, and has said so
    """
    with tempfile.TemporaryDirectory() as sources:
        write_pages(Path(sources))
        sphinx = [sys.executable, "-m", "sphinx", "--builder", "dirhtml", "--conf-dir", str(_SITE)]
        strictly = ["--fail-on-warning", "--keep-going", "--quiet", "--jobs", "auto"]
        subprocess.run([*sphinx, *strictly, sources, str(folder)], check=True)  # noqa: S603 - all our own words
    for name in _LEFT_OVER:
        left = folder / name
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    shutil.copyfile(MERMAID, folder / "_static" / MERMAID.name)
    for page in folder.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        page.write_text(with_policy(accessible(html)), encoding="utf-8")
