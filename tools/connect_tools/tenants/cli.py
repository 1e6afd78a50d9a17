"""`connect tenants`: the sites that have the app."""

import sys
from pathlib import Path

import click

from connect_cli.options import AS_JSON
from connect_tools.stack_options import of_a_stack, stack_of
from connect_tools.tenants.known_site import SiteState, Transport


@click.group(no_args_is_help=True)
def tenants() -> None:
    """The sites that have the app, and what is kept of them.

    SITE is a clientKey, an address, a cloudId, a Forge installation's id, or a beginning that no other has.
    """


@tenants.command("list")
@click.option(
    "--state",
    "states",
    type=click.Choice([state.value for state in SiteState]),
    multiple=True,
    help="Only these; several times for several.",
)
@click.option(
    "--transport",
    "transports",
    type=click.Choice([transport.value for transport in Transport]),
    multiple=True,
    help="Only these; likewise.",
)
@of_a_stack
@AS_JSON
def list_sites(
    *,
    states: tuple[str, ...],
    transports: tuple[str, ...],
    stack: str | None,
    local: bool,
    port: int,
    as_json: bool,
) -> None:
    """Each site: its clientKey, state, transport, version, last event, last call and address."""
    from connect_tools.tenants import listing  # noqa: PLC0415 - boto3 is slow to import

    listing.list_sites(
        stack_of(stack, port, local=local), states=states, transports=transports, as_json=as_json
    )


@tenants.command()
@click.argument("site")
@click.option("--open", "opens", is_flag=True, help="Say whether KMS opens its secret and its tokens, too.")
@of_a_stack
@AS_JSON
def show(*, site: str, opens: bool, stack: str | None, local: bool, port: int, as_json: bool) -> None:
    """Everything known of SITE, but no secret and no token."""
    from connect_tools.tenants import showing  # noqa: PLC0415 - boto3 is slow to import

    showing.show(stack_of(stack, port, local=local), site, opens=opens, as_json=as_json)


@tenants.command()
@click.argument("site")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A new file, which only you can read; by default stdout.",
)
@of_a_stack
def export(*, site: str, output: Path | None, stack: str | None, local: bool, port: int) -> None:
    """Everything kept of SITE as one JSON object, secrets left out."""
    from connect_tools.tenants import export as command  # noqa: PLC0415 - boto3 is slow to import

    command.export(stack_of(stack, port, local=local), site, output=output)


@tenants.command()
@click.argument("site", required=False, metavar="[SITE]")
@click.option("--all", "everything", is_flag=True, help="Every site that has the app; it may take an hour.")
@click.option(
    "--pause", is_flag=True, help="Pause whose secret Jira refuses; resume whose secret Jira takes again."
)
@click.option(
    "--per-second",
    type=click.FloatRange(min=0, min_open=True),
    default=5,
    show_default=True,
    help="Most calls in a second, with --all.",
)
@of_a_stack
@AS_JSON
def test(
    *,
    site: str | None,
    everything: bool,
    pause: bool,
    per_second: float,
    stack: str | None,
    local: bool,
    port: int,
    as_json: bool,
) -> None:
    """Call SITE as the app calls it, signed, and say what comes of it.

    Exit status 1 if it does not take the call, or one of --all does not. It changes nothing without --pause.
    """
    from connect_tools.tenants import testing  # noqa: PLC0415 - boto3 is slow to import

    if everything == (site is not None):
        raise click.UsageError("give a SITE, or --all")
    where = stack_of(stack, port, local=local)
    if site is None:
        works = testing.try_all(where, per_second=per_second, pause=pause, as_json=as_json)
    else:
        works = testing.try_one(where, site, pause=pause, as_json=as_json)
    sys.exit(0 if works else 1)


