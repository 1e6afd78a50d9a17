"""Recorded shapes, from wherever a stack keeps them.

IAM: `logs:FilterLogEvents` on the functions' log groups.
"""

import time
from typing import Any

from connect_cli.errors import CommandError
from connect_jira.shape_recorder import SEEN
from connect_tools.loopback import ask
from connect_tools.shapes.records import record_of
from connect_tools.target_stack import Stack, aws_errors

_LOG_GROUPS = ("LifecycleLogs", "WebhooksLogs", "ForgeLogs", "PagesLogs", "JiraCallsLogs")


def recorded_here(port: int) -> list[dict[str, Any]]:
    """Return the shapes that a running `connect up --record` has recorded.

    Args:
        port: of its app

    Raises:
        CommandError: it is not there
    """
    records = ask("GET", port, "/_local/shapes", option="--port")
    if not isinstance(records, list):
        raise CommandError(f"what answers on port {port} is not the app of this project")
    return records


def recorded_by(stack: Stack, *, hours: int) -> list[dict[str, Any]]:
    """Return the shapes that a deployed stack's functions have recorded.

    Args:
        stack: with the logs
        hours: age of the oldest logs to read

    Raises:
        CommandError: AWS does not say, or this is another project's stack
    """
    records: list[dict[str, Any]] = []
    since = int((time.time() - hours * 3600) * 1000)
    pages = stack.client("logs").get_paginator("filter_log_events")
    for name in _LOG_GROUPS:
        asked = {"logGroupName": stack.resource(name), "startTime": since, "filterPattern": f'"{SEEN}"'}
        with aws_errors():
            for page in pages.paginate(**asked):
                records += filter(None, (record_of(event["message"]) for event in page["events"]))
    return records
