"""Lambda on the laptop: each function of the template in processes of its own, more when calls overlap."""

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from connect_local.laptop.environment import Environment, InvocationResult, failure
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.project import PROJECT
from connect_tools.template import ACCOUNT, REGION, Template

_RUNTIME = "awslambdaric" if sys.platform == "linux" else "connect_local.laptop.runtime"
_MAX_ENVIRONMENTS = 16
_DRAIN_SECONDS = 3


class LaptopFunction:
    """One function.

    Attributes:
        arn: the function's ARN
        variables: its environment variables

    Args:
        name: its logical id
        template: of the stack
        cloud: the AWS behind it
        log: takes each line that it prints
        timeout: in seconds; None for the template's
    """

    def __init__(
        self,
        name: str,
        template: Template,
        cloud: LaptopCloud,
        *,
        log: Callable[[str], None],
        timeout: float | None = None,
    ) -> None:
        properties = template.function(name)
        self._timeout = float(properties["Timeout"] if timeout is None else timeout)
        self.arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
        self._command = [sys.executable, "-m", _RUNTIME, properties["Handler"]]
        self.variables = function_variables(name, template, cloud.attribute) | cloud.environment()
        self._log = log
        self._idle: list[Environment] = []
        self._all: set[Environment] = set()
        self._lock = threading.Lock()
        self._free = threading.Semaphore(_MAX_ENVIRONMENTS)
        self._ends_at: float | None = None

    def invoke(self, event: bytes, *, request_id: str | None = None) -> InvocationResult:
        """Run the handler in an idle environment, or in a new one.

        Args:
            event: JSON
            request_id: the same when the same event is tried again
        """
        with self._free:
            environment = self._take()
            if environment is None:
                return failure("Laptop.Stopped", "the stack is being stopped")
            try:
                return environment.invoke(event, timeout=self._timeout, request_id=request_id)
            finally:
                self._give_back(environment)

    def kill_one(self) -> bool:
        """Kill an environment that is in the middle of an invocation; whether there was one."""
        with self._lock:
            for environment in self._all:
                if environment.busy:
                    environment.kill()
                    return True
        return False

    def begin_to_end(self) -> None:
        """Take no more invocations; those under way have some seconds. Like Lambda, tell them nothing."""
        with self._lock:
            if self._ends_at is None:
                self._ends_at = time.monotonic() + _DRAIN_SECONDS

    def stop(self) -> None:
        """Stop all its environments, those in the middle of an invocation when they have answered."""
        self.begin_to_end()
        assert self._ends_at is not None  # noqa: S101 - for the type checker
        for environment in list(self._all):
            environment.stop(patience=self._ends_at - time.monotonic())

    def _take(self) -> Environment | None:
        with self._lock:
            if self._ends_at is not None:
                return None
            while self._idle:
                environment = self._idle.pop()
                if environment.alive:
                    return environment
                self._all.discard(environment)
                environment.stop()
            environment = Environment(self._command, self.variables, arn=self.arn, log=self._log)
            self._all.add(environment)
            return environment

    def _give_back(self, environment: Environment) -> None:
        with self._lock:
            self._idle.append(environment)


def function_variables(
    name: str, template: Template, attribute_of: Callable[[str, str], str]
) -> dict[str, str]:
    """The environment that template.yaml gives a function, and what Lambda adds.

    Args:
        name: the function's logical id
        template: of the stack
        attribute_of: as for `Template.resolve`
    """
    properties = template.function(name)
    layers = [PROJECT / template.resource(layer["Ref"])[1]["ContentUri"] for layer in properties["Layers"]]
    declared = template.resolve(properties["Environment"]["Variables"], attribute_of)
    return {
        **{variable: _unpacked(str(value), layers) for variable, value in declared.items()},
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(properties["MemorySize"]),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "laptop",
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(map(str, [PROJECT, *layers])),
        "PYTHONUNBUFFERED": "1",
    }


def _unpacked(value: str, layers: list[Path]) -> str:
    """A path below /opt as it is here: layers are not unpacked, but used where they are."""
    for layer in layers if value.startswith("/opt/") else []:
        if (layer / value.removeprefix("/opt/")).exists():
            return str(layer / value.removeprefix("/opt/"))
    return value
