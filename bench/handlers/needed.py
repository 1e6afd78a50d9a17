"""A function that does nothing, but loads what another one cannot do without: the modules in `NEEDED`.

What connects to anything also reads whom to trust.
"""

import os
import sys

for _needed in os.environ["NEEDED"].split():
    __import__(_needed)
if "urllib3" in sys.modules:
    sys.modules["ssl"].create_default_context()


def handler(_event: object, _context: object) -> None:
    """Nothing."""
