"""A runtime for laptops that AWS's own runtime client does not run on: the same API, a plain process.

Started as `python -m connect_local.laptop.runtime functions.webhooks.app.handler`.
"""

import importlib
import json
import os
import sys
import time
import traceback
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.request import Request, urlopen


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of Lambda's context that functions use; the deadline is in Unix milliseconds."""

    aws_request_id: str
    invoked_function_arn: str
    function_name: str
    function_version: str
    memory_limit_in_mb: str
    deadline_ms: int

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the deadline."""
        return max(self.deadline_ms - int(time.time() * 1000), 0)


def main() -> None:
    """Run the handler that the command line names, for ever."""
    api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
    try:
        module, _, name = sys.argv[1].rpartition(".")
        handler = getattr(importlib.import_module(module), name)
    except Exception as error:
        _post(f"{api}/init/error", _description(error))
        raise
    while True:
        with urlopen(f"{api}/invocation/next") as invocation:  # noqa: S310 - the stack's own API
            headers, event = invocation.headers, json.load(invocation)
        outcome = f"{api}/invocation/{headers['Lambda-Runtime-Aws-Request-Id']}"
        try:
            _post(f"{outcome}/response", handler(event, _context(headers)))
        except Exception as error:  # noqa: BLE001 - whatever the handler raises is its answer
            _post(f"{outcome}/error", _description(error))


def _context(headers: Message) -> Context:
    return Context(
        aws_request_id=headers["Lambda-Runtime-Aws-Request-Id"],
        invoked_function_arn=headers["Lambda-Runtime-Invoked-Function-Arn"],
        function_name=os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        function_version="$LATEST",
        memory_limit_in_mb=os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
        deadline_ms=int(headers["Lambda-Runtime-Deadline-Ms"]),
    )


def _description(error: Exception) -> dict[str, Any]:
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def _post(url: str, payload: object) -> None:
    request = Request(url, data=json.dumps(payload).encode(), method="POST")  # noqa: S310 - as above
    with urlopen(request):  # noqa: S310 - as above
        pass


if __name__ == "__main__":
    main()
