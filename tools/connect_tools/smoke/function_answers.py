"""Answers of the functions about themselves, and a message without an effect that comes to the worker.

IAM: `lambda:InvokeFunction` on `LifecycleFunction`, `ForgeFunction`, `CallRequestsFunction` and
`JiraCallsFunction`; `events:PutEvents` on the bus.
"""

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from botocore.config import Config

from connect_cli.errors import CommandError
from connect_jira.events.probe import COME_THROUGH, PROBE_REQUESTED
from connect_tools.call.calls import put_event
from connect_tools.target_stack import ALIAS, Stack, aws_errors

_SOURCE = "connect"
_LOOK_SECONDS = 0.5
_WAIT = Config(read_timeout=30, retries={"total_max_attempts": 2})


class FunctionAnswers:
    """The functions of a stack, invoked directly.

    Args:
        stack: the stack
        patience: time that a message may take to come through, in seconds
    """

    def __init__(self, stack: Stack, *, patience: float) -> None:
        self._stack = stack
        self._patience = patience
        self._lambda = stack.client("lambda", config=_WAIT)

    def check(self, function: str, name: str, *, advice: str) -> str:
        """Have a function check something.

        Args:
            function: its logical id
            name: of the check
            advice: remedy if it fails

        Returns:
            The function's own words for what it has seen.

        Raises:
            CommandError: that is not as it must be
        """
        answer = self._invoke(function, {"check": name})
        if not isinstance(answer, dict) or "seen" not in answer:
            raise CommandError(f"{function} knows no checks: it is of an older version; deploy this one")
        if not answer.get("ok"):
            raise CommandError(f"{function} says: {answer['seen']}. Do: {advice}")
        return str(answer["seen"])

    def check_queue(self) -> str:
        """Have a message put on the queue, and see that it comes through.

        Raises:
            CommandError: it does not
        """
        probe = {"id": str(uuid.uuid4())}
        self._invoke("CallRequestsFunction", {"detail-type": PROBE_REQUESTED, "detail": probe})
        return self._come_through(
            probe,
            "look whether the mapping of JiraCalls to JiraCallsFunction is Enabled "
            "(aws lambda list-event-source-mappings), and at the log of JiraCallsFunction",
        )

    def check_bus(self) -> str:
        """Put an event on the bus, and see that it comes through.

        Raises:
            CommandError: it does not
        """
        probe = {"id": str(uuid.uuid4())}
        put_event(self._stack, source=_SOURCE, detail_type=PROBE_REQUESTED, detail=probe)
        return self._come_through(
            probe,
            "look whether the bus's rule is ENABLED and names CallRequestsFunction "
            "(aws events list-rules, list-targets-by-rule), and at connect dlq list",
        )

    def _come_through(self, probe: Mapping[str, str], advice: str) -> str:
        begun = time.monotonic()
        while self._invoke("JiraCallsFunction", {"check": "probe", **probe}) != _THROUGH:
            if time.monotonic() - begun > self._patience:
                raise CommandError(
                    f"a message has not come through to the worker in {self._patience:g} s: {advice}"
                )
            time.sleep(_LOOK_SECONDS)
        return f"a message came through in {time.monotonic() - begun:.1f} s"

    def _invoke(self, function: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
        with aws_errors():
            answer = self._lambda.invoke(
                FunctionName=self._stack.resource(function),
                Qualifier=ALIAS,
                Payload=json.dumps(event).encode(),
            )
        result = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            message = result.get("errorMessage", "no reason given") if isinstance(result, dict) else result
            raise CommandError(f"{function} fails: {message}. Look at its log")
        return result


_THROUGH = {"ok": True, "seen": COME_THROUGH}
