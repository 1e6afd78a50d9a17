"""The `connect` command."""

import sys

import click

from connect_cli.doctor.cli import doctor
from connect_cli.errors import CommandError
from connect_cli.tokens import qsh, sign
from connect_jwt.errors import ConnectError
from connect_local.cli import demo, up
from connect_tools.call.cli import call
from connect_tools.dlq.cli import dlq
from connect_tools.forge.cli import forge
from connect_tools.shapes.cli import shapes


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def connect() -> None:
    """A Jira app's backend on AWS Lambda: run it here, ask it for calls, and see what fails."""


for _command in (up, demo, qsh, sign, doctor, call, dlq, forge, shapes):
    connect.add_command(_command)


def main() -> None:
    """Run `connect`."""
    run(connect)


def run(command: click.Command) -> None:
    """Run a command with this process's arguments; whatever is wrong is said in one line."""
    try:
        _check_text(sys.argv[1:])
        command.main(prog_name=command.name, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as no_arguments:
        no_arguments.show()
        sys.exit(2)
    except click.UsageError as wrong:
        path = wrong.ctx.command_path if wrong.ctx else command.name
        sentence = " ".join(wrong.format_message().split())
        click.echo(f"{path}: {sentence} (see {path} --help)", err=True)
        sys.exit(2)
    except (CommandError, ConnectError) as wrong:
        click.echo(f"{command.name}: {wrong}", err=True)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


def _check_text(arguments: list[str]) -> None:
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as octets:
            raise click.UsageError("an argument is not text in UTF-8") from octets
