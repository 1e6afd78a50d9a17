"""`connect up`: the stack, until Ctrl-C."""

import signal
import threading
from collections.abc import Sequence

from connect_local.checking import Checking
from connect_local.console import AsLambdaWrites, ForPeople
from connect_local.laptop.stack import LaptopStack, StackOptions


def run(
    *,
    port: int,
    jira_port: int | None,
    install_keys_urls: Sequence[str],
    extra_site_url: str | None,
    forge_jwks_url: str | None,
    engine: str,
    record: bool,
    as_json: bool,
) -> None:
    """Start the stack, say where it is and what happens in it, and stop it on SIGINT or SIGTERM."""
    printer = AsLambdaWrites() if as_json else ForPeople()
    stopping = threading.Event()

    def stop(number: int, _frame: object) -> None:
        stopping.set()
        signal.signal(number, signal.SIG_DFL)  # a second one does not wait

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)

    checking = Checking(
        tell=lambda fault: printer.tell("check", fault, "red"),
        mended=lambda: printer.announce("check", "everything fits together again"),
    )

    def announce(what: str, sentence: str) -> None:
        printer.announce(what, sentence)
        checking.again()

    options = StackOptions(
        port=port,
        jira_port=jira_port,
        install_keys_urls=install_keys_urls,
        extra_site_url=extra_site_url,
        forge_jwks_url=forge_jwks_url,
        engine=engine,
        record=record,
        watch=True,
        on_log=printer.function,
        on_trouble=printer.tell,
        on_reload=announce,
        on_jira_request=printer.jira,
    )
    with LaptopStack(options) as stack:
        printer.say(f"[bold]App[/]   {stack.descriptor_url}")
        if stack.jira:
            printer.say(f"[bold]Jira[/]  {stack.jira.base_url}")
        checking.again()
        printer.say("Ctrl-C stops everything.")
        stopping.wait()
        printer.say("Stopping …")
