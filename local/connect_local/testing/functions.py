"""The functions of the app in this process, each as after a cold start."""

import importlib
import json
import os
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from connect_local.laptop.invocations import InvocationResult
from connect_tools.template import ACCOUNT, REGION, Template

_one_at_a_time = threading.RLock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Lambda's context.

    Attributes:
        function_name: as Lambda has it
        memory_limit_in_mb: likewise
        seconds: the function's time-out
    """

    function_name: str
    memory_limit_in_mb: int
    seconds: float
    aws_request_id: str
    function_version: str = "$LATEST"
    begun: float = field(default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        """The ARN of the function."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the time-out."""
        return max(int((self.begun + self.seconds - time.monotonic()) * 1000), 0)


class MemoryFunction:
    """A function, whose module is imported anew by its first event: what it remembers is of one test alone.

    What it imports is not: the app's own modules are those that the test imports.

    Args:
        name: its logical id
        template: of the stack
        variables: its environment variables

    Attributes:
        name: its logical id
        variables: its environment variables
        raised: by the last event; None if it was answered
    """

    def __init__(self, name: str, template: Template, variables: Mapping[str, str]) -> None:
        properties = template.function(name)
        self._module, _, self._handler = properties["Handler"].rpartition(".")
        self.name = name
        self._memory = int(properties["MemorySize"])
        self._timeout = float(properties["Timeout"])
        self.variables = variables
        self._is_cold = True
        self.raised: Exception | None = None

    def invoke(self, event: bytes, *, request_id: str | None = None) -> InvocationResult:
        """Run the handler, in this thread; one function at a time has the process's environment.

        Args:
            event: JSON
            request_id: the same when the same event is tried again
        """
        with _one_at_a_time, _environment(self.variables):
            self.raised = None
            if self._is_cold:
                sys.modules.pop(self._module, None)
                self._is_cold = False
            handler = getattr(importlib.import_module(self._module), self._handler)
            context = self.context(request_id)
            try:
                return InvocationResult(json.dumps(handler(json.loads(event), context)).encode())
            except Exception as error:  # noqa: BLE001 - as Lambda does
                traceback.print_exc()
                self.raised = error
                described = {"errorType": type(error).__name__, "errorMessage": str(error)}
                return InvocationResult(json.dumps(described).encode(), failed=True)

    def context(self, request_id: str | None = None) -> Context:
        """Return the context of an invocation that begins now.

        Args:
            request_id: as for `invoke`
        """
        return Context(
            function_name=self.name,
            memory_limit_in_mb=self._memory,
            seconds=self._timeout,
            aws_request_id=request_id or str(uuid.uuid4()),
        )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)
