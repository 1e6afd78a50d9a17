"""An app to install on the laptop's Jira: a server that notes what it is sent."""

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any, Self

import atlassian_jwt

from tests.laptop.verbatim_http import Answer, VerbatimHttp

KEY = "com.example.fake-app"
PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Received:
    """One POST to the app; `target` is its path and query, verbatim, and header names are in lower case.

    `body` is None when there was none.
    """

    target: str
    headers: dict[str, str]
    body: Any

    @property
    def event(self) -> str:
        return self.target.partition("?")[0].rpartition("/")[2]

    @property
    def token(self) -> str:
        scheme, _, token = self.headers["authorization"].partition(" ")
        assert scheme == "JWT"
        return token


class FakeApp:
    """Answers 204 unless told otherwise, and signs with the secret of the last `installed` it answered so."""

    def __init__(self) -> None:
        self.answers: dict[str, list[int]] = {}  # by event
        self.installed: dict[str, Any] = {}
        self.received: list[Received] = []
        self.before_answering = _do_nothing
        self._news = Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self.descriptor_url = f"{self.base_url}/atlassian-connect.json"
        self.descriptor: dict[str, Any] = {
            "key": KEY,
            "name": "Fake App",
            "baseUrl": self.base_url,
            "authentication": {"type": "jwt"},
            "scopes": ["READ", "WRITE", "DELETE"],
            "lifecycle": {
                event: f"/lifecycle/{event}" for event in ("installed", "uninstalled", "enabled", "disabled")
            },
            "modules": {"webhooks": [{"event": "jira:issue_created", "url": "/webhooks/issue_created"}]},
        }

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, received: Received) -> int:
        """Note a POST, and answer as told."""
        self.before_answering()
        statuses = self.answers.get(received.event, [])
        status = statuses.pop(0) if statuses else 204
        with self._news:
            self.received.append(received)
            if received.event == "installed" and status == 204:
                self.installed = received.body
            self._news.notify_all()
        return status

    def get(self, target: str, authorization: str) -> tuple[str, bytes] | None:
        """Return the body and content type for a GET; None for none."""
        del authorization
        if target != "/atlassian-connect.json":
            return None
        return "application/json", json.dumps(self.descriptor).encode()

    def events(self) -> list[str]:
        return [received.event for received in self.received]

    def wait_for(self, count: int, event: str) -> list[Received]:
        """The first POSTs of an event, once there are so many."""

        def found() -> list[Received]:
            return [received for received in self.received if received.event == event]

        with self._news:
            assert self._news.wait_for(lambda: len(found()) >= count, PATIENCE_SECONDS), self.events()
            return found()

    def token(self, method: str, target: str, **claims: object) -> str:
        """Return a token signed by Atlassian's own package, whose default `iss` is not what Jira wants."""
        secret = self.installed["sharedSecret"]
        payload = {"iss": KEY, **claims}
        token: str = atlassian_jwt.encode_token(method, target, KEY, secret, payload_kwargs=payload)
        return token

    def sign(self, method: str, target: str, **claims: object) -> dict[str, str]:
        """The header of a signed call."""
        return {"Authorization": f"JWT {self.token(method, target, **claims)}"}


def _do_nothing() -> object:
    return None


@dataclass(frozen=True, slots=True)
class SignedCalls:
    """Calls to an API that an app signs: `rest(method, path)` or `rest(method, path, json_value)`."""

    app: FakeApp
    http: VerbatimHttp
    api: str = "/rest/api/3"

    def __call__(self, method: str, path: str, *value: object, **headers: str) -> Answer:
        target = f"{self.api}{path}"
        headers |= self.app.sign(method, target)
        if value:
            return self.http.send_json(method, target, *value, **headers)
        return self.http.send(method, target, headers=headers)


def _handler(app: FakeApp) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = app.get(self.path, self.headers.get("Authorization", ""))
            content_type, body = found or ("text/plain", b"")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = json.loads(body) if body else None
            self.send_response(app.take(Received(self.path, headers, said)))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
