"""Bytecode for what `sam build` has made: Lambda's file system is read-only, so what is shipped without is
compiled again by every process that starts.

It is used whatever a file's time is, since deploying loses that. It does not depend on the processor, but on
the minor version of Python: it is made by the very one that the functions run on, or not at all.

https://docs.python.org/3.13/reference/import.html#pyc-invalidation
"""

import compileall
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from py_compile import PycInvalidationMode

from connect_tools.project import PROJECT
from connect_tools.template import Template

BUILD = PROJECT / ".aws-sam" / "build"

_FUNCTIONS, _LAYERS = "AWS::Serverless::Function", "AWS::Serverless::LayerVersion"
_ONLY_TO_BUILD_WITH = ("cffi", "pycparser")
"""Build dependencies of cryptography, which pip installs, too; at run time it needs `_cffi_backend` alone."""

_UNPACKED = {_FUNCTIONS: "/var/task", _LAYERS: "/opt"}


def compile_build(build: Path = BUILD) -> int:
    """Compile every function and layer of a build, without what only building needs; how many files it was.

    Args:
        build: output folder of `sam build`, with its template

    Raises:
        ValueError: this Python is not the one that the functions run on, or a file does not compile
    """
    template = Template({}, build / "template.yaml")
    required = {template.function(name)["Runtime"] for name in template.resources(_FUNCTIONS)}
    this = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if required != {this}:
        raise ValueError(f"this is {this}; bytecode has to be made by {' and '.join(sorted(required))}")
    files = 0
    for artifact, unpacked in _artifacts(template, build):
        for package in _ONLY_TO_BUILD_WITH:
            shutil.rmtree(artifact / "python" / package, ignore_errors=True)
        files += sum(1 for _ in artifact.rglob("*.py"))
        if not compileall.compile_dir(
            artifact,
            quiet=1,
            force=True,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
            stripdir=artifact,
            prependdir=unpacked,
        ):
            raise ValueError(f"{artifact.name} does not compile")
    return files


def main() -> None:
    """Compile the build in `.aws-sam`, and say so."""
    files = compile_build()
    print(f"Compiled {files} files with Python {sys.version_info.major}.{sys.version_info.minor}")  # noqa: T201 - the command's output


def _artifacts(template: Template, build: Path) -> Iterator[tuple[Path, str]]:
    """Each folder that was built, and where Lambda unpacks it."""
    for kind, unpacked in _UNPACKED.items():
        for name in template.resources(kind):
            if (build / name).is_dir():
                yield build / name, unpacked


if __name__ == "__main__":
    main()
