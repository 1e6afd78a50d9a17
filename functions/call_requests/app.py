"""Calls and jobs requested on the bus, or by the schedule for every site: enqueued.

`Jira call requested`: `{"clientKey", "method", "path", "query", "body", "idempotencyKey", "returnBody",
"repeatable"}`; the schedule's: `{"everySite": {"method", "path", …}, "idempotencyKey"}`; a job's: see
`connect_jira.events.job_request`; a probe's: see `connect_jira.events.probe`. With more sites than it has
time for, this function continues by an event of its own.
"""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from connect_jira.aws.service import Aws
from connect_jira.events.call_request import CallRequest
from connect_jira.events.job_request import JOB_REQUESTED, JobRequest
from connect_jira.events.probe import PROBE_REQUESTED, Probe
from connect_jira.installations.store import InstallationStore
from connect_jira.worker.every_site import CONTINUED, EverySite
from connect_jira.worker.queue import JiraCallsQueue

logger = Logger()
_aws = Aws(os.environ)
_queue = JiraCallsQueue.from_env(os.environ, _aws)
_every_site = EverySite(
    InstallationStore(_aws.service("dynamodb"), table=os.environ["INSTALLATIONS_TABLE"]),
    _queue,
    _aws.service("events"),
    bus=os.environ["EVENT_BUS"],
)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Enqueue the requested calls; a malformed request fails, and goes to the dead-letter queue."""
    _aws.begin(context)
    if event.get("detail-type") == JOB_REQUESTED:
        wanted = JobRequest.from_fields(event["detail"])
        logger.info("Job queued", job=wanted.job, sites=_every_site.queue_job(wanted, context))
        return
    if event.get("detail-type") == PROBE_REQUESTED:
        _queue.send(Probe.from_fields(event["detail"]))
        return
    asked = event["detail"] if event.get("detail-type") == CONTINUED else event
    if "everySite" in asked:
        sites = _every_site.queue_calls(asked, context)
        logger.info("Call queued for every site", sites=sites)
        return
    # A request without a key of its own gets its event's id, since events may be delivered twice.
    detail = event["detail"]
    key = detail.get("idempotencyKey") or event["id"]
    request = CallRequest.from_fields({**detail, "idempotencyKey": key})
    _queue.send(request)
    logger.info("Call queued", clientKey=request.client_key, method=request.method)
