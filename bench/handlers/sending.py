"""A function that puts a message on a queue, and nothing else: what that part of a webhook costs."""

import json
import os

import boto3

_sqs = boto3.client("sqs")


def handler(event: object, _context: object) -> None:
    """Send the event itself."""
    _sqs.send_message(
        QueueUrl=os.environ["JIRA_CALLS_QUEUE_URL"], MessageBody=json.dumps(event), MessageGroupId="bench"
    )
