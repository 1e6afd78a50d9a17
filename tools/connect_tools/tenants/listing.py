"""`connect tenants list`: a line for each site, as the pages of the table come.

IAM: that of `connect_tools.tenants.sites`, and `dynamodb:BatchGetItem` on Activity.
"""

import time
from collections.abc import Collection, Iterator
from typing import Any

import click

from connect_doctor.redaction import visible
from connect_jira.installations.activity import SiteActivity, activity_of
from connect_tools.json_output import print_array
from connect_tools.stack_services import rows_by_key, service_of
from connect_tools.target_stack import Stack
from connect_tools.tenants.known_site import KnownSite
from connect_tools.tenants.sites import Sites
from connect_tools.times import age, iso

type _Listed = tuple[KnownSite, SiteActivity]


def list_sites(stack: Stack, *, states: Collection[str], transports: Collection[str], as_json: bool) -> None:
    """Print the sites, each as soon as it is known.

    Args:
        stack: with the sites
        states: values of `SiteState`; only sites in one of them, and all if there is none
        transports: of `Transport`; likewise
        as_json: for the output

    Raises:
        CommandError: AWS does not say
    """
    now = time.time()
    listed = (
        one
        for one in _listed(stack)
        if (not states or one[0].state(now) in states)
        and (not transports or one[0].transport(now) in transports)
    )
    if as_json:
        print_array("sites", (summary_of(site, activity) for site, activity in listed))
        return
    is_empty = True
    for site, activity in listed:
        is_empty = False
        click.echo("  ".join(visible(column) or "-" for column in _columns(site, activity, now)))
    if is_empty:
        click.echo("There is no such site." if states or transports else "No site has the app.")


def _listed(stack: Stack) -> Iterator[_Listed]:
    dynamodb, table = service_of(stack, "dynamodb"), stack.resource("Activity")
    for sites in Sites(stack).pages():
        rows = rows_by_key(dynamodb, table, (site.tenant for site in sites))
        for site in sites:
            yield site, activity_of(rows.get(site.tenant, {}))


def _columns(site: KnownSite, activity: SiteActivity, now: float) -> Iterator[str]:
    yield site.tenant
    yield site.state(now)
    yield site.transport(now)
    yield site.version
    event, call = activity.last_webhook, activity.last_call
    yield f"{event.event} {age(event.at)}" if event else ""
    yield f"{call.call} {call.status} {age(call.at)}" if call else ""
    yield site.address


def summary_of(site: KnownSite, activity: SiteActivity) -> dict[str, Any]:
    """Return what `list` prints of a site, as JSON."""
    now, event, call = time.time(), activity.last_webhook, activity.last_call
    return {
        "clientKey": site.tenant,
        "state": site.state(now),
        "transport": site.transport(now),
        "version": site.version or None,
        "address": site.address or None,
        "lastEvent": {"event": event.event, "at": iso(event.at)} if event else None,
        "lastCall": {"call": call.call, "status": call.status, "at": iso(call.at)} if call else None,
    }
