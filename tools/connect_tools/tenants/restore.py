"""`connect tenants restore`: the rows that tables of a stack have lost.

IAM: that of `connect_tools.tenants.restoring` and `connect_tools.operator_log`.
"""

import json
import time
from collections.abc import Mapping

import click

from connect_tools.operator_log import recorded
from connect_tools.target_stack import Stack
from connect_tools.tenants.restoring import Restored, put_back


def restore(stack: Stack, tables: Mapping[str, str], *, as_json: bool) -> None:
    """Put back what tables have lost, and say how much it was.

    Args:
        stack: with the tables in use
        tables: the names of restored tables, by the logical ids of those in use
        as_json: for the output

    Raises:
        CommandError: a table was not restored from the one in use, or AWS refuses
    """
    counts: dict[str, dict[str, int]] = {}
    for logical_id, restored in tables.items():
        with recorded(stack, "tenants restore", about=f"{logical_id} from {restored}") as entry:
            found = put_back(
                stack.client("dynamodb"),
                lost=stack.resource(logical_id),
                restored=restored,
                now=time.time(),
                tell=_tell,
            )
            entry.outcome = f"{found.put_back} rows put back"
        counts[logical_id] = {"putBack": found.put_back, "there": found.there, "expired": found.expired}
        if not as_json:
            expired = f", {found.expired:,} have expired since" if found.expired else ""
            click.echo(
                f"{logical_id}: {found.put_back:,} rows put back, {found.there:,} were there{expired}."
            )
    if as_json:
        click.echo(json.dumps(counts))


def _tell(so_far: Restored) -> None:
    click.echo(f"{so_far.met:,} rows met, {so_far.put_back:,} put back", err=True)
