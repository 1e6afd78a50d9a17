"""A Jira on a socket that answers what it is told to, byte by byte, and can install the app on itself."""

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import jwt
import urllib3
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connect_jwt.canonical import query_string_hash

KID = "generic-keypair/cs-migrations/installation-key-pair--0123456789abcdef"
CLIENT_KEY = "3f0b6f0e-6b5e-4d5e-9a57-000000000001"
SECRET = "s" * 40


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """An answer of HTTP, whatever its body is."""
    named = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode("latin-1") + body


BREAKS = b""
"""The connection ends without a word."""


class ScriptedJira:
    """Responses to `METHOD /path`, and the requests received. The last response is repeated."""

    def __init__(self, port: int) -> None:
        self.base_url = f"http://127.0.0.1:{port}"
        self.keys_url = f"{self.base_url}/keys"
        self.answers: dict[str, list[bytes]] = {}
        self._asked: list[str] = []
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def asked(self, call: str) -> int:
        """Return the number of requests for a call."""
        return self._asked.count(call)

    def answer_to(self, call: str) -> bytes:
        self._asked.append(call)
        if call == f"GET /keys/{KID}":
            public = self._key.public_key()
            return answer(
                HTTPStatus.OK,
                public.public_bytes(
                    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
                ),
            )
        script = self.answers.get(call, [answer(HTTPStatus.NOT_FOUND, b"{}")])
        return script.pop(0) if len(script) > 1 else script[0]

    def install(self, app_url: str) -> None:
        """Install the app as Jira does, and see that it is taken."""
        with urllib3.PoolManager() as http:
            base_url = app_url.replace("localhost", "127.0.0.1")
            key = http.request("GET", f"{base_url}/atlassian-connect.json").json()["key"]
            payload = {
                "key": key,
                "clientKey": CLIENT_KEY,
                "sharedSecret": SECRET,
                "baseUrl": self.base_url,
                "productType": "jira",
                "eventType": "installed",
            }
            now = int(time.time())
            claims: dict[str, Any] = {"iss": CLIENT_KEY, "aud": [app_url], "iat": now, "exp": now + 180}
            claims["qsh"] = query_string_hash("POST", "/lifecycle/installed", "")
            token = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": KID})
            taken = http.request(
                "POST",
                f"{base_url}/lifecycle/installed",
                body=json.dumps(payload),
                headers={"Authorization": f"JWT {token}", "Content-Type": "application/json"},
            )
            assert taken.status == HTTPStatus.NO_CONTENT, taken.status


@contextmanager
def scripted_jira() -> Iterator[ScriptedJira]:
    """One that listens."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            method, target, _ = self.rfile.readline().decode("latin-1").split(" ", 2)
            length = 0
            while line := self.rfile.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            self.rfile.read(length)
            self.wfile.write(jira.answer_to(f"{method} {target.partition('?')[0]}"))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        jira = ScriptedJira(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield jira
        server.shutdown()
