"""The `connect` command."""

import sys

import click

from connect_jwt.errors import ConnectError
from connect_local.cli.call import call
from connect_local.cli.dlq import dlq
from connect_local.cli.doctor import doctor
from connect_local.cli.forge import forge
from connect_local.cli.laptop import demo, up
from connect_local.cli.shapes import shapes
from connect_local.cli.soak import soak
from connect_local.cli.tokens import qsh, sign
from connect_local.errors import LaptopError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def connect() -> None:
    """A Jira app's backend on AWS Lambda: run it here, ask it for calls, and see what fails."""


for command in (up, demo, qsh, sign, doctor, call, dlq, forge, shapes, soak):
    connect.add_command(command)


def main() -> None:
    """Run the command; whatever is wrong is said in one line."""
    try:
        _check_text(sys.argv[1:])
        connect.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as no_arguments:
        no_arguments.show()
        sys.exit(2)
    except click.UsageError as wrong:
        command = wrong.ctx.command_path if wrong.ctx else "connect"
        sentence = " ".join(wrong.format_message().split())
        click.echo(f"{command}: {sentence} (see {command} --help)", err=True)
        sys.exit(2)
    except (LaptopError, ConnectError) as wrong:
        click.echo(f"connect: {wrong}", err=True)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


def _check_text(arguments: list[str]) -> None:
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as octets:
            raise click.UsageError("an argument is not text in UTF-8") from octets
