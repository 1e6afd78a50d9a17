"""Requirements of the layers, compiled from pyproject.toml's groups for the processor that Lambda has.

Only wheels count: nothing is compiled when the stack is built, which may be on another processor.
"""

import re
import subprocess
import sys
from pathlib import Path

from connect_tools.project import PROJECT

GROUPS = {"jwt": "layer-jwt", "jira": "layer-jira", "app": "app"}
"""The group of each layer, by the layer's folder."""

_PLATFORM = "aarch64-manylinux_2_34"
"""Amazon Linux 2023, on arm64: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"""

_WITHOUT_WHEEL = re.compile(
    r"\b([a-z\d][a-z\d._-]*)(?:[<>=]\S+)? ha(?:s|ve) no wheels|Wheels are required for `([^`]+)`"
)
"""In uv's words: there are wheels for other platforms only, or none at all."""


class NotLocked(Exception):
    """The requirements cannot be compiled; the message says what to do."""


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
    """Compile the requirements of every layer, and end with 1 at the first that cannot be."""
    for layer in GROUPS:
        try:
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
