"""Lambda on the laptop: each function of the template in processes of its own, more when calls overlap."""

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from connect_local.laptop.environment import Environment
from connect_local.laptop.import_fault import explained
from connect_local.laptop.invocations import InvocationResult, failure
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_local.laptop.output import HeldOutput
from connect_tools.project import PROJECT
from connect_tools.template import ACCOUNT, REGION, Template

_RUNTIME = "awslambdaric" if sys.platform == "linux" else "connect_local.laptop.runtime"
_MAX_ENVIRONMENTS = 16
_DRAIN_SECONDS = 3
_LOOK_SECONDS = 1
_LAMBDAS_SECONDS = 3
_LAMBDAS_MEGABYTES = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A function's properties in template.yaml.

    Attributes:
        handler: as a dotted path
        timeout: in seconds
        variables: its environment variables
    """

    handler: str
    timeout: float
    variables: dict[str, str]

    @classmethod
    def of(cls, name: str, template: Template, cloud: LaptopCloud) -> "Configuration":
        """Return a function's configuration.

        Args:
            name: the function's logical id
            template: of the stack
            cloud: the AWS behind it
        """
        properties = template.function(name)
        return cls(
            handler=properties["Handler"],
            timeout=float(properties.get("Timeout", _LAMBDAS_SECONDS)),
            variables=function_variables(name, template, cloud.attribute) | cloud.environment(),
        )


class LaptopFunction:
    """One function.

    Attributes:
        name: its logical id
        arn: the function's ARN
        configuration: its properties in the template
        last_event: the event that it got last, JSON; a schedule's only if no other came; None if it got none

    Args:
        name: its logical id
        template: of the stack
        cloud: the AWS behind it
        log: takes its output
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
        self.name = name
        self.arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
        self.configuration = Configuration.of(name, template, cloud)
        self.last_event: bytes | None = None
        self._had_only_schedules = True
        self._timeout = timeout
        self._log = log
        self._idle: list[Environment] = []
        self._all: set[Environment] = set()
        self._of_old_code: set[Environment] = set()
        self._news = threading.Condition()
        self._free = threading.Semaphore(_MAX_ENVIRONMENTS)
        self._next_configuration = self.configuration
        self._next_environment: Environment | None = None
        self._replacements = 0
        self._is_being_replaced = self._is_broken = False
        self._ends_at: float | None = None

    @property
    def timeout(self) -> float:
        """Its time-out in seconds."""
        return self.configuration.timeout if self._timeout is None else self._timeout

    def invoke(
        self, event: bytes, *, request_id: str | None = None, is_scheduled: bool = False
    ) -> InvocationResult:
        """Run the handler in an idle environment, or in a new one.

        Args:
            event: JSON
            request_id: the same when the same event is tried again
            is_scheduled: True if the event is a schedule's
        """
        if not is_scheduled or self._had_only_schedules:
            self.last_event, self._had_only_schedules = event, is_scheduled
        with self._free:
            environment = self._take()
            if environment is None:
                return failure("Laptop.Stopped", "is stopped with the stack")
            try:
                return environment.invoke(event, timeout=self.timeout, request_id=request_id)
            finally:
                self._give_back(environment)

    def replace(self, configuration: Configuration | None = None) -> str | None:
        """Let the code as it is now take the place of the old, if it starts.

        What is under way is finished by the old code, and new invocations wait for the new. If that does not
        start, the old code goes on, in the processes that it has.

        Args:
            configuration: the function's, if it has changed

        Returns:
            the reason why it does not start; None if it has, or if a later call has taken over
        """
        with self._news:
            if self._ends_at is not None:
                return None
            self._replacements += 1
            number = self._replacements
            self._next_configuration = configuration = configuration or self._next_configuration
            if self._next_environment:
                self._next_environment.kill()
            output = HeldOutput(self._log)
            environment = self._next_environment = self._start(configuration, output.take)
            self._is_being_replaced = True
        failed = environment.start_failure()
        with self._news:
            is_latest = number == self._replacements
            if is_latest:
                self._next_environment, self._is_being_replaced = None, False
                self._is_broken = failed is not None
            retired = [environment]
            if is_latest and failed is None:
                self.configuration = configuration
                retired, self._idle = self._idle, [environment]
                self._of_old_code = self._all - {environment}
                output.release()
            self._news.notify_all()
        for one in retired:
            self._end(one)
        return (
            explained(failed, configuration.handler, configuration.variables)
            if failed and is_latest
            else None
        )

    def hold(self) -> None:
        """Start no more processes while there are some, since the source cannot be used just now."""
        with self._news:
            self._is_broken = True

    def kill_one(self) -> bool:
        """Kill an environment that is in the middle of an invocation; whether there was one."""
        with self._news:
            for environment in self._all:
                if environment.busy:
                    environment.kill()
                    return True
        return False

    def begin_to_end(self) -> None:
        """Take no more invocations; those under way have some seconds. Like Lambda, tell them nothing."""
        with self._news:
            if self._ends_at is None:
                self._ends_at = time.monotonic() + _DRAIN_SECONDS
            self._news.notify_all()

    def stop(self) -> None:
        """Stop all its environments, those in the middle of an invocation when they have answered."""
        self.begin_to_end()
        assert self._ends_at is not None  # noqa: S101 - for the type checker
        for environment in list(self._all):
            environment.stop(patience=self._ends_at - time.monotonic())

    def _take(self) -> Environment | None:
        with self._news:
            while self._ends_at is None:
                if self._is_being_replaced:
                    self._news.wait()
                elif self._idle:
                    environment = self._idle.pop()
                    if environment.alive:
                        return environment
                    self._all.discard(environment)
                    environment.stop()
                elif self._is_broken and self._old_code_lives():
                    self._news.wait(_LOOK_SECONDS)
                else:
                    return self._start(self.configuration, self._log)
            return None

    def _old_code_lives(self) -> bool:
        return any(environment.alive for environment in self._all - self._of_old_code)

    def _give_back(self, environment: Environment) -> None:
        with self._news:
            is_usable = environment.alive and environment not in self._of_old_code
            if is_usable:
                self._idle.append(environment)
            self._news.notify_all()
        if not is_usable and self._ends_at is None:
            self._end(environment)

    def _start(self, configuration: Configuration, log: Callable[[str], None]) -> Environment:
        command = [sys.executable, "-m", "connect_local.laptop.child", _RUNTIME, configuration.handler]
        environment = Environment(command, configuration.variables, arn=self.arn, log=log)
        self._all.add(environment)
        return environment

    def _end(self, environment: Environment) -> None:
        environment.stop()
        with self._news:
            self._all.discard(environment)
            self._of_old_code.discard(environment)


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
    layers = [
        PROJECT / template.resource(layer["Ref"])[1]["ContentUri"]
        for layer in properties.get("Layers", [])
        if isinstance(layer, dict)  # else somebody's layer that is in AWS only
    ]
    declared = template.resolve(properties["Environment"]["Variables"], attribute_of)
    return {
        **{variable: _unpacked(str(value), layers) for variable, value in declared.items()},
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(properties.get("MemorySize", _LAMBDAS_MEGABYTES)),
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
