"""A function that does nothing, but imports what another one cannot do without, and makes its clients.

`NEEDED` names them: modules, and `aws:<service>` for clients.
"""

import importlib
import os

for _needed in os.environ["NEEDED"].split():
    if _needed.startswith("aws:"):
        importlib.import_module("boto3").client(_needed.removeprefix("aws:"))
    else:
        importlib.import_module(_needed)


def handler(_event: object, _context: object) -> None:
    """Nothing."""
