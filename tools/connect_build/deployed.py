"""The state of a stage's stack: the pipeline deploys only what differs, and goes back to what ran before.

`python -m connect_build.deployed STAGE` prints a `name=value` a line, as `GITHUB_OUTPUT` takes them.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from connect_cli.errors import CommandError
from connect_tools.project import PROJECT
from connect_tools.target_stack import aws_errors

if TYPE_CHECKING:
    from collections.abc import Callable

DEPLOYED = ("descriptor", "functions", "layers", "manifest.yml", "samconfig.toml", "template.yaml")
"""The files that decide what is deployed; everything else is the workshop."""

_COMMIT = re.compile("[0-9a-f]{40}")
_DESCRIPTOR_PATH = "/atlassian-connect.json"


def deployed(stage: str, project: Path = PROJECT) -> dict[str, str]:
    """Return the state of a stage's stack.

    `stack` is its name; `commit` the one that it was built of, if the checkout has it; `changed` is `true` or
    `false`: whether what is deployed differs in the checkout; `base-url` is where the app is; `forge-app-id`
    the Forge app that samconfig.toml names for the stage. What there is not is empty.

    Args:
        stage: an environment of samconfig.toml
        project: the checkout

    IAM: `cloudformation:DescribeStacks`, on the stack.

    Raises:
        CommandError: samconfig.toml has no such stage, or AWS does not say
    """
    stack, parameters = _configured(stage, project)
    outputs = _outputs(stack)
    commit = outputs.get("Commit", "")
    known = bool(_COMMIT.fullmatch(commit)) and _git(project, "cat-file", "-e", f"{commit}^{{commit}}")
    same = known and _git(project, "diff", "--quiet", commit, "HEAD", "--", *DEPLOYED)
    return {
        "stack": stack,
        "commit": commit if known else "",
        "changed": "false" if same else "true",
        "base-url": outputs.get("DescriptorUrl", "").removesuffix(_DESCRIPTOR_PATH),
        "forge-app-id": parameters.get("ForgeAppId", ""),
    }


def main() -> None:
    """Print it for the stage that is the first argument; exit with 1 and one sentence if that fails."""
    try:
        for name, value in deployed(sys.argv[1]).items():
            print(f"{name}={value}")  # noqa: T201 - the command's output
    except CommandError as failure:
        sys.exit(f"Error: {failure}")


def _configured(stage: str, project: Path) -> tuple[str, dict[str, str]]:
    """The name of a stage's stack, and the parameters that it is deployed with."""
    config: dict[str, Any] = tomllib.loads((project / "samconfig.toml").read_text(encoding="utf-8"))
    try:
        stack: str = config[stage]["global"]["parameters"]["stack_name"]
        assigned: list[str] = config[stage]["deploy"]["parameters"]["parameter_overrides"]
    except KeyError as missing:
        raise CommandError(
            f"samconfig.toml has no stack_name or no parameter_overrides for the stage {stage}"
        ) from missing
    return stack, dict(one.split("=", maxsplit=1) for one in assigned)


def _outputs(stack: str) -> dict[str, str]:
    """The outputs of a stack; none if it is not there."""
    make_client: Callable[..., Any] = boto3.client  # the stubs know the services of the app only
    with aws_errors():
        try:
            described = make_client("cloudformation").describe_stacks(StackName=stack)
        except ClientError as failure:
            if "does not exist" in failure.response["Error"].get("Message", ""):
                return {}
            raise
    return {one["OutputKey"]: one["OutputValue"] for one in described["Stacks"][0].get("Outputs", [])}


def _git(project: Path, *arguments: str) -> bool:
    """Return whether git says yes, which it does by its exit status."""
    asked = subprocess.run(["git", *arguments], cwd=project, capture_output=True, check=False)  # noqa: S603, S607 - our own words; git is found on the PATH
    return asked.returncode == 0


if __name__ == "__main__":
    main()
