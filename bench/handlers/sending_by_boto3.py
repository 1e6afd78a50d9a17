"""A function that does what `sending` does, by boto3."""

import json
import os

import boto3

_sqs = boto3.client("sqs")


def handler(event: object, _context: object) -> None:
    """Send the event itself."""
    _sqs.send_message(
        QueueUrl=os.environ["JIRA_CALLS_QUEUE_URL"], MessageBody=json.dumps(event), MessageGroupId="bench"
    )
