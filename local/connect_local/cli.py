"""`connect up`, `connect demo` and `connect invoke`: the stack on this laptop."""

import sys
from pathlib import Path
from typing import Any

import click

from connect_cli.errors import CommandError
from connect_cli.options import PORT
from connect_tools import project
from connect_tools.init import demonstration
from connect_tools.project import import_project


@click.command()
@click.option("--port", type=PORT, default=3000, show_default=True, help="Where the app is.")
@click.option("--jira-port", type=PORT, default=2990, show_default=True, help="Where the laptop's Jira is.")
@click.option("--no-jira", is_flag=True, help="Without the laptop's Jira.")
@click.option(
    "--install-keys-url",
    "install_keys_urls",
    metavar="URL",
    multiple=True,
    help="Trust the install keys of this host; of several the first is asked first.",
)
@click.option(
    "--extra-site-url", metavar="URL", help="Where another Jira is, itself a site or with sites below it."
)
@click.option("--forge-jwks-url", metavar="URL", help="Trust the Forge invocation tokens of this key set.")
@click.option(
    "--engine",
    type=click.Choice(["moto", "dynamodb-local"]),
    default="moto",
    show_default=True,
    help="What the table is in.",
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Go on with what was kept in this folder, and keep it there.",
)
@click.option("--record", is_flag=True, help="Record the shapes of what is sent, for connect shapes.")
@click.option("--json", "as_json", is_flag=True, help="The functions' output as it is, the rest on stderr.")
def up(port: int, jira_port: int, no_jira: bool, **options: Any) -> None:  # noqa: ANN401, FBT001 - click passes options by name
    """Run the stack until Ctrl-C."""
    import_project()
    from connect_local.up import run  # noqa: PLC0415 - its server is slow to import

    run(port=port, jira_port=None if no_jira else jira_port, **options)


@click.command()
@click.option("--forge", "by_forge", is_flag=True, help="As an app that Forge delivers, without Connect.")
def demo(by_forge: bool) -> None:  # noqa: FBT001 - as above
    """The main job, narrated: install, event, signed call. Exit 0 only if every step held."""
    import_project()
    if not demonstration.is_in(project.PROJECT):
        raise CommandError("connect init took the demonstration away; connect up runs your app")
    from connect_local.demo.connect import run  # noqa: PLC0415 - as above
    from connect_local.demo.forge import ForgeDemo  # noqa: PLC0415 - as above

    sys.exit(0 if run(ForgeDemo if by_forge else None) else 1)


@click.command()
@click.argument("function")
@click.argument("event", required=False)
@click.option("--last", is_flag=True, help="With the event that it got last in connect up.")
@click.option("--port", type=PORT, default=3000, show_default=True, help="Where the app of connect up is.")
def invoke(function: str, event: str | None, last: bool, port: int) -> None:  # noqa: FBT001 - as above
    """Run a FUNCTION in this process, for a debugger, with the EVENT of a JSON file (-: standard input).

    connect up has to run; FUNCTION is its logical id or its folder's name.
    """
    import_project()
    from connect_local.invoke import run  # noqa: PLC0415 - as above

    run(function, event, last=last, port=port)
