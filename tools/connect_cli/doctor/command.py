"""The command: read, diagnose, print."""

import io
import json
import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console

from connect_cli.doctor.evidence import gather
from connect_cli.doctor.options import Options
from connect_cli.doctor.report import Report
from connect_cli.inputs import Inputs, as_usage_error
from connect_cli.plugins import for_doctor
from connect_doctor.as_json import as_json
from connect_doctor.examination import Examined, examine
from connect_jwt.diagnosis import Verdict
from connect_jwt.identity import ClientKey

if TYPE_CHECKING:
    from collections.abc import Callable


@as_usage_error()
def run(options: Options) -> bool:
    """Do what was asked; whether every token is accepted.

    Raises:
        UsageError: the input cannot be used
        CommandError: a stack gives no answer
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a pipe on Windows does not take every character
    console = Console(highlight=False)
    if options.source() == "explain":
        from connect_cli.doctor.explain import explain  # noqa: PLC0415 - needs no diagnosis, nor that this

        explain(options.explain or "", console)
        return True
    examined = _examined(options)
    if options.as_json:
        documents = [as_json(one) for one in examined]
        click.echo(json.dumps(documents if len(documents) > 1 else documents[0]))
    else:
        _report(console, examined)
    return all(one.diagnosis.verdict is Verdict.ACCEPTED for one in examined)


def _examined(options: Options) -> list[Examined]:
    if options.source() in {"stack", "local"}:
        return [_asked(options)]
    gathered = gather(options, Inputs())
    examined = [examine(request, app_base_url=gathered.app.base_url) for request in gathered.requests]
    if options.key_host is None:
        return examined
    from connect_cli.doctor.key_host import settled  # noqa: PLC0415 - asks another host, which is rare

    return [settled(one, options.key_host) for one in examined]


def _asked(options: Options) -> Examined:
    if not options.client_key:
        raise click.UsageError("say which site with --client-key: its clientKey is in the installed payload")
    source = options.source() or ""
    ask: Callable[[Options, ClientKey], Examined] | None = for_doctor(source)
    if ask is None:
        raise click.UsageError(f"--{source} comes with another distribution: pip install connect-lambda")
    return ask(options, ClientKey(options.client_key))


def _report(console: Console, examined: list[Examined]) -> None:
    for number, one in enumerate(examined, 1):
        if number > 1:
            console.print()
        Report(console, one).print(heading=f"{number} of {len(examined)}" if len(examined) > 1 else "")
