"""`connect smoke`: is a deployment whole?"""

import click

from connect_cli.options import AS_JSON
from connect_tools.stack_options import of_a_stack, stack_of


@click.command()
@of_a_stack
@click.option(
    "--patience",
    type=click.IntRange(1, 600),
    default=90,
    show_default=True,
    metavar="SECONDS",
    help="How long a message may take from the bus or the queue to the worker.",
)
@click.option(
    "--alarms",
    type=click.Choice(["all", "release"]),
    default="all",
    show_default=True,
    help="Which count: for release those that stop a gradual deployment, which no stranger can raise.",
)
@AS_JSON
def smoke(*, stack: str | None, local: bool, port: int, patience: int, alarms: str, as_json: bool) -> None:
    """Look whether a stack is whole: a minute after a deployment, and without a site.

    Exit status 0 if it is. Else 1, with the first thing that is not, and what to do.
    """
    from connect_tools.smoke import command, deployment  # noqa: PLC0415 - boto3 is slow to import

    where = stack_of(stack, port, local=local)
    counting = deployment.stopping_alarms() if alarms == "release" else None
    found = (
        deployment.deployed(where, stack, counting=counting)
        if stack
        else deployment.on_the_laptop(where, port)
    )
    command.look(found, patience=patience, as_json=as_json)
