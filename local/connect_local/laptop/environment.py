"""One execution environment of a function: a process of its own, fed through Lambda's Runtime API.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import queue
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from connect_tools.loopback import LOOPBACK
from connect_tools.project import PROJECT

TIMED_OUT = "Task timed out after"
"""Lambda's log message for a time-out: https://repost.aws/knowledge-center/lambda-verify-invocation-timeouts"""


@dataclass(frozen=True, slots=True)
class InvocationResult:
    """Response of a function.

    Attributes:
        payload: JSON
        failed: True if it is an error's description
    """

    payload: bytes
    failed: bool = False


def failure(kind: str, message: str) -> InvocationResult:
    """The result of an invocation that the function did not live to answer."""
    payload = {"errorType": kind, "errorMessage": message}
    return InvocationResult(json.dumps(payload).encode(), failed=True)


@dataclass(slots=True)
class _Invocation:
    event: bytes
    timeout: float
    request_id: str
    result: Future[InvocationResult] = field(default_factory=Future)


def _trace_id() -> str:
    return f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0"


class _RuntimeApiServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a process that is killed leaves its request half way; its end is told elsewhere."""


class Environment:
    """A process that runs one function, one invocation at a time.

    Args:
        command: runs the handler, and speaks the Runtime API
        variables: its environment variables
        arn: the function's ARN
        log: takes each line that it prints
        folder: working directory, which Lambda searches first for the handler

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
    ) -> None:
        self.ready_at: float | None = None
        self._arn = arn
        self._log = log
        self._waiting: queue.SimpleQueue[_Invocation | None] = queue.SimpleQueue()
        self._running: _Invocation | None = None
        self._server = _RuntimeApiServer((LOOPBACK, 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self._process = subprocess.Popen(  # noqa: S603 - a fixed command
            command,
            env={**variables, "AWS_LAMBDA_RUNTIME_API": f"{LOOPBACK}:{self._server.server_port}"},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the stack, which then stops its processes
        )
        self._follower = threading.Thread(target=self._follow, daemon=True)
        self._follower.start()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """True if it can take another invocation."""
        return self._process.poll() is None

    @property
    def busy(self) -> bool:
        """True if it is in the middle of an invocation."""
        return self._running is not None and not self._running.result.done()

    def invoke(self, event: bytes, *, timeout: float, request_id: str | None = None) -> InvocationResult:
        """Run the handler.

        Args:
            event: JSON
            timeout: the function's, in seconds; an environment that exceeds it is stopped, as in Lambda
            request_id: the same when the same event is tried again
        """
        self._running = invocation = _Invocation(event, timeout, request_id or str(uuid.uuid4()))
        self._waiting.put(invocation)
        if not self.alive:
            self._end_invocation()
        return invocation.result.result()

    def kill(self) -> None:
        """End the process at once (SIGKILL), as when its machine fails; an invocation fails with it."""
        self._process.kill()

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
        self._server.shutdown()
        self._server.server_close()

    def _follow(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        with self._process.stdout as lines:
            for line in lines:
                self._log(line.decode(errors="replace").rstrip())
        self._process.wait()
        self._end_invocation()

    def _end_invocation(self) -> None:
        self._settle(failure("Runtime.ExitError", f"the process ended with status {self._process.poll()}"))

    def _settle(self, result: InvocationResult) -> None:
        invocation = self._running
        if invocation and not invocation.result.done():
            invocation.result.set_result(result)

    def _expire(self, invocation: _Invocation) -> None:
        if not invocation.result.done():
            self._log(f"{invocation.request_id} {TIMED_OUT} {invocation.timeout:.2f} seconds")
            invocation.result.set_result(
                failure("Sandbox.Timedout", f"the function took more than {invocation.timeout:.0f} seconds")
            )
            self._process.kill()

    def _next(self) -> _Invocation | None:
        self.ready_at = self.ready_at or time.monotonic()
        invocation = self._waiting.get()
        if invocation:  # the time counts from when the process is ready, not from its start
            timer = threading.Timer(invocation.timeout, self._expire, [invocation])
            timer.daemon = True
            timer.start()
            invocation.result.add_done_callback(lambda _: timer.cancel())
        return invocation

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        environment = self

        class RuntimeApi(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # an answer is written in two parts; the second would wait 40 ms

            def do_GET(self) -> None:
                invocation = environment._next()
                if invocation is None:
                    self.close_connection = True
                    return
                deadline = time.time() + invocation.timeout
                self._answer(
                    200,
                    invocation.event,
                    {
                        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                        "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
                        "Lambda-Runtime-Invoked-Function-Arn": environment._arn,
                        "Lambda-Runtime-Trace-Id": _trace_id(),
                    },
                )

            def do_POST(self) -> None:
                payload = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                failed = self.path.endswith("/error")
                self._answer(202, b'{"status":"OK"}', {})
                environment._settle(InvocationResult(payload, failed=failed))

            def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

        return RuntimeApi
