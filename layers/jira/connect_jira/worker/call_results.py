"""Results of requested calls, put on the bus.

`Jira call completed` if Jira has done it, `Jira call failed` if it is not retried any more. Each is put at
least once.
"""

import base64
import json
from typing import Any

from connect_jira.aws.event_bus import put_event
from connect_jira.aws.service import AwsService
from connect_jira.events.call_request import CallRequest
from connect_jira.jira.http_methods import READING
from connect_jira.jira.response import JiraResponse

COMPLETED = "Jira call completed"
FAILED = "Jira call failed"

_MAX_BODY_BYTES = 200 * 1024
"""A result waits in a row of DynamoDB, which has at most 400 KB, for an event of at most 1 MB.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
"""


def call_result(request: CallRequest, response: JiraResponse) -> dict[str, Any]:
    """Return the result of a call, to store and to put on the bus; with the body only if requested and small.

    Of a 303's target it has the path alone, and for GET nothing: that may be a URL with a token.
    """
    outcome: dict[str, Any] = {"status": response.status}
    if response.location is not None and request.method not in READING:
        outcome["location"] = response.location.partition("?")[0]
    if request.return_body:
        outcome |= body_of(response, max_bytes=_MAX_BODY_BYTES)
    return outcome


def body_of(response: JiraResponse, *, max_bytes: int) -> dict[str, Any]:
    """Return the body as JSON can hold it: `body`, `bodyBase64` for bytes, or `bodyTooLarge`.

    Args:
        response: from Jira
        max_bytes: maximum size
    """
    if response.is_too_large:
        return {"bodyTooLarge": True}
    is_bytes = isinstance(response.body, bytes)
    body = base64.b64encode(response.body).decode() if is_bytes else response.body
    if len(json.dumps(body).encode()) > max_bytes:
        return {"bodyTooLarge": True}
    return {"bodyBase64" if is_bytes else "body": body}


class CallResults:
    """Puts the results of calls on the bus.

    IAM: that of `connect_jira.aws.event_bus`.

    Args:
        events: the service
        bus: the bus's name
    """

    def __init__(self, events: AwsService, *, bus: str) -> None:
        self._events = events
        self._bus = bus

    def completed(self, request: CallRequest, outcome: dict[str, Any]) -> None:
        """Put the result of a call that Jira has done.

        Raises:
            TemporarilyUnavailable: EventBridge did not answer
        """
        self._put(COMPLETED, request, outcome)

    def failed(self, request: CallRequest, *, reason: str, explanation: str, status: int | None) -> None:
        """Put the failure of a call that is not retried any more, with the reason.

        Raises:
            TemporarilyUnavailable: EventBridge did not answer
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
        put_event(self._events, bus=self._bus, kind=what, detail=detail)
