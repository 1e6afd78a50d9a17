"""Lambda's Runtime API, for one process.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from connect_local.laptop.invocations import Invocation, InvocationResult
from connect_local.laptop.no_browsers import is_from_browser
from connect_tools.loopback import LOOPBACK


class RuntimeApi:
    """Serves one process.

    Attributes:
        address: host and port, for the environment variable `AWS_LAMBDA_RUNTIME_API`

    Args:
        arn: the function's ARN
        next_invocation: waits for the next invocation; None when there will be none
        on_result: takes the process's response to the invocation, or its failure to start
    """

    def __init__(
        self,
        *,
        arn: str,
        next_invocation: Callable[[], Invocation | None],
        on_result: Callable[[InvocationResult], None],
    ) -> None:
        self._server = _Server((LOOPBACK, 0), _handler(arn, next_invocation, on_result))
        self.address = f"{LOOPBACK}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a process that is killed leaves its request half way; its end is told elsewhere."""


def _handler(
    arn: str, next_invocation: Callable[[], Invocation | None], on_result: Callable[[InvocationResult], None]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # an answer is written in two parts; the second would wait 40 ms

        def parse_request(self) -> bool:
            if not super().parse_request():
                return False
            if is_from_browser(self.headers):
                self.send_error(HTTPStatus.FORBIDDEN)
                return False
            return True

        def do_GET(self) -> None:
            invocation = next_invocation()
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
                    "Lambda-Runtime-Invoked-Function-Arn": arn,
                    "Lambda-Runtime-Trace-Id": _trace_id(),
                },
            )

        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            failed = self.path.endswith("/error")
            self._answer(202, b'{"status":"OK"}', {})
            on_result(InvocationResult(payload, failed=failed))

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

    return Handler


def _trace_id() -> str:
    return f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0"
