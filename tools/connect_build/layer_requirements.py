"""Requirements of the layers, compiled from pyproject.toml's groups for the processor that Lambda has.

Only wheels count: nothing is compiled when the stack is built, which may be on another processor.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from connect_tools.project import PROJECT

GROUPS = {"jwt": "layer-jwt", "jira": "layer-jira", "app": "app"}
"""The group of each layer, by the layer's folder."""

_PLATFORM = "aarch64-manylinux_2_34"
"""Amazon Linux 2023, on arm64: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"""

_WITHOUT_WHEEL = re.compile(
    r"\b([a-z\d][a-z\d._-]*)(?:[<>=]\S+)? ha(?:s|ve) no wheels|Wheels are required for `([^`]+)`"
)
"""In uv's words: there are wheels for other platforms only, or none at all."""


_PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.]+)", re.MULTILINE)


class NotLocked(Exception):
    """The requirements are not compiled, or cannot be; the message says what to do."""


def check_locked(layer: str, project: Path = PROJECT) -> None:
    """Compare a layer's requirements with its group, without the package index.

    Args:
        layer: a key of `GROUPS`
        project: the repository

    Raises:
        NotLocked: a package is named in the group, and not pinned in a version that fits
    """
    groups = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    file = project / "layers" / layer / "requirements.txt"
    pinned = {canonicalize_name(name): version for name, version in _PIN.findall(file.read_text("utf-8"))}
    for requirement in map(Requirement, groups[GROUPS[layer]]):
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            raise NotLocked(f"layers/{layer}/requirements.txt does not have {requirement}: run make lock")


def lock(layer: str, project: Path = PROJECT) -> None:
    """Compile a layer's requirements, with the versions that the tests run with.

    Args:
        layer: a key of `GROUPS`
        project: the repository

    Raises:
        NotLocked: uv found no set of wheels
    """
    compiled = subprocess.run(  # noqa: S603 - the project's own uv
        [
            Path(sys.prefix) / "bin" / "uv",
            *("pip", "compile", "--quiet", "--group", f"pyproject.toml:{GROUPS[layer]}"),
            *(
                "--constraint",
                "requirements/dev.txt",
                "--python-version",
                "3.13",
                "--python-platform",
                _PLATFORM,
            ),
            *(
                "--only-binary",
                ":all:",
                "--generate-hashes",
                "--no-header",
                "--no-emit-index-url",
                "--no-annotate",
            ),
            *("--output-file", f"layers/{layer}/requirements.txt"),
        ],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    if compiled.returncode != 0:
        raise NotLocked(_what_to_do(GROUPS[layer], compiled.stderr))


def main() -> None:
    """Compile the requirements of every layer, or check them; end with 1 at the first that is wrong."""
    for layer in GROUPS:
        try:
            if sys.argv[1:] == ["--check"]:
                check_locked(layer)
            else:
                lock(layer)
        except NotLocked as error:
            sys.exit(str(error))


def _what_to_do(group: str, said: str) -> str:
    missing = sorted({first or second for first, second in _WITHOUT_WHEEL.findall(said)})
    if not missing:
        return said.strip()
    return (
        f"{' and '.join(missing)}: no wheel for Python 3.13 on Linux and arm64, which Lambda needs. Ask for"
        f" another release or package in group {group} of pyproject.toml (docs/your-own-aws.md)."
    )


if __name__ == "__main__":
    main()
