"""The `connect` command, and those of its commands that ask nobody: qsh, sign and doctor.

It is part of the distribution connect-jwt, whose extra `cli` brings what it needs. Other distributions add
their commands to it (`connect_cli.plugins`).
"""

import sys


def main() -> None:
    """Run `connect`, or say what is to be installed for it."""
    try:
        from connect_cli.command import main as run  # noqa: PLC0415 - click may not be there
    except ModuleNotFoundError as missing:
        if missing.name != "click":
            raise
        sys.exit("connect: the command needs click, which comes with pip install 'connect-jwt[cli]'")
    run()
