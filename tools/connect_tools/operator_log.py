"""The log of who did what by `connect`: an entry before an action and one after it, in OperatorLog.

An action that cannot be recorded is not done. No entry has a secret, a body or a query.

IAM: `logs:CreateLogStream` and `logs:PutLogEvents` on OperatorLog to record, `logs:FilterLogEvents` to read;
`sts:GetCallerIdentity`, which nobody has to be granted.
"""

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connect_cli.errors import CommandError
from connect_jira.json_objects import object_in
from connect_jwt.errors import ConnectError
from connect_tools.target_stack import Stack, aws_errors

LOG = "OperatorLog"
"""The log group's name in template.yaml."""

_MOST_CHARACTERS = 300


@dataclass(slots=True)
class Entry:
    """The entry of an action that is being done.

    Attributes:
        outcome: for the entry after it; what is done sets it
    """

    outcome: str = "done"


@contextmanager
def recorded(
    stack: Stack, action: str, *, site: str | None = None, about: str | None = None
) -> Iterator[Entry]:
    """Record that an action is begun, do what is inside, and record what came of it.

    Args:
        stack: on which it is done
        action: the command, such as `tenants pause`
        site: the tenant that it is done to, if it is one
        about: further words for the entry, such as method and path

    Raises:
        CommandError: the beginning cannot be recorded, and nothing is done; or the end cannot
    """
    log, entry = _Log(stack, {"action": action, "site": site, "about": about}), Entry()
    try:
        log.write("begun")
    except CommandError as refused:
        raise CommandError(
            f"nothing is done, since the log of who did what takes no entry: {refused}"
        ) from refused
    try:
        yield entry
    except BaseException as failure:
        with suppress(CommandError):  # the failure itself is what to say
            log.write("ended", _failed(failure))
        raise
    try:
        log.write("ended", entry.outcome)
    except CommandError as refused:
        raise CommandError(
            f"it is done ({entry.outcome}), but the log of who did what takes no entry of that: {refused}"
        ) from refused


def entries(stack: Stack, *, hours: int) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of a stack, oldest first.

    Args:
        stack: with the log
        hours: age of the oldest entry

    Raises:
        CommandError: AWS does not say
    """
    since = int((time.time() - hours * 3600) * 1000)
    with aws_errors():
        pages = stack.client("logs").get_paginator("filter_log_events")
        for page in pages.paginate(logGroupName=stack.resource(LOG), startTime=since):
            yield from (object_in(event["message"]) for event in page["events"])


class _Log:
    def __init__(self, stack: Stack, about: Mapping[str, str | None]) -> None:
        self._stack = stack
        self._about = {name: value for name, value in about.items() if value is not None}
        self._id = str(uuid.uuid4())
        self._who = ""

    def write(self, phase: str, outcome: str | None = None) -> None:
        """Write an entry: the first one makes a log stream of its own for the action.

        Raises:
            CommandError: AWS does not take it
        """
        if LOG not in self._stack.resources:
            raise CommandError(
                f"{self._stack.name} has no {LOG} yet: deploy this version of template.yaml first"
            )
        group, now = self._stack.resource(LOG), time.time()
        with aws_errors():
            logs = self._stack.client("logs")
            if not self._who:
                self._who = self._stack.client("sts").get_caller_identity()["Arn"]
                logs.create_log_stream(logGroupName=group, logStreamName=self._id)
            said = {
                "at": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
                "phase": phase,
                "who": self._who,
                "stack": self._stack.name,
                **self._about,
                **({"outcome": outcome} if outcome is not None else {}),
                "id": self._id,
            }
            answer = logs.put_log_events(
                logGroupName=group,
                logStreamName=self._id,
                logEvents=[{"timestamp": int(now * 1000), "message": json.dumps(said)}],
            )
        if answer.get("rejectedLogEventsInfo"):
            raise CommandError("CloudWatch refuses the entry's time: is this machine's clock right?")


def _failed(failure: BaseException) -> str:
    match failure:
        case ConnectError():
            return f"failed: {failure.reason}"
        case CommandError():
            return f"failed: {failure}"[:_MOST_CHARACTERS]
        case KeyboardInterrupt():
            return "interrupted"
        case _:
            return f"failed: {type(failure).__name__}"
