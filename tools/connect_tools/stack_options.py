"""The options that say which stack a command works on."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from connect_cli.options import PORT

if TYPE_CHECKING:
    from connect_tools.target_stack import Stack

_STACK = (
    click.option("--port", type=PORT, default=3000, show_default=True, help="Where its app is."),
    click.option("--local", is_flag=True, help="The stack of a running connect up; the default."),
    click.option("--stack", metavar="NAME", help="A deployed stack."),
)


def of_a_stack[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """Options of a command that works on a stack; `stack_of` takes their values."""
    for option in _STACK:
        command = option(command)
    return command


def stack_of(name: str | None, port: int, *, local: bool) -> "Stack":
    """The stack that the options say.

    Raises:
        UsageError: they say two
        CommandError: it is not there
    """
    from connect_tools.target_stack import deployed_stack, running_stack  # noqa: PLC0415 - boto3 is slow to import

    if name and local:
        raise click.UsageError("give --stack or --local, not both")
    return deployed_stack(name) if name else running_stack(port)
