"""`connect shapes`: what Jira and Forge really send."""

import click

from connect_tools.stack_options import of_a_stack


@click.command()
@of_a_stack
@click.option(
    "--hours", type=click.IntRange(1, 8760), default=24, show_default=True, help="How far back on a stack."
)
def shapes(*, stack: str | None, local: bool, port: int, hours: int) -> None:
    """Print what was recorded of requests and answers: names, nesting and types, and no value.

    A stack records with the parameter RecordShapes=true, the laptop with connect up --record.
    stdout is a file to send to the project; stderr says what differs from what the laptop sends.
    """
    from connect_tools.shapes import command, gathering  # noqa: PLC0415 - boto3 is slow to import
    from connect_tools.target_stack import deployed_stack  # noqa: PLC0415 - likewise

    if stack and local:
        raise click.UsageError("give --stack or --local, not both")
    if stack:
        records = gathering.recorded_by(deployed_stack(stack), hours=hours)
        command.print_shapes(records, how_to_record="deploy with RecordShapes=true, and have something sent")
    else:
        command.print_shapes(
            gathering.recorded_here(port), how_to_record="run connect up --record, and have something sent"
        )
