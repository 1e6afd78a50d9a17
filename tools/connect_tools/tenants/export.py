"""`connect tenants export`: everything kept of a site as one JSON object, written while it is read.

IAM: that of `connect_tools.tenants.kept` and `connect_tools.operator_log`.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from connect_cli.errors import CommandError
from connect_jira.aws.dynamodb import Row
from connect_tools.json_output import ObjectWriter
from connect_tools.operator_log import recorded
from connect_tools.target_stack import Stack
from connect_tools.tenants.kept import Kept
from connect_tools.tenants.listing import summary_of
from connect_tools.tenants.sites import Sites

LEFT_OUT = "a secret, left out"

NOT_HERE = (
    "the shared secret, Forge's tokens, and the values of site.secrets",
    "what waits in JiraCalls: it cannot be seen without taking it from a worker",
    "lines of the logs, traces, and backups of the tables",
    "tables and other places of the app's own",
)


def export(stack: Stack, typed: str, *, output: Path | None) -> None:
    """Write everything kept of a site, without its secrets.

    Args:
        stack: that keeps it
        typed: name of the site, as for `Sites.find`
        output: a new file, readable by its owner only; None for stdout

    Raises:
        CommandError: there is no such site, the file is there, or AWS does not say
    """
    site = Sites(stack).find(typed)
    kept = Kept(stack, site)
    with recorded(stack, "tenants export", site=site.tenant) as entry, _opened(output) as file:
        with ObjectWriter(file) as document:
            document.member("site", summary_of(site, kept.activity))
            document.member("installations", [_plain(row) for row in kept.installations])
            document.member("siteIds", kept.site_ids)
            counts = {
                "data": document.array("data", map(_of_data, kept.data())),
                "secretNames": document.array("secretNames", kept.secret_names()),
                "workDone": document.array("workDone", map(_of_work, kept.work_done())),
                "deadLetters": document.array("deadLetters", kept.dead_letters()),
                "largeMessages": document.array("largeMessages", kept.large_messages()),
            }
            document.member("notHere", NOT_HERE)
        entry.outcome = ", ".join(f"{number} {name}" for name, number in counts.items())
    click.echo(f"Exported: {entry.outcome}.", err=True)


@contextlib.contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """Open a file that is there under its name only when it is complete."""
    if output is None:
        yield sys.stdout
        return
    if output.exists():
        raise CommandError(f"{output} is there already: give another file")
    part = output.with_name(f"{output.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    except OSError as refused:
        raise CommandError(f"{part} cannot be written: {refused.strerror}") from refused
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o600)
            yield file
        part.rename(output)
    finally:
        part.unlink(missing_ok=True)


def _plain(value: Any) -> Any:  # noqa: ANN401 - a row's value to a JSON value
    match value:
        case bytes() | bytearray():
            return LEFT_OUT
        case dict():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(member) for member in value]
        case _:
            return value


def _of_data(entry: Any) -> Row:  # noqa: ANN401 - an Entry
    return {"key": entry.key, "value": entry.value, "version": entry.version, "expiresAt": entry.expires_at}


def _of_work(row: Row) -> Row:
    plain: Row = _plain(row)
    return {**plain, "result": json.loads(plain["result"])} if "result" in plain else plain
