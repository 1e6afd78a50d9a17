"""What became of a call that was asked for, told on the bus.

`Jira call completed` when Jira has answered with 2xx, `Jira call failed` when nothing more is tried. Each is
told at least once.
"""

import json
from typing import Any

from connect_jira.aws.service import AwsService
from connect_jira.call_request import CallRequest
from connect_jira.errors import TemporarilyUnavailable
from connect_jira.signed_call import JiraResponse

SOURCE = "connect-lambda"
COMPLETED = "Jira call completed"
FAILED = "Jira call failed"

_MAX_BODY_BYTES = 200 * 1024
"""An event has at most 256 KiB: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""


def told_of(request: CallRequest, response: JiraResponse) -> dict[str, Any]:
    """What is told, and until then kept, of an answer; its body only if it is asked for and fits."""
    outcome: dict[str, Any] = {"status": response.status}
    if request.return_body:
        fits = len(json.dumps(response.body).encode()) <= _MAX_BODY_BYTES
        outcome |= {"body": response.body} if fits else {"bodyTooLarge": True}
    return outcome


class CallResults:
    """Tells what became of calls.

    IAM: `events:PutEvents`, on the bus.

    Args:
        events: the service
        bus: the bus's name
    """

    def __init__(self, events: AwsService, *, bus: str) -> None:
        self._events = events
        self._bus = bus

    def completed(self, request: CallRequest, outcome: dict[str, Any]) -> None:
        """Tell that Jira has done it.

        Raises:
            TemporarilyUnavailable: EventBridge gave no answer
        """
        self._put(COMPLETED, request, outcome)

    def failed(self, request: CallRequest, *, reason: str, explanation: str, status: int | None) -> None:
        """Tell that nothing more is tried, and why.

        Raises:
            TemporarilyUnavailable: EventBridge gave no answer
        """
        self._put(FAILED, request, {"status": status, "reason": reason, "explanation": explanation})

    def _put(self, what: str, request: CallRequest, outcome: dict[str, Any]) -> None:
        detail = {
            "clientKey": request.client_key,
            "method": request.method,
            "path": request.path_alone,
            "idempotencyKey": request.idempotency_key,
            **outcome,
        }
        entry = {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": what,
            "Detail": json.dumps(detail),
        }
        answer = self._events.call("PutEvents", Entries=[entry])
        if answer["FailedEntryCount"]:
            code = answer["Entries"][0].get("ErrorCode", "unknown")
            raise TemporarilyUnavailable(f"events:PutEvents failed: {code}")
