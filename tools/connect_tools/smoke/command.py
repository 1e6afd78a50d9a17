"""The command: one check after the other, until one fails."""

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import click

from connect_cli.errors import CommandError
from connect_doctor.redaction import visible
from connect_tools.smoke.alarms import check_alarms
from connect_tools.smoke.app_answers import AppAnswers
from connect_tools.smoke.deployment import Deployment
from connect_tools.smoke.function_answers import FunctionAnswers

_OUTPUTS = ("DescriptorUrl", "JiraCallsFunctionName", "FailedJiraCallsQueueUrl", "BusName")
_SETTLED = ("_COMPLETE", "_CLEANUP_IN_PROGRESS")


def look(deployment: Deployment, *, patience: float, as_json: bool) -> None:
    """Make every check, and print each with what it has seen and how long it took.

    Args:
        deployment: to look at
        patience: time that a message may take to come through, in seconds
        as_json: for the output

    Raises:
        CommandError: the first check that fails
    """
    done: list[dict[str, Any]] = []
    failure: CommandError | None = None
    for name, check in _checks(deployment, patience):
        begun = time.monotonic()
        try:
            seen = check()
        except CommandError as failed:
            failure, seen = failed, str(failed)
        done.append(
            {
                "check": name,
                "ok": failure is None,
                "seconds": round(time.monotonic() - begun, 1),
                "seen": visible(seen),
            }
        )
        if failure:
            break
        if not as_json:
            click.echo(f"ok  {name:<18}{done[-1]['seconds']:>6.1f} s  {done[-1]['seen']}")
    if as_json:
        click.echo(json.dumps({"ok": failure is None, "checks": done}))
    if failure:
        raise CommandError(f"{done[-1]['check']}: {done[-1]['seen']}") from failure


def _checks(deployment: Deployment, patience: float) -> Iterator[tuple[str, Callable[[], str]]]:
    app, functions = AppAnswers(deployment), FunctionAnswers(deployment.stack, patience=patience)
    yield "outputs", partial(_check_outputs, deployment)
    yield "descriptor", app.check_descriptor
    yield "urls", app.check_urls
    for name, (function, advice) in _OF_FUNCTIONS.items():
        yield name, partial(functions.check, function, name, advice=advice)
    yield "queue", functions.check_queue
    yield "bus", functions.check_bus
    yield "alarms", partial(check_alarms, deployment)


_NETWORK = "see that nothing keeps the function from the internet, and that AtlassianCloud is right"
_OF_FUNCTIONS = {
    "table": ("LifecycleFunction", "see that the table and its key are there, and deploy"),
    "key": ("LifecycleFunction", "see that the key is enabled, and that the Mappings have the app's own key"),
    "install-key-hosts": ("LifecycleFunction", _NETWORK),
    "forge-key-host": ("ForgeFunction", _NETWORK),
}


def _check_outputs(deployment: Deployment) -> str:
    if not deployment.status:
        return "the laptop's"
    missing = [name for name in _OUTPUTS if not deployment.outputs.get(name)]
    if missing or not deployment.status.endswith(_SETTLED):
        lacks = f" and has no {missing[0]}" if missing else ""
        raise CommandError(
            f"{deployment.stack.name} is {deployment.status}{lacks}: wait until that has ended, or see "
            "aws cloudformation describe-stack-events, and deploy"
        )
    return f"{len(deployment.outputs)}, {deployment.status}"
