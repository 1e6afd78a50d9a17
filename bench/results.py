"""The figures, kept in `bench/results.json` so that one part can be measured again."""

import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from click import ClickException

from bench.outputs import destination

RESULTS = Path(__file__).with_name("results.json")

_PACKAGES = (
    "atlassian-jwt",
    "aws-lambda-powertools",
    "awslambdaric",
    "boto3",
    "cachetools",
    "cryptography",
    "pyjwt",
    "urllib3",
)
_NPM = (
    "@atlassian/atlassian-jwt",
    "@aws-sdk/client-dynamodb",
    "atlassian-connect-express",
    "express",
    "sqlite3",
)


def read() -> dict[str, Any]:
    """The parts that have been measured, by name."""
    if not RESULTS.exists():
        return {}
    results: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return results


def write(results: dict[str, Any], *, write: bool) -> Path:
    """Keep them, in their place or in `.bench`; where they are now."""
    to = destination(RESULTS, write=write)
    to.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return to


def circumstances() -> dict[str, str]:
    """The machine and the versions.

    Raises:
        ClickException: a peer is not installed
    """
    return {
        "processor": f"{os.cpu_count()} cores of {_processor()}",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}, {platform.machine()}",
        "Python": platform.python_version(),
        "Node": _node(),
        **{package: version(package) for package in _PACKAGES},
        **{f"npm {name}": _npm_version(name) for name in _NPM},
    }


def _npm_version(name: str) -> str:
    try:
        package = (Path(__file__).with_name("node_modules") / name / "package.json").read_text("utf-8")
    except FileNotFoundError:
        raise ClickException(f"npm's {name} is missing; install it by: npm --prefix bench ci") from None
    found: str = json.loads(package)["version"]
    return found


def _node() -> str:
    command = ["node", "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - a fixed command
    return told.stdout.strip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.processor()
