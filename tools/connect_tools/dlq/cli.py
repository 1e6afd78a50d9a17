"""`connect dlq`: what has failed for good."""

import sys

import click

from connect_cli.options import AS_JSON
from connect_tools.stack_options import of_a_stack, stack_of


@click.group(no_args_is_help=True)
def dlq() -> None:
    """The messages of FailedJiraCalls, whose work has failed for good."""


@dlq.command("list")
@of_a_stack
@AS_JSON
def list_failed(*, stack: str | None, local: bool, port: int, as_json: bool) -> None:
    """Each message: its id, age, kind, site, what was to be done, and the reason."""
    from connect_tools.dlq import command  # noqa: PLC0415 - boto3 is slow to import

    command.list_failed(stack_of(stack, port, local=local), as_json=as_json)


@dlq.command()
@click.argument("message_id", metavar="ID")
@of_a_stack
@AS_JSON
def show(*, message_id: str, stack: str | None, local: bool, port: int, as_json: bool) -> None:
    """Everything about one message, its content too, and what to do; the beginning of its ID is enough."""
    from connect_tools.dlq import command  # noqa: PLC0415 - boto3 is slow to import

    command.show_failed(stack_of(stack, port, local=local), message_id, as_json=as_json)


@dlq.command()
@click.argument("message_ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Every message.")
@click.option("--again", is_flag=True, help="Also what may have been done: then it may be done twice.")
@of_a_stack
@AS_JSON
def redrive(
    *,
    message_ids: tuple[str, ...],
    everything: bool,
    again: bool,
    stack: str | None,
    local: bool,
    port: int,
    as_json: bool,
) -> None:
    """Put messages back where they came from, to be done as if for the first time.

    What may have been done (effect-unknown) stays, unless --again says otherwise. Exit status 1
    when one stays.
    """
    from connect_tools.dlq import command  # noqa: PLC0415 - boto3 is slow to import

    if everything == bool(message_ids):
        raise click.UsageError("give the IDs of messages, or --all")
    where = stack_of(stack, port, local=local)
    sys.exit(0 if command.redrive_failed(where, message_ids, again=again, as_json=as_json) else 1)
