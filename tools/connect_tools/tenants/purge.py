"""`connect tenants purge`: everything that is kept of a site, removed.

IAM: that of `connect_tools.tenants.purge_target` and `connect_tools.tenants.purging`, and of
`connect_tools.operator_log`.
"""

import json
import time

import click

from connect_cli.errors import CommandError
from connect_doctor.redaction import visible
from connect_tools.operator_log import recorded
from connect_tools.target_stack import Stack
from connect_tools.tenants.purge_target import Target, Targets
from connect_tools.tenants.purging import Purged, Purging
from connect_tools.tenants.removal import Removal

_NOT_REACHED = """\
The queue cannot be searched: workers drop the site's messages when their turn comes, within 12 hours.
Not removed: logs (as long as LogRetentionDays), traces (30 days), backups of the tables (35 days, and your
own), and what your own tables and other systems hold of the site."""


def purge(stack: Stack, typed: str, *, yes: bool, although_installed: bool, as_json: bool) -> None:
    """Show what is kept of a site, ask, remove it, and say what was removed.

    Args:
        stack: with the site
        typed: the site, as for `Sites.find`
        yes: True if nothing is asked
        although_installed: True if a site that has the app is removed, too
        as_json: for the output

    Raises:
        CommandError: there is no such site, it has the app, or AWS refuses
    """
    target = Targets(stack).find(typed)
    name = target.keys[0]
    is_rest = target.is_installed and not although_installed
    if is_rest and target.tombstone is None:
        raise CommandError(
            f"{visible(name)} has the app: have it uninstalled first, or give --although-installed"
        )
    if not yes:
        _show(target, Removal(stack, target.keys), is_rest=is_rest)
        if not click.confirm("Remove all of it?", err=True):
            raise CommandError("nothing is removed")
    click.echo(f"Interrupted, it goes on by: connect tenants purge {visible(name)}", err=True)
    purging = Purging(stack, target, wait=_wait)
    with recorded(stack, "tenants purge", site=name) as entry:
        purged = purging.finish() if is_rest else purging.purge(although_installed=although_installed)
        entry.outcome = ", ".join(f"{kind} {number}" for kind, number in purged.removed.items() if number)
    _tell(target, purged, as_json=as_json)


def _wait(seconds: float) -> None:
    click.echo(
        f"Its rows are gone. The rest goes in {seconds:.0f} seconds: functions may have some in hand.",
        err=True,
    )
    time.sleep(seconds)


def _show(target: Target, removal: Removal, *, is_rest: bool) -> None:
    click.echo(f"{visible(' '.join((*target.keys, target.address)))}", err=True)
    if is_rest:
        click.echo("It has the app again since it was purged: only what is older than that goes.", err=True)
    elif target.is_installed:
        click.echo("It has the app: it stops working there, and Jira is not told.", err=True)
    for kind, number in removal.count().items():
        click.echo(f"{kind:<15}{number:>9,}", err=True)


def _tell(target: Target, purged: Purged, *, as_json: bool) -> None:
    if as_json:
        click.echo(
            json.dumps(
                {
                    "keys": target.keys,
                    "removed": dict(purged.removed),
                    "dropped": purged.dropped,
                    "cameBack": purged.came_back,
                    "dataStay": purged.data_stay,
                }
            )
        )
        return
    for kind, number in purged.removed.items():
        click.echo(f"{kind:<15}{number:>9,}  removed")
    click.echo(f"{'queued':<15}{purged.dropped:>9,}  dropped by workers until now")
    if purged.came_back:
        click.echo("The site has the app again: what it has sent or kept since stays.")
    if purged.data_stay:
        click.echo("Its data stay, since an installation uses them.")
    click.echo(_NOT_REACHED)
