"""An app's own functions in a running stack, in place of those of functions/jira_calls/reactions.py."""

import os
from pathlib import Path

from connect_local.laptop.stack import LaptopStack

_INSTEAD = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("functions.jira_calls.reactions", {file!r})
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
spec.loader.exec_module(module)
"""


def run_own(stack: LaptopStack, file: Path, folder: Path) -> None:
    """Let the worker of a stack that has not worked yet run another file of reactions.

    Args:
        stack: just started
        file: the reactions
        folder: an empty one; Python looks there before it starts
    """
    (folder / "sitecustomize.py").write_text(_INSTEAD.format(file=str(file)))
    variables = stack.functions["JiraCallsFunction"].configuration.variables
    variables["PYTHONPATH"] = os.pathsep.join((str(folder), variables["PYTHONPATH"]))
    variables["SEEN"] = str(folder / "seen")


def seen(folder: Path) -> list[str]:
    """Return the lines that the functions have written, by all processes."""
    file = folder / "seen"
    return file.read_text().splitlines() if file.exists() else []