@tenants.command()
@click.argument("site")
@of_a_stack
@AS_JSON
def pause(*, site: str, stack: str | None, local: bool, port: int, as_json: bool) -> None:
    """Call SITE no more from the queue: its messages wait until it sends installed, or for resume."""
    from connect_tools.tenants import pausing  # noqa: PLC0415 - boto3 is slow to import

    pausing.pause(stack_of(stack, port, local=local), site, as_json=as_json)


@tenants.command()
@click.argument("site")
@of_a_stack
@AS_JSON
def resume(*, site: str, stack: str | None, local: bool, port: int, as_json: bool) -> None:
    """Call SITE again: end its pause."""
    from connect_tools.tenants import pausing  # noqa: PLC0415 - boto3 is slow to import

    pausing.resume(stack_of(stack, port, local=local), site, as_json=as_json)


@tenants.command()
@click.option(
    "--per-second",
    type=click.FloatRange(min=0, min_open=True),
    default=50,
    show_default=True,
    help="Most requests to KMS in a second: its quota is the account's.",
)
@of_a_stack
@AS_JSON
def reseal(*, per_second: float, stack: str | None, local: bool, port: int, as_json: bool) -> None:
    """Put every secret and token under the key that the functions seal with now, and prove it.

    The functions go on meanwhile. Interrupted, it goes on when it is run again. Exit status 1 if the
    other key is still needed.
    """
    from connect_tools.tenants import reseal as command  # noqa: PLC0415 - boto3 is slow to import

    is_done = command.reseal(stack_of(stack, port, local=local), per_second=per_second, as_json=as_json)
    sys.exit(0 if is_done else 1)


@tenants.command()
@click.argument("site", required=False, metavar="[SITE]")
@click.option(
    "--hours", type=click.IntRange(1, 8760), default=24, show_default=True, help="Age of the oldest entry."
)
@of_a_stack
@AS_JSON
def log(*, site: str | None, hours: int, stack: str | None, local: bool, port: int, as_json: bool) -> None:
    """Print who did what by connect, oldest first: to SITE, given by its clientKey, or to anything."""
    from connect_tools.tenants import operators  # noqa: PLC0415 - boto3 is slow to import

    operators.print_log(stack_of(stack, port, local=local), site=site, hours=hours, as_json=as_json)


@tenants.command()
@click.option("--installations", metavar="TABLE", help="What Installations was restored to.")
@click.option("--site-data", metavar="TABLE", help="What SiteData was restored to.")
@of_a_stack
@AS_JSON
def restore(
    *,
    installations: str | None,
    site_data: str | None,
    stack: str | None,
    local: bool,
    port: int,
    as_json: bool,
) -> None:
    """Put back the rows that a table has lost, from one that was restored to an earlier point in time.

    A row that is there stays as it is. Interrupted, it goes on when it is run again.
    """
    from connect_tools.tenants import restore as command  # noqa: PLC0415 - boto3 is slow to import

    named = {"Installations": installations, "SiteData": site_data}
    tables = {logical_id: table for logical_id, table in named.items() if table}
    if not tables:
        raise click.UsageError("give --installations or --site-data, or both")
    command.restore(stack_of(stack, port, local=local), tables, as_json=as_json)


@tenants.command()
@click.argument("site", metavar="SITE")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--although-installed", is_flag=True, help="Also a site that has the app.")
@of_a_stack
@AS_JSON
def purge(
    *,
    site: str,
    yes: bool,
    although_installed: bool,
    stack: str | None,
    local: bool,
    port: int,
    as_json: bool,
) -> None:
    """Remove everything that is kept of SITE, also in the queue, the dead letters and the large messages.

    It shows what that is, and asks. It takes a minute, or six if the site had the app until now: until no
    function has anything of it in hand. Interrupted, it goes on when it is run again.
    """
    from connect_tools.tenants import purge as command  # noqa: PLC0415 - boto3 is slow to import

    if as_json and not yes:
        raise click.UsageError("--json asks nothing: give --yes, too")
    command.purge(
        stack_of(stack, port, local=local),
        site,
        yes=yes,
        although_installed=although_installed,
        as_json=as_json,
    )
