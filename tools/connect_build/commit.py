"""The commit that a build was made of: the stack names it, so that a deployment can be taken back to it."""

import re
import subprocess
from pathlib import Path

from connect_build.bytecode import BUILD
from connect_tools.project import PROJECT

_OUTPUT = re.compile(r"(?m)^(  Commit:\n(?:    .*\n)*?    Value: ).*$")


def write_commit(build: Path = BUILD, project: Path = PROJECT) -> str:
    """Write the commit into the output `Commit` of a build's template; return what was written.

    That is the commit's full hash, with `-dirty` if the checkout differs from it, or `unknown` without git.

    Args:
        build: output folder of `sam build`, with its template
        project: the checkout that was built

    Raises:
        ValueError: the template has no such output
    """
    commit = _commit(project)
    template = build / "template.yaml"
    text, written = _OUTPUT.subn(rf"\g<1>{commit}", template.read_text(encoding="utf-8"))
    if written != 1:
        raise ValueError("the template that was built has no output Commit")
    template.write_text(text, encoding="utf-8")
    return commit


def main() -> None:
    """Write it into the build in `.aws-sam`, and say so."""
    print(f"Built of the commit {write_commit()}")  # noqa: T201 - the command's output


def _commit(project: Path) -> str:
    describe = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        described = subprocess.run(  # noqa: S603 - constant words; git is found on the PATH
            describe, cwd=project, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return described.stdout.strip()


if __name__ == "__main__":
    main()
