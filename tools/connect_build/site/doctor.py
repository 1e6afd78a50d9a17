"""The doctor's page with Python for the browser, all from npm's `pyodide` and this repository."""

import json
import shutil
import zipfile
from pathlib import Path

import connect_doctor
import connect_jwt
from connect_doctor.web import FILES, ON_THE_SITE, document
from connect_tools.project import PROJECT

PYODIDE = PROJECT / "site" / "node_modules" / "pyodide"
_OF_PYODIDE = (
    *("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"),
    *("python_stdlib.zip", "pyodide-lock.json"),
)
_NOT_SERVED = shutil.ignore_patterns("*.py", "__pycache__", "server.js")
_SHOWN_AS_LOADED = ("*.wasm", "*.zip", "pyodide-lock.json")
_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The first day of a ZIP archive: the same sources give the same archive."""


def build_doctor(folder: Path) -> None:
    """Make the page.

    Args:
        folder: the place for it; made if it is not there

    Raises:
        FileNotFoundError: Pyodide is not installed in `site/`
    """
    shutil.copytree(FILES, folder, dirs_exist_ok=True, ignore=_NOT_SERVED)
    (folder / "index.html").write_text(document(ON_THE_SITE), encoding="utf-8")
    pyodide = folder / "pyodide"
    pyodide.mkdir(exist_ok=True)
    for name in _OF_PYODIDE:
        shutil.copyfile(PYODIDE / name, pyodide / name)
    _archive(folder / "doctor.zip")
    loaded = (file.stat().st_size for pattern in _SHOWN_AS_LOADED for file in folder.rglob(pattern))
    (folder / "sizes.json").write_text(json.dumps({"bytes": sum(loaded)}), encoding="utf-8")


def _archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in (connect_jwt, connect_doctor):
            root = Path(str(package.__file__)).parent
            for file in sorted(root.rglob("*.py")):
                info = zipfile.ZipInfo(str(file.relative_to(root.parent)), _BEGINNING)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, file.read_bytes())
