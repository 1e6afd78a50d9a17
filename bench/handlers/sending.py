"""A function that puts a message on a queue, and nothing else: what that part of a webhook costs."""

import json
import os

from connect_jira.aws.service import Aws

_sqs = Aws(os.environ).service("sqs")


def handler(event: object, _context: object) -> None:
    """Send the event itself."""
    _sqs.call(
        "SendMessage",
        QueueUrl=os.environ["JIRA_CALLS_QUEUE_URL"],
        MessageBody=json.dumps(event),
        MessageGroupId="bench",
    )
