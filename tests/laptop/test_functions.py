"""A function of the laptop's Lambda: its processes, and their end."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connect_local.laptop.functions import LaptopFunction
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.template import Template

PATIENCE_SECONDS = 20
TEMPLATE = """
Parameters: {{}}
Globals: {{Function: {{Timeout: 60, MemorySize: 128, Layers: []}}}}
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties: {{Handler: tests.laptop.handlers.{handler}}}
"""


class Begun:
    """Counts the invocations that have begun, by what they print."""

    def __init__(self) -> None:
        self._count = 0
        self._news = threading.Condition()

    def log(self, line: str) -> None:
        with self._news:
            self._count += line == "begun"
            self._news.notify_all()

    def wait_for(self, count: int) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self._count >= count, PATIENCE_SECONDS)


@pytest.fixture
def begun() -> Begun:
    return Begun()


@pytest.fixture
def make(tmp_path: Path, begun: Begun) -> Iterator[Callable[[str], LaptopFunction]]:
    functions: list[LaptopFunction] = []
    clouds: list[LaptopCloud] = []

    def make(handler: str) -> LaptopFunction:
        (tmp_path / "template.yaml").write_text(TEMPLATE.format(handler=handler), encoding="utf-8")
        template = Template({}, tmp_path / "template.yaml")
        cloud = LaptopCloud(template)
        cloud.start()
        clouds.append(cloud)
        functions.append(LaptopFunction("Worker", template, cloud, log=begun.log))
        return functions[-1]

    yield make
    for function in functions:
        function.stop()
    for cloud in clouds:
        cloud.stop()


def test_calls_under_way_are_answered_when_the_function_is_stopped(
    make: Callable[[str], LaptopFunction], begun: Begun
) -> None:
    function = make("for_a_second")
    with ThreadPoolExecutor() as callers:
        results = [callers.submit(function.invoke, b"{}") for _ in range(2)]
        begun.wait_for(2)
        function.begin_to_end()
        function.stop()
    assert [result.result().payload for result in results] == [b'"a second later"'] * 2
    refused = function.invoke(b"{}")
    assert json.loads(refused.payload)["errorType"] == "Laptop.Stopped"


def test_one_process_in_mid_call_can_be_killed_and_the_next_call_gets_another(
    make: Callable[[str], LaptopFunction], begun: Begun
) -> None:
    function = make("for_a_second")
    assert not function.kill_one(), "there was nothing to kill"
    with ThreadPoolExecutor() as callers:
        results = [callers.submit(function.invoke, b"{}") for _ in range(2)]
        begun.wait_for(2)
        assert function.kill_one()
        callers.submit(function.invoke, b"{}")
        begun.wait_for(3)
        function.stop()
    assert sorted(result.result().failed for result in results) == [False, True]


def test_an_event_that_is_tried_again_has_the_same_request_id(
    make: Callable[[str], LaptopFunction],
) -> None:
    function = make("echo")
    answers = [function.invoke(b"{}", request_id="one-and-the-same") for _ in range(2)]
    assert {json.loads(answer.payload)["requestId"] for answer in answers} == {"one-and-the-same"}
