"""Calls to Jira that are asked for on the bus, or by the schedule for every site: put on the queue.

`Jira call requested`: `{"clientKey", "method", "path", "query", "body", "idempotencyKey", "returnBody",
"repeatable"}`; the schedule's: `{"everySite": {"method", "path", …}, "idempotencyKey"}`.
"""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from connect_jira.aws.services import Aws
from connect_jira.call_request import CallRequest
from connect_jira.store import InstallationStore
from connect_jira.wiring import jira_calls_queue

logger = Logger()
_aws = Aws(os.environ)
_queue = jira_calls_queue(os.environ, _aws)
_store = InstallationStore(_aws.service("dynamodb"), table=os.environ["INSTALLATIONS_TABLE"])


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Queue what is asked for; what cannot be read fails, and is kept with the failed calls."""
    _aws.begin(context)
    if "everySite" in event:
        _queue_for_every_site(event)
        return
    # Without a key of its own a request is told from others by its event, which may be delivered twice.
    detail = event["detail"]
    key = detail.get("idempotencyKey") or event["id"]
    request = CallRequest.from_fields({**detail, "idempotencyKey": key})
    _queue.send(request)
    logger.info("Call queued", clientKey=request.client_key, method=request.method)


def _queue_for_every_site(event: dict[str, Any]) -> None:
    sites = 0
    for client_key in _store.enabled_sites():
        fields = {**event["everySite"], "clientKey": client_key, "idempotencyKey": event["idempotencyKey"]}
        _queue.send(CallRequest.from_fields(fields))
        sites += 1
    logger.info("Call queued for every site", sites=sites)
