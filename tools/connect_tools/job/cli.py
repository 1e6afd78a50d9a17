"""`connect job`: runs a job of the app now."""

import json
import uuid

import click

from connect_cli.errors import CommandError
from connect_cli.options import AS_JSON
from connect_jira.events.job_request import JOB_REQUESTED, JobRequest
from connect_jwt.identity import ClientKey
from connect_tools.registrations import OWN_FOLDERS, registered_jobs
from connect_tools.stack_options import of_a_stack, stack_of

_SOURCE = "connect"


@click.command()
@click.argument("name")
@click.option(
    "--site", metavar="C", help="One site, by its clientKey; without it, every site that has the app enabled."
)
@of_a_stack
@AS_JSON
def job(*, name: str, site: str | None, stack: str | None, local: bool, port: int, as_json: bool) -> None:
    """Run a job now, whenever it would be due.

    NAME is the job's function in functions/jira_calls. It is run from the stack's queue, with the retries of
    one that is due; what identifies this run is printed.
    """
    from connect_tools.call.calls import put_event  # noqa: PLC0415 - boto3 is slow to import
    from connect_tools.operator_log import recorded  # noqa: PLC0415 - likewise

    jobs = registered_jobs(OWN_FOLDERS)
    if name not in jobs:
        known = f"there are {', '.join(sorted(jobs))}" if jobs else 'write @reactions.every("day") above it'
        raise CommandError(f"functions/jira_calls has no job {name}: {known}")
    request = JobRequest(
        job=name, slot=f"asked for {uuid.uuid4()}", client_key=ClientKey(site) if site else None
    )
    where = stack_of(stack, port, local=local)
    with recorded(where, "job", site=site, about=name) as entry:
        put_event(where, source=_SOURCE, detail_type=JOB_REQUESTED, detail=request.to_fields())
        entry.outcome = "asked for"
    click.echo(json.dumps({"job": name, "slot": request.slot}) if as_json else request.slot)
