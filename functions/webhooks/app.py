"""`POST /webhooks/{event}`: an event on a site. Verify, enqueue, answer; nothing slow."""

import os
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from connect_jira.aws.service import SENDER_WAITS_SECONDS
from connect_jira.composition import Composition
from connect_jira.events.forge_overlap import with_connect_occurrence
from connect_jira.events.webhook import Webhook
from connect_jira.installations.activity import Activity
from connect_jira.jira.loop_guard import TRACE_HEADER, is_own_webhook
from connect_jira.metrics import count
from connect_jira.web.front_door import answer
from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Response, empty_response
from connect_jira.worker.queue import JiraCallsQueue

logger = Logger()
_composition = Composition.from_env(os.environ)
_activity = Activity.from_env(os.environ, _composition.aws)
_queue = JiraCallsQueue.from_env(os.environ, _composition.aws)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    """Enqueue one webhook for `functions/jira_calls`."""
    _composition.aws.begin(context, at_most=SENDER_WAITS_SECONDS)
    return answer(event, _enqueue, app=_composition.app, on_refused=_activity.record_refusal)


def _enqueue(request: GatewayRequest) -> Response:
    proved = _composition.tenants.verify_request(request)
    webhook = Webhook.from_request(request, proved.token.client_key, _composition.app.webhook_events)
    about = {"event": webhook.event, "webhookId": webhook.webhook_id, "clientKey": webhook.client_key}
    if is_own_webhook(request.headers.get(TRACE_HEADER.lower()), _composition.app.app_key):
        logger.info("Webhook skipped: caused by the app itself", extra=about)
        count("OwnChange")
    else:
        _queue.send(with_connect_occurrence(webhook) if proved.installation.site.installation_id else webhook)
        logger.info("Webhook queued", extra=about)
        count("EventQueued")
    return empty_response(HTTPStatus.NO_CONTENT)
