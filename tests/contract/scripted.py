"""A service of AWS's that answers as it is told."""

import json
import os
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from connect_jira.aws.service import Aws, AwsService
from connect_tools.aws_environment import NOBODYS

type Answer = tuple[int, bytes] | Callable[[], tuple[int, bytes]]

OPENED = {"Plaintext": b"opened"}
DONE = (200, b'{"Plaintext": "b3BlbmVk"}')


class Scripted:
    """A service that answers as it is told, then with `DONE`."""

    def __init__(self, setenv: Callable[[str, str], None], *answers: Answer) -> None:
        self._setenv = setenv
        self.answers = list(answers)
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[dict[str, str], Any]] = []
        self.callers: set[int] = set()
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                script.callers.add(self.client_address[1])
                script.requests.append((headers, json.loads(body)))
                answer = script.answers.pop(0) if script.answers else DONE
                status, content = answer() if callable(answer) else answer
                self.send_response(status)
                for name, value in {**script.headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def aws(self, **env: str) -> Aws:
        endpoint = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server.server_port}"}
        for name, value in {**NOBODYS, **endpoint, **env}.items():
            self._setenv(name, value)
        return Aws(os.environ)

    def reached(
        self, service: str = "kms", *, read_seconds: float = 2.0, attempts: int = 3, **env: str
    ) -> AwsService:
        return self.aws(**env).service(service, read_seconds=read_seconds, attempts=attempts)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
