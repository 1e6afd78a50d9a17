"""The stack's event bus, for the app's own events."""

import json
from collections.abc import Mapping

from connect_jira.aws.service import AwsService
from connect_jira.errors import TemporarilyUnavailable

SOURCE = "connect-lambda"


def put_event(events: AwsService, *, bus: str, kind: str, detail: Mapping[str, object]) -> None:
    """Put an event on the bus.

    IAM: `events:PutEvents`, on the bus.

    Args:
        events: the service
        bus: the bus's name
        kind: the event's detail type
        detail: anything that JSON can hold

    Raises:
        TemporarilyUnavailable: EventBridge did not answer, or did not accept it now
    """
    entry = {"EventBusName": bus, "Source": SOURCE, "DetailType": kind, "Detail": json.dumps(detail)}
    answer = events.call("PutEvents", Entries=[entry])
    if answer["FailedEntryCount"]:
        code = answer["Entries"][0].get("ErrorCode", "unknown")
        raise TemporarilyUnavailable(f"events:PutEvents failed: {code}")
