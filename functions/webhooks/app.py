"""`POST /webhooks/{event}`: something has happened on a site. Proved, queued, answered; nothing slow."""

import os
from http import HTTPStatus
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from connect_jira.answers import Answer, empty_answer
from connect_jira.aws import CLIENT_CONFIG
from connect_jira.front_door import answer
from connect_jira.gateway import GatewayRequest
from connect_jira.queue import JiraCallsQueue
from connect_jira.webhooks import Webhook
from connect_jira.wiring import Parts

logger = Logger()
_parts = Parts.from_env(os.environ)
_queue = JiraCallsQueue(boto3.client("sqs", config=CLIENT_CONFIG), url=os.environ["JIRA_CALLS_QUEUE_URL"])


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> Answer:
    """Queue one webhook for `functions/jira_calls`."""
    return answer(event, _enqueue, app=_parts.app)


def _enqueue(request: GatewayRequest) -> Answer:
    token = _parts.tenants.verify_request(request)
    webhook = Webhook.from_request(request, token.client_key, _parts.app.webhook_events)
    _queue.send(webhook)
    logger.info(
        "Webhook queued", event=webhook.event, webhookId=webhook.webhook_id, clientKey=webhook.client_key
    )
    return empty_answer(HTTPStatus.NO_CONTENT)
