"""`connect tenants reseal`: every secret and token of a stack under the key that its functions seal with.

IAM: that of `connect_tools.tenants.resealing`; `lambda:GetFunctionConfiguration` on the functions, and
`dynamodb:DescribeTable` on the tables.
"""

import json
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import click

from connect_cli.errors import CommandError
from connect_doctor.redaction import visible
from connect_tools.operator_log import recorded
from connect_tools.pace import Pace
from connect_tools.stack_services import service_of
from connect_tools.target_stack import Stack, aws_errors
from connect_tools.tenants.resealing import Pass, Resealing
from connect_tools.tenants.secrets_key import app_key_of

OLDER_FUNCTIONS_SECONDS = 40
"""Time after which an older version of a function cannot seal any more: longer than each may run."""

SEALING = ("LifecycleFunction", "ForgeFunction", "PagesFunction", "JiraCallsFunction")
"""The functions that seal."""

_TABLES = ("Installations", "SiteData", "WorkDone")
_BACKUPS = timedelta(days=35)
_TELL_SECONDS = 5


def reseal(stack: Stack, *, per_second: float, as_json: bool) -> bool:
    """Reseal everything, prove it, and say what came of it; whether the other key is needed by nothing more.

    Args:
        stack: with the tables
        per_second: most requests to KMS in a second
        as_json: for the output

    Raises:
        CommandError: the stack is not ready, or AWS refuses
    """
    begun = time.monotonic()
    variables = {function: stack.variables(function) for function in SEALING}
    key = _key(variables)
    resealing = Resealing(
        service_of(stack, "dynamodb"),
        stack.client("kms"),
        installations=stack.resource("Installations"),
        site_data=stack.resource("SiteData"),
        app_key=app_key_of(variables[SEALING[0]]),
        key=key,
        wait=Pace(per_second).wait,
        tell=_Progress().tell,
    )

    def wait_for_older_functions() -> None:
        time.sleep(max(begun + OLDER_FUNCTIONS_SECONDS - time.monotonic(), 0))

    click.echo(f"Sealing by {key}. Interrupted, it goes on when it is run again.", err=True)
    with recorded(stack, "tenants reseal", about=key) as entry:
        resealed, proof = resealing.until_proved(before_proof=wait_for_older_functions)
        entry.outcome = f"resealed {resealed}, all of {sum(proof.found.values())} by this key"
    elsewhere = _under_another_key(stack, key)
    is_done = not (elsewhere or proof.unreadable)
    needed_until = datetime.now(UTC) + _BACKUPS
    if as_json:
        click.echo(
            json.dumps(
                {
                    "key": key,
                    "sealed": dict(proof.found),
                    "resealed": resealed,
                    "unreadable": proof.unreadable,
                    "tablesUnderAnotherKey": elsewhere,
                    "otherKeyNeeded": not is_done,
                    "backupsNeedOtherKeyUntil": needed_until.isoformat(timespec="seconds"),
                }
            )
        )
        return is_done
    for kind, number in proof.found.items():
        click.echo(f"{kind:<17}{number:>9,}")
    click.echo(f"Resealed now: {resealed:,}. No secret and no token is under another key than {key}.")
    _say(f"does not open for its owner, by any key: {what}" for what in proof.unreadable)
    _say(f"the table {table} is still encrypted by {by}" for table, by in elsewhere.items())
    if is_done:
        click.echo(
            "The stack needs the other key no more. Backups from before now do, the last until "
            f"{needed_until:%d %B %Y}."
        )
    return is_done


def _key(variables: Mapping[str, Mapping[str, str]]) -> str:
    keys = {of_function["SECRETS_KEY"] for of_function in variables.values()}
    if len(keys) > 1:
        raise CommandError("the functions seal by different keys: wait until the deployment is complete")
    return keys.pop()


def _under_another_key(stack: Stack, key: str) -> dict[str, str]:
    """Return the tables that another key encrypts, with that key; an engine may not tell."""
    dynamodb, elsewhere = stack.client("dynamodb"), {}
    for name in _TABLES:
        with aws_errors():
            table = dynamodb.describe_table(TableName=stack.resource(name))["Table"]
        encrypted_by = table.get("SSEDescription", {}).get("KMSMasterKeyArn", key)
        if encrypted_by != key:
            elsewhere[name] = encrypted_by
    return elsewhere


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(visible(line))


class _Progress:
    """Says every few seconds how far it has come."""

    def __init__(self) -> None:
        self._told_at = time.monotonic()

    def tell(self, so_far: Pass) -> None:
        now = time.monotonic()
        if now - self._told_at >= _TELL_SECONDS:
            self._told_at = now
            met = sum(so_far.found.values())
            click.echo(f"{met:,} secrets and tokens met, {so_far.resealed:,} resealed", err=True)
