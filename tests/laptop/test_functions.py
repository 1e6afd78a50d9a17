"""A function of the laptop's Lambda: its processes, and their end."""

import json
import threading
import time
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
        self.lines: list[str] = []
        self._count = 0
        self._news = threading.Condition()

    def log(self, line: str) -> None:
        with self._news:
            self.lines.append(line)
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


def test_the_last_event_is_a_schedules_only_while_no_other_has_come(
    make: Callable[[str], LaptopFunction],
) -> None:
    function = make("echo")
    first, second, third, fourth, fifth = (b'{"number": %d}' % number for number in range(1, 6))
    for event, is_scheduled, last in [
        (first, True, first),
        (second, True, second),
        (third, False, third),
        (fourth, True, third),
        (fifth, False, fifth),
    ]:
        function.invoke(event, is_scheduled=is_scheduled)
        assert function.last_event == last


def test_a_breakpoint_is_passed_over_in_one_line_that_says_what_to_do(
    make: Callable[[str], LaptopFunction], begun: Begun
) -> None:
    function = make("stop_here")
    assert function.invoke(b"{}").payload == b'"went on"'
    function.stop()
    (said,) = begun.lines
    assert said.startswith("breakpoint() at tests/laptop/handlers.py:")
    assert said.endswith(" is passed over here: connect invoke Worker --last stops there, with this event")


class Source:
    """A function's source in a folder of its own, which is edited."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "edited.py"

    def write(self, *lines: str) -> None:
        self._file.write_text("\n".join(["import os, time", *lines]), encoding="utf-8")

    def returns(self, value: str) -> None:
        self.write("def handler(event, context):", f"    return {value}")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


@pytest.fixture
def edited(tmp_path: Path, source: Source, begun: Begun) -> Iterator[LaptopFunction]:
    source.returns("1")
    properties = "{Handler: edited.handler, Environment: {Variables: {}}}"
    text = TEMPLATE.format(handler="none").replace("{Handler: tests.laptop.handlers.none}", properties)
    (tmp_path / "template.yaml").write_text(text, encoding="utf-8")
    template = Template({}, tmp_path / "template.yaml")
    cloud = LaptopCloud(template)
    cloud.start()
    function = LaptopFunction("Worker", template, cloud, log=begun.log)
    function.configuration.variables["PYTHONPATH"] += f":{tmp_path}"
    function.configuration.variables["PYTHONDONTWRITEBYTECODE"] = "1"
    yield function
    function.stop()
    cloud.stop()


def answer(function: LaptopFunction) -> object:
    return json.loads(function.invoke(b"{}").payload)


def test_new_code_takes_the_place_of_the_old(edited: LaptopFunction, source: Source) -> None:
    assert answer(edited) == 1
    source.returns("2")
    assert answer(edited) == 1, "a warm process keeps its code"
    assert edited.replace() is None
    assert answer(edited) == 2


def test_code_that_does_not_start_leaves_the_old_where_it_is(edited: LaptopFunction, source: Source) -> None:
    assert answer(edited) == 1
    source.write("def handler(event, context)", "    return 2")
    assert edited.replace() == "SyntaxError: expected ':'   def handler(event, context)"
    with ThreadPoolExecutor() as callers:
        calls = [callers.submit(answer, edited) for _ in range(5)]
    assert [call.result() for call in calls] == [1] * 5, "also several calls at once"
    source.write("import nothing_of_this_name")
    assert edited.replace() == ("ModuleNotFoundError: No module named 'nothing_of_this_name'")
    source.write("os._exit(7)")
    assert edited.replace() == "it died with exit status 7"
    assert answer(edited) == 1
    source.returns("3")
    assert edited.replace() is None
    assert answer(edited) == 3


def test_what_is_under_way_is_finished_by_the_old_code(
    edited: LaptopFunction, source: Source, begun: Begun
) -> None:
    source.write("def handler(event, context):", "    print('begun')", "    time.sleep(1)", "    return 1")
    with ThreadPoolExecutor() as callers:
        under_way = callers.submit(answer, edited)
        begun.wait_for(1)
        source.returns("2")
        assert edited.replace() is None
        assert answer(edited) == 2
        assert not under_way.done()
    assert under_way.result() == 1


def test_a_call_while_new_code_starts_waits_for_it(edited: LaptopFunction, source: Source) -> None:
    assert answer(edited) == 1
    source.write("time.sleep(0.5)", "def handler(event, context):", "    return 2")
    with ThreadPoolExecutor() as threads:
        replacing = threads.submit(edited.replace)
        time.sleep(0.1)
        assert answer(edited) == 2
        assert replacing.result() is None


def test_a_later_edit_does_not_wait_for_an_earlier_one_that_hangs(
    edited: LaptopFunction, source: Source
) -> None:
    source.write("time.sleep(60)")
    with ThreadPoolExecutor() as threads:
        hanging = threads.submit(edited.replace)
        time.sleep(0.3)
        source.returns("2")
        assert edited.replace() is None
        assert hanging.result(timeout=5) is None
    assert answer(edited) == 2
