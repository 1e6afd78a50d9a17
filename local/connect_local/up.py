"""`connect up`: the stack, until Ctrl-C."""

import signal
import threading
from typing import Any

from connect_local.checking import Checking
from connect_local.console import AsLambdaWrites, ForPeople
from connect_local.laptop.stack import LaptopStack, StackOptions

_STOPPING = {"SIGINT", "SIGTERM", "SIGHUP"}  # the last, which Windows has not, when its terminal is closed

_LOOK_SECONDS = 0.5
"""Python handles a signal when this thread wakes, and the system may have woken another."""


def run(*, as_json: bool, **options: Any) -> None:  # noqa: ANN401 - of `StackOptions`
    """Start the stack, say where it is and what happens in it, and stop it on a signal.

    Args:
        as_json: True for the functions' output as it is
        options: those of the stack
    """
    printer = AsLambdaWrites() if as_json else ForPeople()
    stopping = threading.Event()

    def stop(number: int, _frame: object) -> None:
        stopping.set()
        signal.signal(number, signal.SIG_DFL)  # a second one does not wait

    for name in _STOPPING & {number.name for number in signal.Signals}:
        signal.signal(signal.Signals[name], stop)

    checking = Checking(
        tell=lambda fault: printer.tell("check", fault, "red"),
        mended=lambda: printer.announce("check", "everything fits together again"),
    )

    def announce(what: str, sentence: str) -> None:
        printer.announce(what, sentence)
        checking.again()

    stack_options = StackOptions(
        **options,
        watch=True,
        on_log=printer.function,
        on_trouble=printer.tell,
        on_reload=announce,
        on_jira_request=printer.jira,
        app_faults=lambda: checking.faults,
    )
    with LaptopStack(stack_options) as stack:
        printer.say(f"[bold]App[/]   {stack.descriptor_url}")
        if stack.jira:
            printer.say(f"[bold]Jira[/]  {stack.jira.base_url}")
        checking.again()
        printer.say("Ctrl-C stops everything.")
        while not stopping.wait(_LOOK_SECONDS):
            pass
        printer.say("Stopping …")
