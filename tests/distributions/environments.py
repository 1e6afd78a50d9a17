"""Wheels of this repository, and environments that have nothing but what is installed from them."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
UV = Path(sys.executable).parent / "uv"
_SECONDS = 300


def build_wheels(folder: Path) -> None:
    """Run `make wheels`."""
    subprocess.run(
        ["make", "wheels", f"DIST={folder}"], cwd=PROJECT, check=True, capture_output=True, timeout=_SECONDS
    )


def interpreter(version: str) -> str:
    """The path of a Python that is on this machine; the test is skipped where it is not."""
    found = uv("python", "find", "--system", version)
    if found.returncode:
        pytest.skip(f"Python {version} is not here")
    return found.stdout.strip()


def uv(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run uv, which downloads no Python."""
    pyenvs = map(str, Path.home().glob(".pyenv/versions/*/bin"))  # its shims run chosen versions only
    path = os.pathsep.join([*pyenvs, os.environ["PATH"]])
    return subprocess.run(
        [UV, *arguments],
        env=os.environ | {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and a folder that is not this repository."""

    folder: Path

    @classmethod
    def with_installed(
        cls, folder: Path, requirements: tuple[str, ...], *, wheels: Path, python: str
    ) -> "Environment":
        """Make one with what is named installed, connect-… from the folder of wheels."""
        environment = cls(folder)
        into = ("--quiet", "--python", environment.program("python"), "--find-links", str(wheels))
        for done in (
            uv("venv", "--quiet", "--python", python, str(folder / "venv")),
            uv("pip", "install", *into, *requirements),
        ):
            assert done.returncode == 0, done.stderr
        return environment

    def program(self, name: str) -> str:
        """The path of a program that is installed."""
        return str(self.folder / "venv" / "bin" / name)

    def run(
        self, name: str, *arguments: str, stdin: str = "", cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run such a program, with no variables of this process but where programs and proxies are."""
        kept = ("HOME", "PATH", "http_proxy", "https_proxy", "no_proxy")
        return subprocess.run(
            [self.program(name), *arguments],
            input=stdin,
            cwd=cwd or self.folder,
            env={name: os.environ[name] for name in kept if name in os.environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )

    def installed(self) -> set[str]:
        """The names of what is installed."""
        listed = uv("pip", "list", "--quiet", "--format", "json", "--python", self.program("python"))
        return {package["name"] for package in json.loads(listed.stdout)}
