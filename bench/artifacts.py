"""The deployment, built for this machine's processor so that it runs here."""

import os
import platform
import subprocess
from pathlib import Path

from connect_build.bytecode import compile_build
from connect_tools.project import PROJECT

DEPLOYED = "arm64"
"""The processor that template.yaml is for."""

_SAM = PROJECT / ".venv" / "bin" / "sam"
_MACHINES = {"x86_64": "x86_64", "AMD64": "x86_64"}


def build_for_this_machine(folder: Path, *, project: Path = PROJECT) -> Path:
    """Do what `make build` does, with the layers of this processor; the folder with the artifacts.

    Args:
        folder: an empty one, to build in
        project: the repository
    """
    return build(folder, machine=_MACHINES.get(platform.machine(), DEPLOYED), project=project)


def build(folder: Path, *, machine: str, project: Path = PROJECT) -> Path:
    """Do what `make build` does, with the layers of a processor; the folder with the artifacts.

    Args:
        folder: an empty one, to build in
        machine: the processor, such as `arm64`
        project: the repository
    """
    template, build = folder / "template.yaml", folder / "build"
    text = (project / "template.yaml").read_text(encoding="utf-8")
    template.write_text(text.replace(DEPLOYED, machine), encoding="utf-8")
    subprocess.run(  # noqa: S603 - the project's own SAM
        [_SAM, "build", "-t", template, "-s", project, "-b", build, "--no-cached"],
        check=True,
        cwd=project,
        env=os.environ | {"PATH": f"{_SAM.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        timeout=300,
    )
    compile_build(build)
    return build


def size_of(artifact: Path) -> int:
    """Return an artifact's unpacked size, in bytes."""
    return sum(file.stat().st_size for file in artifact.rglob("*") if file.is_file())
