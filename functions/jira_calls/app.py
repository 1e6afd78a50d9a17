"""Signed calls to Jira, requested by the queue or by direct invocation.

The app's reactions and jobs are in `functions/jira_calls/reactions.py`. A tick of the schedule,
`{"tick": "2026-12-24T03:00:00Z"}`, requests the jobs that are due.
"""

import os
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from connect_jira.app.code_version import version_of
from connect_jira.app.due_jobs import DueJobs
from connect_jira.auth.jira_clients import JiraClients
from connect_jira.aws.self_checks import checked, is_check
from connect_jira.composition import Composition, site_storage
from connect_jira.events.probe import COME_THROUGH, Probe
from connect_jira.installations.activity import Activity
from connect_jira.worker.backoff import TenantBackoff, Troubles
from connect_jira.worker.call_results import CallResults
from connect_jira.worker.dead_letter_queue import DeadLetterQueue
from connect_jira.worker.held_events import HeldEvents
from connect_jira.worker.idempotency_store import IdempotencyStore
from connect_jira.worker.purges import Purges
from connect_jira.worker.queue import JiraCallsQueue
from connect_jira.worker.site_pauses import SitePauses
from connect_jira.worker.worker import Worker
from functions.jira_calls.direct import make_directly
from functions.jira_calls.own_functions import OwnFunctions
from functions.jira_calls.reactions import reactions
from functions.jira_calls.work import Work

logger = Logger()
_composition = Composition.from_env(os.environ)
_activity = Activity.from_env(os.environ, _composition.aws)
_work_done_table = os.environ["WORK_DONE_TABLE"]
_backoff = TenantBackoff(
    Troubles(_composition.aws.service("dynamodb"), table=_work_done_table),
    hold=_composition.tenants.hold,
    pause=SitePauses(_composition.store, _composition.tenants).pause_refused,
)
_clients = JiraClients(
    _composition.app,
    _composition.credentials,
    _activity,
    max_response_bytes=int(os.environ["MAX_ANSWER_BYTES"]),
    on_outcome=_backoff.note,
)
_queue = JiraCallsQueue.from_env(os.environ, _composition.aws, continues_chain=False)
_own = OwnFunctions(
    reactions,
    _composition.app.app_key,
    clients=_clients,
    gate=_composition.hook_gate,
    send=_queue.send,
    storage=site_storage(os.environ, _composition),
)
_work = Work(
    _own,
    _clients,
    _activity,
    links=_composition.site_links,
    held=HeldEvents(_composition.app, _composition.forge_store),
    send=_queue.send,
)
_idempotency = IdempotencyStore(_composition.aws.service("dynamodb"), table=_work_done_table)
_worker = Worker(
    queue=_queue,
    dead_letters=DeadLetterQueue.from_env(os.environ, _composition.aws),
    idempotency=_idempotency,
    results=CallResults(_composition.aws.service("events"), bus=os.environ["EVENT_BUS"]),
    handler=_work,
    backoff=_backoff,
    purges=Purges(_composition.aws.service("dynamodb"), table=_work_done_table),
)
_due_jobs = DueJobs(
    _composition.aws.service("dynamodb"),
    _composition.aws.service("events"),
    table=_work_done_table,
    bus=os.environ["EVENT_BUS"],
    version=lambda: version_of("functions.jira_calls", "shared"),
)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - two kinds of event
    """Handle a batch of messages, a tick or a check, or make one call and return Jira's response."""
    _composition.aws.begin(context)
    if "Records" in event:
        undone = [one["messageId"] for one in event["Records"] if not _worker.work(one, context)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in undone]}
    if "tick" in event:
        at = datetime.fromisoformat(event["tick"]).timestamp()
        logger.info("Jobs requested", jobs=_due_jobs.tick(reactions.jobs.values(), at))
        return None
    if is_check(event):
        return checked(event, {"probe": lambda: _probe_seen(Probe.from_fields(event))})
    return make_directly(event, lambda client_key: _clients.on(client_key, context))


def _probe_seen(probe: Probe) -> str:
    return COME_THROUGH if _idempotency.is_done(probe.work_id) else "not yet"
