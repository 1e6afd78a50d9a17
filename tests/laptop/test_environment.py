"""One process of a function, under AWS's own runtime client and under the plain one."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connect_local.laptop.environment import Environment
from connect_local.laptop.invocations import InvocationResult
from connect_tools.project import PROJECT

RUNTIMES = ["connect_local.laptop.runtime"] + (["awslambdaric"] if sys.platform == "linux" else [])
ARN = "arn:aws:lambda:us-east-1:123456789012:function:Test"

HANDLERS = PROJECT / "tests" / "laptop" / "handlers.py"

type Start = Callable[..., Environment]


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture(params=RUNTIMES)
def start(request: pytest.FixtureRequest, lines: list[str]) -> Iterator[Start]:
    environments: list[Environment] = []

    def start(handler: str, **options: Any) -> Environment:
        environment = Environment(
            [sys.executable, "-m", request.param, handler],
            {
                "AWS_LAMBDA_FUNCTION_NAME": "Test",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(PROJECT),
            },
            arn=ARN,
            log=lines.append,
            **options,
        )
        environments.append(environment)
        return environment

    yield start
    for environment in environments:
        environment.stop()


def test_an_event_reaches_the_handler_and_its_answer_comes_back(start: Start) -> None:
    result = start("tests.laptop.handlers.echo").invoke(b'{"name": "\xc3\xbc"}', timeout=10)
    answer = json.loads(result.payload)
    assert not result.failed
    assert answer["event"] == {"name": "ü"}
    assert answer["arn"] == ARN
    assert answer["requestId"]
    assert 5000 < answer["remaining"] <= 10000


def test_a_warm_environment_is_the_same_process_with_another_request(start: Start) -> None:
    environment = start("tests.laptop.handlers.echo")
    first, second = (json.loads(environment.invoke(b"{}", timeout=10).payload) for _ in range(2))
    assert first["pid"] == second["pid"]
    assert first["requestId"] != second["requestId"]


def test_an_exception_is_the_functions_error_and_the_environment_lives_on(start: Start) -> None:
    environment = start("tests.laptop.handlers.fail")
    for _ in range(2):
        result = environment.invoke(b'{"name": "x"}', timeout=10)
        assert result.failed
        assert json.loads(result.payload)["errorType"] == "ValueError"
        assert json.loads(result.payload)["errorMessage"] == "no good: x"


def test_a_process_that_dies_fails_its_invocation_and_is_not_used_again(start: Start) -> None:
    environment = start("tests.laptop.handlers.crash")
    result = environment.invoke(b"{}", timeout=10)
    assert result.failed
    assert json.loads(result.payload)["errorType"] == "Runtime.ExitError"
    assert result.trouble == "died with exit status 3"
    assert not environment.alive


def test_a_process_that_crashes_says_where(start: Start) -> None:
    result = start("tests.laptop.handlers.segfault").invoke(b"{}", timeout=10)
    assert result.trouble is not None
    assert re.fullmatch(
        r"was killed by SIGSEGV at tests/laptop/handlers\.py:\d+ \(segfault\)", result.trouble
    )


STACK = """
import os, sys
from connect_local.laptop.environment import Environment
command = [sys.executable, "-m", "connect_local.laptop.child", "connect_local.laptop.runtime",
           "tests.laptop.handlers.for_ever"]
variables = {"AWS_LAMBDA_FUNCTION_NAME": "Test", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
             "PYTHONPATH": os.getcwd()}
