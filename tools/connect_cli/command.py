"""The `connect` command."""

import sys
from importlib.util import find_spec

import click

from connect_cli.errors import CommandError
from connect_cli.plugins import commands, to_install
from connect_jwt.errors import ConnectError


class _InstalledCommands(click.Group):
    """The commands of every installed distribution, each loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """Their names, in the order of the alphabet."""
        return sorted(commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        """A command by its name."""
        entry = commands().get(cmd_name)
        loaded: click.Command | None = entry.load() if entry else None
        return loaded

    def invoke(self, ctx: click.Context) -> object:
        """Run what was typed, or say what it needs.

        Raises:
            CommandError: an extra of its distribution is not installed
        """
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as missing:
            name = ctx.invoked_subcommand or ""
            module = (missing.name or "").partition(".")[0]
            entry = commands().get(name)
            if entry is None or not entry.extras or find_spec(module):
                raise
            raise CommandError(
                f"{name} needs {module}, which comes with pip install '{to_install(entry)}'"
            ) from missing


@click.group(cls=_InstalledCommands, context_settings={"help_option_names": ["-h", "--help"]})
def connect() -> None:
    """A Jira app's backend: run it here, ask it for calls, and see what fails."""


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
