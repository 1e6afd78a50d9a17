"""Signed calls to Jira: for webhooks from the queue, and for whoever invokes the function directly.

What the app does about a webhook is in `functions/jira_calls/reactions.py`.
"""

import os
import time
from typing import Any

import boto3
import urllib3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from connect_jira.aws import CLIENT_CONFIG
from connect_jira.client import JiraClient
from connect_jira.queue import JiraCallsQueue
from connect_jira.retries import postponement
from connect_jira.webhooks import Webhook
from connect_jira.wiring import Parts
from connect_jwt.identity import ClientKey
from functions.jira_calls.direct import DirectCall
from functions.jira_calls.reactions import REACTIONS

logger = Logger()
_parts = Parts.from_env(os.environ)
_queue = JiraCallsQueue(boto3.client("sqs", config=CLIENT_CONFIG), url=os.environ["JIRA_CALLS_QUEUE_URL"])
_http = urllib3.PoolManager()
_batch = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - two kinds of event
    """Work off a batch of the queue, or make one call and answer with Jira's answer."""
    if "Records" in event:
        return process_partial_response(event, _work, _batch, context)
    return DirectCall.from_event(event).make(lambda client_key: _client(client_key, context))


def _work(record: SQSRecord, lambda_context: LambdaContext) -> None:
    webhook = Webhook.from_message(record.body)
    logger.append_keys(event=webhook.event, webhookId=webhook.webhook_id, clientKey=webhook.client_key)
    react = REACTIONS.get(webhook.event)
    if react is None:
        logger.warning("No reaction to this event")
        return
    try:
        react(webhook, _client(webhook.client_key, lambda_context))
    except Exception as error:
        deliveries = int(record.attributes.approximate_receive_count)
        seconds = postponement(error, deliveries=deliveries, now=time.time())
        logger.exception("Reaction failed; the message comes again", seconds=seconds, deliveries=deliveries)
        _queue.postpone(record.receipt_handle, seconds=seconds)
        raise
    logger.info("Reaction done")


def _client(client_key: ClientKey, context: LambdaContext) -> JiraClient:
    return JiraClient(
        _parts.tenants,
        client_key,
        http=_http,
        remaining=lambda: context.get_remaining_time_in_millis() / 1000,
    )
