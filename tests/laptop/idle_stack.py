"""A stack whose resources are there and whose functions only take notes, and the `connect` command on it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from connect_local.laptop.controls import controls
from connect_local.laptop.gateway import LaptopGateway
from connect_local.laptop.invocations import InvocationResult
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_local.laptop.ports import listen
from connect_local.laptop.routing import Routes
from connect_local.laptop.servers import ThreadedServer
from connect_local.testing.aws import MemoryCloud
from connect_tools.shapes.records import RecordedShapes
from connect_tools.template import Template
from tests.laptop.command import run_connect

CONNECT = str(Path(sys.executable).parent / "connect")


def connect(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run `connect` in this process: to start one takes longer than most commands. Not for invoke."""
    outcome = run_connect(*arguments, stdin=stdin)
    assert isinstance(outcome.code, int)
    return subprocess.CompletedProcess(arguments, outcome.code, outcome.stdout, outcome.stderr)


class NotingFunction:
    """A function that notes what it is asked, and answers what it is told to."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.result = InvocationResult(b"null")

    def invoke(self, event: bytes) -> InvocationResult:
        self.events.append(json.loads(event))
        return self.result

    def put(self, event: bytes) -> str:
        self.events.append(json.loads(event))
        return "a request's id"


class IdleStack:
    """The resources of template.yaml, and the app's port; nothing works anything off."""

    def __init__(self) -> None:
        template = Template({})
        self.cloud = LaptopCloud(template)
        self.cloud.start()
        names = template.resources("AWS::Serverless::Function")
        self.functions = {name: NotingFunction() for name in names}
        self.on_bus: list[Any] = []
        self.shapes = RecordedShapes()
        for rule in template.event_rules(self.cloud.attribute):
            self.cloud.make_rule(rule, lambda event: self.on_bus.append(json.loads(event)))
        resources = {name: name for name in names} | self.cloud.resources()
        description = {"region": "us-east-1", "endpoint": self.cloud.endpoint, "resources": resources}
        gateway = LaptopGateway(
            Routes([]),
            self.functions,  # type: ignore[arg-type]
            self.functions,  # type: ignore[arg-type]
            controls(self.cloud, description, self.shapes, {}),
        )
        listener = listen(0, "")
        self.port = str(listener.getsockname()[1])
        self._server = ThreadedServer(gateway, listener)
        self._server.start()
        self.sqs = self.cloud.client("sqs")

    def __enter__(self) -> Self:
        return self

    def forget(self) -> None:
        """Be as new."""
        MemoryCloud.forget()
        self.on_bus.clear()
        for function in self.functions.values():
            function.events.clear()
            function.result = InvocationResult(b"null")

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self.cloud.stop()

    def connect(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command on this stack."""
        return connect(*arguments, "--port", self.port, stdin=stdin)

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """Receive the messages of a queue; they are hidden afterwards."""
        received: list[dict[str, Any]] = []
        while True:
            answer = self.sqs.receive_message(
                QueueUrl=self.cloud.attribute(queue, "Ref"),
                MaxNumberOfMessages=10,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            if not answer.get("Messages"):
                return received
            received += answer["Messages"]
