"""The fault that keeps a function's module from being imported, in one line with file and line.

Started as `python -m connect_local.laptop.import_fault functions.webhooks.app`, as the function is; it prints
the line, or nothing when the module can be imported.
"""

import importlib
import json
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

from connect_local.laptop.invocations import InvocationResult
from connect_local.laptop.stack_dump import place_of
from connect_tools.project import PROJECT

_SECONDS = 10
_OF_OWNER = ("functions/", "layers/app/")


def explained(failed: InvocationResult, handler: str, variables: Mapping[str, str]) -> str:
    """Explain in one line a function's failure to start.

    Args:
        failed: the failure of its start
        handler: its handler
        variables: its environment variables
    """
    if failed.trouble:
        return f"it {failed.trouble}"
    module = handler.rpartition(".")[0]
    try:
        said = subprocess.run(  # noqa: S603 - a fixed command
            [sys.executable, "-m", "connect_local.laptop.import_fault", module],
            env=dict(variables),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=_SECONDS,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired:
        said = ""
    return said or str(json.loads(failed.payload).get("errorMessage", "no reason given"))


def main() -> None:
    """Import the module that the command line names."""
    output = sys.stdout
    sys.stdout = sys.stderr  # what the module itself prints is told elsewhere
    try:
        importlib.import_module(sys.argv[1])
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a module raises
        output.write(described(error))


def described(error: BaseException) -> str:
    """An error of an import, with the place in the project's own code that it comes from, and its text."""
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename:
        place, text = place_of(error.filename, error.lineno or 1, Path.cwd()), error.text
        message = f"{type(error).__name__}: {error.msg}"
    else:
        places: list[tuple[str | None, str | None]] = [
            (place, frame.line)
            for frame in traceback.extract_tb(error.__traceback__)
            if (place := place_of(frame.filename, frame.lineno or 1, Path.cwd()))
            and frame.filename != __file__
        ]
        of_owner = [(place, text) for place, text in places if place and place.startswith(_OF_OWNER)]
        place, text = (of_owner or places or [(None, None)])[-1]
    where = f"{place}: " if place else ""
    line = f"   {text.strip()}" if text and text.strip() else ""
    return f"{where}{message}{line}"


if __name__ == "__main__":
    main()
