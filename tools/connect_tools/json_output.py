"""JSON objects printed while they come into being, so that nothing is kept in memory."""

import json
from collections.abc import Iterable

import click


def print_array(name: str, members: Iterable[object]) -> None:
    """Print one object with one array, member by member.

    Args:
        name: of the array in the object
        members: JSON values
    """
    click.echo(f"{{{json.dumps(name)}: [", nl=False)
    for number, member in enumerate(members):
        click.echo((", " if number else "") + json.dumps(member), nl=False)
    click.echo("]}")
