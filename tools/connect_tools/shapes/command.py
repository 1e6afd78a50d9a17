"""The command: gather, compare, print."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import click

from connect_cli.errors import CommandError
from connect_tools.shapes.comparison import by_kind, differences, laptops_kinds


def print_shapes(records: Iterable[Mapping[str, Any]], *, how_to_record: str) -> None:
    """Print the file to send on stdout, and on stderr what differs from the laptop.

    Args:
        records: `kind` and `shape` of each
        how_to_record: advice if there are none

    Raises:
        CommandError: nothing was recorded
    """
    kinds = by_kind(records)
    if not kinds:
        raise CommandError(f"nothing was recorded: {how_to_record}")
    differing = list(differences(kinds, laptops_kinds()))
    click.echo(json.dumps({"kinds": kinds, "differs": differing}, indent=1, ensure_ascii=False))
    for sentence in differing or ["Nothing differs from what the laptop's Jira and Forge send."]:
        click.echo(sentence, err=True)
