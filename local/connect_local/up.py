"""`connect up`: the stack, until Ctrl-C."""

import signal
import threading
from collections.abc import Sequence

from rich.console import Console

from connect_local.check import faults
from connect_local.jira.journal import RecordedRequest
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
) -> None:
    """Start the stack, say where it is and what happens in it, and stop it on SIGINT or SIGTERM."""
    console = Console(highlight=False, soft_wrap=True)
    stopping = threading.Event()

    def stop(number: int, _frame: object) -> None:
        stopping.set()
        signal.signal(number, signal.SIG_DFL)  # a second one does not wait

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)

    def on_log(function: str, line: str) -> None:
        console.print(f"[dim]{function}[/]", end=" ")
        console.print(line, markup=False)

    def on_jira_request(request: RecordedRequest) -> None:
        colour = "green" if request.reason is None else "red"
        console.print(f"[{colour}]jira[/]", *filter(None, [request.site]), end=" ")
        console.print(request.method, request.path, request.status, request.reason or "", markup=False)
        if request.finding:
            console.print(f"     {request.finding.seen}. {request.finding.fix}", markup=False)

    options = StackOptions(
        port=port,
        jira_port=jira_port,
        install_keys_urls=install_keys_urls,
        extra_site_url=extra_site_url,
        forge_jwks_url=forge_jwks_url,
        engine=engine,
        record=record,
        on_log=on_log,
        on_jira_request=on_jira_request,
    )
    with LaptopStack(options) as stack:
        console.print(f"[bold]App[/]   {stack.descriptor_url}")
        if stack.jira:
            console.print(f"[bold]Jira[/]  {stack.jira.base_url}")
        for fault in faults():
            console.print("[red]check[/]", end=" ")
            console.print(fault, markup=False)
        console.print("Ctrl-C stops everything.")
        stopping.wait()
        console.print("Stopping …")
