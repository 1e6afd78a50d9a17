"""`connect tenants pause` and `resume`: a site gets no calls from the queue, until `installed` or `resume`.

The row is written on the condition that nobody has written it meanwhile, so what Jira tells of the site at
that moment is not lost, and counts.

IAM: that of `connect_tools.tenants.sites` and `connect_tools.operator_log`; `dynamodb:GetItem` and
`dynamodb:PutItem` on Installations, and for its key `kms:GenerateDataKey`.
"""

import json
import time
from functools import partial

import click

from connect_cli.errors import CommandError
from connect_doctor.redaction import visible
from connect_jira.installations.installation import Installation, PauseReason, paused, resumed
from connect_jira.installations.store import InstallationStore
from connect_tools.operator_log import recorded
from connect_tools.stack_services import service_of
from connect_tools.target_stack import Stack
from connect_tools.tenants.known_site import KnownSite
from connect_tools.tenants.sites import Sites


def pause(stack: Stack, typed: str, *, as_json: bool) -> None:
    """Pause a site by hand.

    Args:
        stack: with the site
        typed: name of the site, as for `Sites.find`
        as_json: for the output

    Raises:
        CommandError: it cannot be paused, or AWS refuses
    """
    _change(stack, typed, is_to_pause=True, as_json=as_json)


def resume(stack: Stack, typed: str, *, as_json: bool) -> None:
    """End a pause, whoever began it; arguments and errors as for `pause`."""
    _change(stack, typed, is_to_pause=False, as_json=as_json)


def pause_refused(stack: Stack, site: KnownSite) -> bool:
    """Pause a site whose secret Jira has just refused; return whether it is paused.

    It is not if `installed` or `uninstalled` has come since the site was read.

    Raises:
        CommandError: AWS refuses
    """

    def refused(row: Installation | None) -> Installation | None:
        is_as_read = row is not None and site.connect is not None and row.signed_at == site.connect.signed_at
        return paused(row, PauseReason.REFUSED, now=int(time.time())) if row and is_as_read else None

    _, after = _store(stack).update(site.tenant, refused)
    return after is not None and after.pause is not None


def resume_taken(stack: Stack, site: KnownSite) -> bool:
    """End the pause of a site whose secret Jira takes again; return whether it was paused for that.

    Raises:
        CommandError: AWS refuses
    """

    def taken(row: Installation | None) -> Installation | None:
        is_for_that = row is not None and row.pause and row.pause.reason is PauseReason.REFUSED
        return resumed(row, now=int(time.time())) if row and is_for_that else None

    before, after = _store(stack).update(site.tenant, taken)
    return after is not before


def _change(stack: Stack, typed: str, *, is_to_pause: bool, as_json: bool) -> None:
    site = Sites(stack).find(typed)
    if site.connect is None:
        raise CommandError(
            f"{visible(site.tenant)} has the app by Forge alone, which cannot be paused: "
            "its calls end by themselves when Forge brings no more tokens"
        )
    if site.connect.sealed_secret is None:
        raise CommandError(f"{visible(site.tenant)} has uninstalled the app: it gets no calls")
    change = partial(paused, reason=PauseReason.BY_HAND) if is_to_pause else resumed

    def changed(row: Installation | None) -> Installation | None:
        return change(row, now=int(time.time())) if row and row.sealed_secret else None

    with recorded(stack, "tenants pause" if is_to_pause else "tenants resume", site=site.tenant) as entry:
        before, after = _store(stack).update(site.tenant, changed)
        is_paused = after is not None and after.pause is not None
        entry.outcome = ("paused" if is_paused else "not paused") + ("" if after is not before else " before")
    if as_json:
        click.echo(
            json.dumps({"clientKey": site.tenant, "paused": is_paused, "changed": after is not before})
        )
    elif is_paused:
        click.echo(f"{visible(site.tenant)} is paused: what is queued for it waits.")
    else:
        click.echo(f"{visible(site.tenant)} is not paused: what has waited is done within the hour.")


def _store(stack: Stack) -> InstallationStore:
    return InstallationStore(service_of(stack, "dynamodb"), table=stack.resource("Installations"))
