"""Signed calls to Jira, asked for from a terminal: on the stack's bus, or waited for.

IAM: `events:PutEvents` on the bus to request one, `lambda:InvokeFunction` on the worker to wait for one.
"""

import json
from typing import Any

from botocore.config import Config

from connect_cli.errors import CommandError
from connect_jira.events.call_request import CallRequest
from connect_tools.target_stack import ALIAS, Stack, aws_errors

_SOURCE = "connect"
_REQUESTED = "Jira call requested"

_READ_TIMEOUT_SECONDS = 60
_MOST_ATTEMPTS = 5


class JiraNotAsked(CommandError):
    """The worker has no answer of Jira's.

    Attributes:
        said: the worker's reason
    """

    def __init__(self, said: str) -> None:
        super().__init__(f"no answer of Jira's: {said}")
        self.said = said


def request_call(stack: Stack, call: CallRequest) -> None:
    """Ask for a call on the stack's bus; the worker makes it, once for each idempotency key.

    Raises:
        CommandError: the bus does not take it
    """
    put_event(stack, source=_SOURCE, detail_type=_REQUESTED, detail=call.to_fields())


def put_event(stack: Stack, *, source: str, detail_type: str, detail: object) -> None:
    """Put an event on the stack's bus.

    Raises:
        CommandError: the bus does not take it
    """
    entry = {
        "EventBusName": stack.resource("Bus"),
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
    }
    with aws_errors():
        answer = stack.client("events").put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        refusal = answer["Entries"][0]
        raise CommandError(f"the bus does not take it: {refusal.get('ErrorMessage', 'no reason given')}")


def make_call(stack: Stack, call: CallRequest) -> dict[str, Any]:
    """Have the call made now, and wait for what Jira answers.

    Returns:
        What `functions.jira_calls.direct` answers with.

    Raises:
        JiraNotAsked: Jira gave no answer, or could not be asked
        CommandError: AWS refuses
    """
    # A call whose answer was lost may have been made.
    attempts = _MOST_ATTEMPTS if call.is_idempotent else 1
    config = Config(read_timeout=_READ_TIMEOUT_SECONDS, retries={"total_max_attempts": attempts})
    with aws_errors():
        answer = stack.client("lambda", config=config).invoke(
            FunctionName=stack.resource("JiraCallsFunction"),
            Qualifier=ALIAS,
            Payload=json.dumps(call.to_fields()).encode(),
        )
    result: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise JiraNotAsked(result.get("errorMessage", "the function failed"))
    return result