environment = Environment(command, variables, arn="arn", log=lambda line: print(line, flush=True))
environment.invoke(b"{}", timeout=100)
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc here")
def test_a_function_that_never_returns_ends_with_a_stack_that_is_killed() -> None:
    stack = subprocess.Popen([sys.executable, "-c", STACK], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert stack.stdout is not None
    with stack.stdout as lines:
        busy = next(line for line in lines if line.startswith("busy as ")).rpartition(" ")[2].strip()
        assert Path(f"/proc/{busy}").exists()
        stack.kill()
        stack.wait()
    deadline = time.monotonic() + 10
    while is_running(busy):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_process_that_is_killed_says_by_what(start: Start, lines: list[str]) -> None:
    environment = start("tests.laptop.handlers.for_a_minute")
    with in_mid_call(environment, lines) as result:
        environment.kill()
    assert result.result().trouble == "was killed by SIGKILL, as when it needs more memory than there is"


def test_a_handler_that_cannot_be_imported_fails_the_first_invocation(start: Start) -> None:
    environment = start("tests.laptop.handlers_that_are_not_there.echo")
    result = environment.invoke(b"{}", timeout=10)
    assert result.failed
    assert environment.start_failure() is not None


def test_a_function_that_exceeds_its_time_is_stopped_and_the_log_says_so(
    start: Start, lines: list[str]
) -> None:
    environment = start("tests.laptop.handlers.sleep")
    environment.invoke(b'{"seconds": 0}', timeout=10)
    started = time.monotonic()
    result = environment.invoke(b'{"seconds": 60}', timeout=0.5)
    assert result.failed
    assert json.loads(result.payload)["errorType"] == "Sandbox.Timedout"
    assert time.monotonic() - started < 10
    assert any(line.endswith(" Task timed out after 0.50 seconds") for line in lines)
    place = HANDLERS.read_text(encoding="utf-8").splitlines().index('    time.sleep(event["seconds"])') + 1
    assert result.trouble == (
        f"ran into its timeout of 0.5 s, and was stopped at tests/laptop/handlers.py:{place} (sleep): "
        "let what it waits for there have a shorter timeout of its own"
    )
    assert not any("Fatal Python error" in line for line in lines)


def test_a_function_that_is_not_imported_in_time_is_stopped(start: Start) -> None:
    environment = start("tests.laptop.handlers.sleep", start_seconds=0.01)
    failed = environment.start_failure()
    assert failed is not None
    assert failed.trouble is not None
    assert failed.trouble.startswith("was not imported within 0.01 s (Lambda waits for 10), and was stopped")


def test_a_traceback_is_one_text(start: Start, lines: list[str]) -> None:
    environment = start("tests.laptop.handlers.print_a_traceback")
    environment.invoke(b"{}", timeout=10)
    environment.stop()
    (text,) = [line for line in lines if "Traceback" in line]
    assert text.startswith("Traceback")
    assert text.endswith("ValueError: no good: x")


def test_stopping_ends_what_is_running(start: Start) -> None:
    environment = start("tests.laptop.handlers.sleep")
    environment.invoke(b'{"seconds": 0}', timeout=10)
    environment.stop()
    assert not environment.alive
    assert environment.invoke(b'{"seconds": 0}', timeout=10).failed


@contextmanager
def in_mid_call(environment: Environment, lines: list[str]) -> Iterator[Future[InvocationResult]]:
    """An invocation under way; `lines` say that it has begun."""
    with ThreadPoolExecutor() as caller:
        result = caller.submit(environment.invoke, b"{}", timeout=60)
        deadline = time.monotonic() + 10
        while "begun" not in lines and time.monotonic() < deadline:
            time.sleep(0.01)
        assert environment.busy
        yield result


def test_an_invocation_under_way_is_waited_for(start: Start, lines: list[str]) -> None:
    environment = start("tests.laptop.handlers.for_a_second")
    with in_mid_call(environment, lines) as result:
        environment.stop(patience=10)
    assert (result.result().failed, result.result().payload) == (False, b'"a second later"')
    assert not environment.alive


def test_an_invocation_that_takes_longer_is_ended(start: Start, lines: list[str]) -> None:
    environment = start("tests.laptop.handlers.for_a_minute")
    with in_mid_call(environment, lines) as result:
        environment.stop(patience=0.2)
    assert json.loads(result.result().payload)["errorType"] == "Runtime.ExitError"


def test_an_idle_process_is_not_waited_for(start: Start) -> None:
    environment = start("tests.laptop.handlers.echo")
    environment.invoke(b"{}", timeout=10)
    started = time.monotonic()
    environment.stop(patience=60)
    assert time.monotonic() - started < 10
    assert not environment.alive


def test_what_a_function_prints_is_followed(start: Start, lines: list[str]) -> None:
    environment = start("tests.laptop.handlers.talk")
    environment.invoke(b'{"words": "hello from inside"}', timeout=10)
    environment.stop()
    assert "hello from inside" in "\n".join(lines)
