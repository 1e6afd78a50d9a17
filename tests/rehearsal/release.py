"""A release of this project: built for this machine, and brought to the emulator by the SAM CLI."""

import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.artifacts import build_for_this_machine
from connect_tools.project import PROJECT
from tests.rehearsal.emulator import MiniStack

_SAM = PROJECT / ".venv" / "bin" / "sam"
_SECONDS = 300


class SamFailed(Exception):
    """The SAM CLI did not do what it was asked for; its last words say why."""


@dataclass(frozen=True, slots=True)
class Release:
    """A built release.

    Attributes:
        project: its sources
        folder: with its artifacts, and its template
    """

    project: Path
    folder: Path

    @classmethod
    def built(cls, project: Path, folder: Path) -> "Release":
        """Build it for this machine's processor.

        Args:
            project: the sources
            folder: an empty one
        """
        (folder / "descriptor").symlink_to(project / "descriptor")  # a layer that is not built
        try:
            return cls(project, build_for_this_machine(folder, project=project))
        except subprocess.CalledProcessError as failed:
            raise SamFailed(f"sam build: {_last_words(failed.stderr.decode())}") from failed

    def deploy(self, cloud: MiniStack, stage: str, parameters: Mapping[str, str]) -> str:
        """Run `sam deploy` with a stage of samconfig.toml, and return what it printed.

        Args:
            cloud: the emulator
            stage: such as `dev`
            parameters: of the template, besides those of the stage
        """
        of_stage = stage_settings(self.project, stage)["deploy"]["parameters"]["parameter_overrides"]
        overrides = [*of_stage, *(f"{name}={value}" for name, value in parameters.items())]
        options = ["--template-file", str(self.folder / "template.yaml"), "--parameter-overrides", *overrides]
        return _sam(cloud, self.project, stage, "deploy", *options)

    def delete(self, cloud: MiniStack, stage: str) -> str:
        """Run `sam delete`, and return what it printed."""
        return _sam(cloud, self.project, stage, "delete", "--no-prompts")


def stage_settings(project: Path, stage: str) -> dict[str, Any]:
    """The settings of a stage in samconfig.toml, by command."""
    with (project / "samconfig.toml").open("rb") as file:
        settings: dict[str, Any] = tomllib.load(file)[stage]
    return settings


def _sam(cloud: MiniStack, project: Path, stage: str, command: str, *options: str) -> str:
    config = ["--config-file", str(project / "samconfig.toml"), "--config-env", stage]
    ran = subprocess.run(
        [str(_SAM), command, *config, *options],
        env=cloud.environment | {"SAM_CLI_TELEMETRY": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    if ran.returncode:
        raise SamFailed(f"sam {command}: {_last_words(ran.stdout + ran.stderr)}")
    return ran.stdout


def _last_words(output: str) -> str:
    return "\n".join(output.strip().splitlines()[-15:])
