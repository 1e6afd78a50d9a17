"""One execution environment of a function: a process of its own, fed through Lambda's Runtime API.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from connect_local.laptop.child import ALIVE
from connect_local.laptop.invocations import Invocation, InvocationResult, failure
from connect_local.laptop.output import Output
from connect_local.laptop.runtime_api import RuntimeApi
from connect_local.laptop.stack_dump import VARIABLES, is_dump, place_in
from connect_tools.project import PROJECT

TIMED_OUT = "Task timed out after"
"""Lambda's log message for a time-out: https://repost.aws/knowledge-center/lambda-verify-invocation-timeouts"""

START_SECONDS = 30
"""Limit for a function's start, imports for the most part; Lambda's is 10, but a laptop may be busy."""

_DUMP_SECONDS = 1
_HAS_LIFELINE = sys.platform != "win32"


class _End(NamedTuple):
    """The end of a process; `kind` is Lambda's name for it, and `advice` what to do."""

    kind: str
    trouble: str
    advice: str = ""


class Environment:
    """A process that runs one function, one invocation at a time.

    Args:
        command: runs the handler, and speaks the Runtime API
        variables: its environment variables
        arn: the function's ARN
        log: takes each line that it prints, and lines that it prints together as one text
        folder: working directory, which Lambda searches first for the handler
        start_seconds: limit for its start

    Attributes:
        ready_at: time of its first request for an invocation, as `time.monotonic`; None until then
    """

    def __init__(
        self,
        command: Sequence[str],
        variables: Mapping[str, str],
        *,
        arn: str,
        log: Callable[[str], None],
        folder: Path = PROJECT,
        start_seconds: float = START_SECONDS,
    ) -> None:
        self.ready_at: float | None = None
        self._log = log
        self._waiting: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._running: Invocation | None = None
        self._started: Future[InvocationResult | None] = Future()
        self._stopped_for: _End | None = None
        self._place: str | None = None
        self._api = RuntimeApi(arn=arn, next_invocation=self._next, on_result=self._settle)
        lifeline, our_end = os.pipe()
        self._our_end = os.fdopen(our_end, "wb")
        self._process = subprocess.Popen(  # noqa: S603 - a fixed command
            command,
            env={
                **VARIABLES,
                **variables,
                "AWS_LAMBDA_RUNTIME_API": self._api.address,
                **({ALIVE: str(lifeline)} if _HAS_LIFELINE else {}),
            },
            pass_fds=[lifeline] if _HAS_LIFELINE else (),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the stack, which then stops its processes
        )
        os.close(lifeline)
        _without_core_file(self._process.pid)
        self._limit_start(start_seconds)
        self._follower = threading.Thread(target=self._follow, daemon=True)
        self._follower.start()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """True if it can take another invocation."""
        return self._stopped_for is None and self._process.poll() is None

    @property
    def busy(self) -> bool:
        """True if it is in the middle of an invocation."""
        return self._running is not None and not self._running.result.done()

    def start_failure(self) -> InvocationResult | None:
        """Wait until it has started; the failure if it does not start."""
        return self._started.result()

    def invoke(self, event: bytes, *, timeout: float, request_id: str | None = None) -> InvocationResult:
        """Run the handler.

        Args:
            event: JSON
            timeout: the function's, in seconds; an environment that exceeds it is stopped, as in Lambda
            request_id: the same when the same event is tried again
        """
        invocation = Invocation(event, timeout)
        if request_id:
            invocation.request_id = request_id
        self._running = invocation
        self._waiting.put(invocation)
        if self._process.poll() is not None:
            self._end_invocation()
        return invocation.result.result()

    def kill(self) -> None:
        """End the process at once (SIGKILL), as when its machine fails; an invocation fails with it."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            with suppress(
                ProcessLookupError
            ):  # its own children included, or they would keep its output open
                os.killpg(self._process.pid, signal.SIGKILL)

    def stop(self, *, patience: float = 0) -> None:
        """Stop the process.

        Args:
            patience: for how many seconds an invocation may still be answered
        """
        if self._running:
            wait([self._running.result], timeout=max(patience, 0))
        self.kill()
        self._follower.join()
        self._waiting.put(None)
        self._api.stop()
        self._our_end.close()

    def _follow(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        Output(self._process.stdout, self._take_output).follow()
        self._process.wait()
        self._end_invocation()

    def _take_output(self, text: str) -> None:
        if is_dump(text):
            self._place = self._place or place_in(text)
        else:
            self._log(text)

    def _end_invocation(self) -> None:
        end = self._stopped_for or _End("Runtime.ExitError", _death(self._process.wait()))
        place = f" at {self._place}" if self._place else ""
        self._settle(failure(end.kind, end.trouble + place + end.advice))

    def _settle(self, result: InvocationResult) -> None:
        if not self._started.done():
            self._started.set_result(result)
            if not result.trouble:
                message = json.loads(result.payload).get("errorMessage", "no reason given")
                result = replace(result, trouble=f"does not start: {message}")
        if self._running:
            self._running.settle(result)

    def _limit_start(self, seconds: float) -> None:
        def expire() -> None:
            if not self._started.done():
                trouble = f"was not imported within {seconds:g} s (Lambda waits for 10), and was stopped"
                self._abort(_End("Sandbox.Timedout", trouble))

        self._limit(seconds, expire, self._started)

    def _limit_invocation(self, invocation: Invocation) -> None:
        def expire() -> None:
            if not invocation.result.done():
                self._log(f"{invocation.request_id} {TIMED_OUT} {invocation.timeout:.2f} seconds")
                trouble = f"ran into its timeout of {invocation.timeout:g} s, and was stopped"
                advice = ": let what it waits for there have a shorter timeout of its own"
                self._abort(_End("Sandbox.Timedout", trouble, advice))

        self._limit(invocation.timeout, expire, invocation.result)

    @staticmethod
    def _limit[T](seconds: float, expire: Callable[[], None], awaited: Future[T]) -> None:
        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        awaited.add_done_callback(lambda _: timer.cancel())

    def _abort(self, end: _End) -> None:
        """Stop the process, which says where it is."""
        self._stopped_for = end
        with suppress(ValueError):  # Windows has no such signal
            self._process.send_signal(signal.SIGABRT)
        try:
            self._process.wait(_DUMP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def _next(self) -> Invocation | None:
        self.ready_at = self.ready_at or time.monotonic()
        if not self._started.done():
            self._started.set_result(None)
        invocation = self._waiting.get()
        if invocation:  # the time counts from when the process is ready, not from its start
            self._limit_invocation(invocation)
        return invocation


def _death(status: int) -> str:
    if status >= 0:
        return f"died with exit status {status}"
    with suppress(ValueError):
        name = signal.Signals(-status).name
        why = ", as when it needs more memory than there is" if name == "SIGKILL" else ""
        return f"was killed by {name}{why}"
    return f"was killed by signal {-status}"


def _without_core_file(pid: int) -> None:
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - not on Windows

        with suppress(OSError):  # it has ended
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
