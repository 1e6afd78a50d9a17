"""An app that the laptop's Forge calls and that is none of ours."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

import jwt

from connect_local.jira import LaptopJira
from connect_local.jira.forge.platform import LAPTOP_APP_ID

EVENT = "avi:jira:created:issue"
LIFECYCLE = [f"avi:forge:{what}:app" for what in ("installed", "upgraded", "uninstalled")]


@dataclass
class Remote:
    """Notes what it is sent, and answers as it was told."""

    answers: list[int] = field(default_factory=list)
    received: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    news: Condition = field(default_factory=Condition)
    base_url: str = ""

    def wait_for(self, number: int) -> list[tuple[str, dict[str, str], Any]]:
        with self.news:
            assert self.news.wait_for(lambda: len(self.received) >= number, timeout=10)
        return self.received


@contextmanager
def listening() -> Iterator[Remote]:
    """One, on a port of its own."""
    remote = Remote()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with remote.news:
                status = remote.answers.pop(0) if remote.answers else 204
                remote.received.append((self.path, headers, body))
                remote.news.notify_all()
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    remote.base_url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield remote
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def manifest(remote: Remote, **changed: Any) -> dict[str, Any]:
    endpoint = {"remote": "r", "auth": {"appSystemToken": {"enabled": True}}}
    return {
        "app": {"id": LAPTOP_APP_ID, "connect": {"key": "com.example.forged", "remote": "r"}},
        "remotes": [{"key": "r", "baseUrl": remote.base_url}],
        "modules": {
            "trigger": [
                {"key": "life", "endpoint": "to-life", "events": LIFECYCLE},
                {"key": "events", "endpoint": "to-events", "events": [EVENT]},
            ],
            "scheduledTrigger": [{"key": "hour", "endpoint": "to-hour", "interval": "hour"}],
            "endpoint": [
                {"key": f"to-{key}", "route": {"path": f"/{key}"}, **endpoint}
                for key in ("life", "events", "hour", "leave")
            ],
        },
        "permissions": {"scopes": ["read:app-system-token", "read:jira-work", "read:jira-user"]},
        **changed,
    }


def claims_of(jira: LaptopJira, headers: dict[str, str]) -> dict[str, Any]:
    """Return the claims of a call's token, verified by PyJWT's own client."""
    scheme, _, token = headers["authorization"].partition(" ")
    assert scheme == "Bearer"
    key = jwt.PyJWKClient(jira.forge.keys_url).get_signing_key_from_jwt(token)
    claims: dict[str, Any] = jwt.decode(
        token, key, algorithms=["RS256"], audience=LAPTOP_APP_ID, issuer="forge/invocation-token"
    )
    return claims
