"""Forge's public keys from a host that really is one: what urllib3 makes of slow, long and moved answers."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TypeAlias

import pytest
import urllib3

from connect_jwt.errors import KeyHostUnavailable
from connect_jwt.forge_keys import ForgeKeys
from tests.unit.jwt.handmade import atlassian_key
from tests.unit.jwt.invocations import FORGE_KID, jwk, key_set

pytestmark = pytest.mark.usefixtures("socket_enabled")  # the one place that must see real sockets

KEYS = key_set(jwk(atlassian_key()))

Answer: TypeAlias = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def key_host(answer: Answer) -> Iterator[tuple[ForgeKeys, list[str]]]:
    """Keys from a server on this machine, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with urllib3.PoolManager() as http:
            yield ForgeKeys(f"http://127.0.0.1:{server.server_port}/jwks.json", http=http), asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _send(request: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    request.send_response(status)
    request.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


def test_keys_are_had() -> None:
    with key_host(lambda request: _send(request, KEYS)) as (keys, asked):
        assert keys.public_key(FORGE_KID) is keys.public_key(FORGE_KID)
        assert asked == ["/jwks.json"]


def test_a_redirect_is_not_followed() -> None:
    with key_host(lambda request: _send(request, KEYS, status=302, Location="/elsewhere")) as (keys, asked):
        with pytest.raises(KeyHostUnavailable):
            keys.public_key(FORGE_KID)
        assert asked == ["/jwks.json"]


def test_a_host_that_fails_is_not_asked_again_at_once() -> None:
    with key_host(lambda request: _send(request, b"", status=503)) as (keys, asked):
        for _ in range(3):
            with pytest.raises(KeyHostUnavailable):
                keys.public_key(FORGE_KID)
        assert asked == ["/jwks.json"]


def test_a_long_answer_is_not_read_to_its_end() -> None:
    sent = 0

    def go_on(request: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        request.send_response(200)
        request.end_headers()
        try:
            for _ in range(1_000):
                request.wfile.write(b" " * 65_536)
                sent += 65_536
        except ConnectionError:
            pass

    with key_host(go_on) as (keys, _), pytest.raises(KeyHostUnavailable):
        keys.public_key(FORGE_KID)
    assert sent < 50_000_000


def test_a_silent_host_is_not_waited_for() -> None:
    over = threading.Event()

    def say_nothing(_: BaseHTTPRequestHandler) -> None:
        over.wait(20)

    with key_host(say_nothing) as (keys, _):
        before = time.monotonic()
        with pytest.raises(KeyHostUnavailable):
            keys.public_key(FORGE_KID)
        waited = time.monotonic() - before
        over.set()
    assert 2 < waited < 4


def test_nobody_there_is_no_answer() -> None:
    with key_host(lambda request: _send(request, KEYS)) as (keys, _):
        pass
    with pytest.raises(KeyHostUnavailable):
        keys.public_key(FORGE_KID)
