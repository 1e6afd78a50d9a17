"""`connect tenants log`: who did what by `connect`."""

import click

from connect_doctor.redaction import visible
from connect_tools.json_output import print_array
from connect_tools.operator_log import entries
from connect_tools.target_stack import Stack

_COLUMNS = ("at", "who", "action", "site", "about", "phase", "outcome")


def print_log(stack: Stack, *, site: str | None, hours: int, as_json: bool) -> None:
    """Print the log of who did what.

    Args:
        stack: with the log
        site: the tenant whose entries are asked for; None for all
        hours: age of the oldest entry
        as_json: for the output

    Raises:
        CommandError: AWS does not say
    """
    found = (entry for entry in entries(stack, hours=hours) if site in {None, entry.get("site")})
    if as_json:
        print_array("entries", found)
        return
    for entry in found:
        click.echo("  ".join(visible(str(entry.get(column, "-"))) for column in _COLUMNS))
