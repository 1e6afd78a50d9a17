"""`connect forge`: the app as Atlassian's Forge delivers it."""

from typing import Any

import click


@click.group()
def forge() -> None:
    """The app as Atlassian's Forge delivers it."""


@forge.command()
@click.option("--base-url", metavar="URL", help="Where the app is reached; the descriptor may leave it open.")
@click.option("--key", metavar="KEY", help="Of the Connect app; the descriptor may leave it open.")
@click.option("--app-id", metavar="ARI", help="Of the Forge app; else what the output file has of it.")
@click.option("--stage", default="dev", metavar="NAME", show_default=True, help="Whose key the app has.")
@click.option("--descriptor", metavar="FILE", help="Another than the project's own.")
@click.option(
    "--output", default="manifest.yml", metavar="FILE|-", show_default=True, help="Where to write it."
)
@click.option("--force", is_flag=True, help="Replace what you say otherwise, or a file that is no manifest.")
def manifest(**options: Any) -> None:  # noqa: ANN401 - click passes options by name
    """Write a Forge manifest from the descriptor; stderr says what of it has no place there.

    In a manifest that is there, only what this command has written is renewed, and what is missing added.
    """
    from connect_tools.forge.command import Options, run  # noqa: PLC0415 - `connect qsh` needs none of it

    run(Options(**options))
