"""What became of a call that was asked for, told on the bus.

`Jira call completed` when Jira has answered with 2xx, `Jira call failed` when nothing more is tried. Each is
told at least once.
"""

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from connect_jira.aws import aws_errors
from connect_jira.call_request import CallRequest
from connect_jira.errors import TemporarilyUnavailable
from connect_jira.signed_call import JiraResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_events import EventBridgeClient

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
        make_events: makes the client, once it is needed: few calls are asked for on the bus
        bus: the bus's name
    """

    def __init__(self, make_events: "Callable[[], EventBridgeClient]", *, bus: str) -> None:
        self._make_events = make_events
        self._bus = bus

    @cached_property
    def _events(self) -> "EventBridgeClient":
        return self._make_events()

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
        with aws_errors("events:PutEvents"):
            answer = self._events.put_events(
                Entries=[
                    {
                        "EventBusName": self._bus,
                        "Source": SOURCE,
                        "DetailType": what,
                        "Detail": json.dumps(detail),
                    }
                ]
            )
        if answer["FailedEntryCount"]:
            code = answer["Entries"][0].get("ErrorCode", "unknown")
            raise TemporarilyUnavailable(f"events:PutEvents failed: {code}")
