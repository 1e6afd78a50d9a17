"""Invocations of a function, and what comes of them."""

import json
import uuid
from concurrent.futures import Future
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class InvocationResult:
    """Response of a function.

    Attributes:
        payload: JSON
        failed: True if it is an error's description
        trouble: the reason why the function did not live to respond, such as `died with exit status 3`;
            else None
    """

    payload: bytes
    failed: bool = False
    trouble: str | None = None


def failure(kind: str, trouble: str) -> InvocationResult:
    """The result of an invocation that the function did not live to respond to.

    Args:
        kind: Lambda's name for it
        trouble: as in `InvocationResult`
    """
    payload = {"errorType": kind, "errorMessage": trouble}
    return InvocationResult(json.dumps(payload).encode(), failed=True, trouble=trouble)


def _request_id() -> str:
    return str(uuid.uuid4())


@dataclass(slots=True)
class Invocation:
    """One invocation under way.

    Attributes:
        event: JSON
        timeout: the function's, in seconds
        request_id: the same when the same event is tried again
        result: set when it has ended
    """

    event: bytes
    timeout: float
    request_id: str = field(default_factory=_request_id)
    result: Future[InvocationResult] = field(default_factory=Future)

    def settle(self, result: InvocationResult) -> None:
        """End it, unless it has ended."""
        if not self.result.done():
            self.result.set_result(result)
