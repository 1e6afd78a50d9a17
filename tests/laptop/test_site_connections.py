"""Cost of a site that answers slowly, at length, or not at all: over real sockets, plain and with TLS."""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import parse_headers
from pathlib import Path
from typing import Any

import pytest
import urllib3

from bench.trust import Trust
from connect_jira.jira import connection_pool as site_connections
from connect_jira.jira.connection_pool import LONGEST_IDLE_SECONDS, SLOW_HOOK, new_site_pool
from connect_jira.jira.credentials import BearerCredentials
from connect_jira.jira.errors import JiraUnreachable
from connect_jira.jira.exchange import SignedCall
from connect_jira.jira.response import JiraResponse

type Act = Callable[[socket.socket], None]
TIMEOUT = 1.0
A_LITTLE = 0.7
"""Tolerance after a call's time-out: threads and handshakes take time."""


@dataclass
class Site:
    """A server that does to each request what it is told, and counts its connections."""

    listener: socket.socket
    context: ssl.SSLContext | None
    act: Act = lambda _connection: None
    connections: list[socket.socket] = field(default_factory=list)
    requests: int = 0
    reads_bodies: bool = True

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
                self.connections.append(connection)
            stream = connection.makefile("rb")
            while stream.readline():
                headers = parse_headers(stream)
                if self.reads_bodies:
                    stream.read(int(headers.get("Content-Length", 0)))
                self.requests += 1
                self.act(connection)
        except OSError:
            pass

    @property
    def url(self) -> str:
        scheme = "https" if self.context else "http"
        return f"{scheme}://127.0.0.1:{self.listener.getsockname()[1]}"


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return Trust(Path(tmp_path_factory.mktemp("trust")))


@pytest.fixture(params=["http", "https"])
def site(request: pytest.FixtureRequest, trust: Trust, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    secure = request.param == "https"
    context = ssl.create_default_context(cafile=trust.authorities)
    monkeypatch.setattr(site_connections, "trust", lambda: context)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        site = Site(listener, trust.server_context() if secure else None)
        threading.Thread(target=site.serve, daemon=True).start()
        yield site
    for connection in site.connections:
        connection.close()


@pytest.fixture
def pool(site: Site) -> Iterator[urllib3.PoolManager]:  # noqa: ARG001 - which says what it trusts
    with new_site_pool() as pool:
        yield pool


def call(site: Site, pool: urllib3.PoolManager, method: str = "GET", **options: Any) -> JiraResponse:
    body = options.pop("body", None)
    made = SignedCall(method, "/rest/x", body=body)
    return made.send(
        BearerCredentials(site.url, "token"), pool, now=time.time(), **{"timeout": TIMEOUT, **options}
    )


@contextmanager
def in_time() -> Iterator[None]:
    """No longer than the time-out and a little; what a busy machine lets this process wait does not count."""
    late = threading.Event()
    timer = threading.Timer(TIMEOUT + A_LITTLE, late.set)
    timer.start()
    yield
    timer.cancel()
    assert not late.is_set()


def answer(body: bytes, *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 200 OK", b"Content-Type: text/plain", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join([*lines, b"", body])


def drips(start: bytes, drop: bytes) -> Act:
    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            time.sleep(0.1)
            connection.sendall(drop)

    return drip


DRIPPING = {
    "nothing at all": lambda _connection: None,
    "headers": drips(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "lines of headers": drips(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "a body": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
    "chunks": drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "a body without an end": drips(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"x"),
}


@pytest.mark.parametrize("what", DRIPPING)
def test_there_is_one_deadline_for_the_whole_answer(site: Site, pool: urllib3.PoolManager, what: str) -> None:
    site.act = DRIPPING[what]
    began = time.monotonic()
    with in_time(), pytest.raises(JiraUnreachable) as error:
        call(site, pool)
    assert time.monotonic() - began > TIMEOUT / 2
    assert (error.value.may_have_worked, error.value.timed_out) == (True, True)


def test_whoever_waits_for_long_says_so_once_and_waits_on(
    site: Site, pool: urllib3.PoolManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_connections, "SLOW_SECONDS", 0.2)
    told: list[float] = []
    began = time.monotonic()

    def answer_late(connection: socket.socket) -> None:
        time.sleep(0.5)
        connection.sendall(answer(b"at last")[:-4])
        time.sleep(0.3)
        connection.sendall(b"last")

    site.act = answer_late
    before = SLOW_HOOK.set(lambda: told.append(time.monotonic() - began))
    assert call(site, pool, timeout=5 * TIMEOUT).body == "at last"
    (at,) = told
    assert 0.2 <= at < 0.5
    site.act = lambda connection: connection.sendall(answer(b"at once"))
    assert call(site, pool).body == "at once"
    assert len(told) == 1
    SLOW_HOOK.reset(before)


def test_what_is_not_taken_is_not_sent_for_longer_than_the_deadline(
    site: Site, pool: urllib3.PoolManager
) -> None:
    def take_slowly(connection: socket.socket) -> None:
        while connection.recv(1000):
            time.sleep(0.05)

    site.act, site.reads_bodies = take_slowly, False
    with in_time(), pytest.raises(JiraUnreachable):
        call(site, pool, "POST", body="x" * 16_000_000)


def test_a_connection_is_used_again_until_it_has_been_idle_for_long(
    site: Site, pool: urllib3.PoolManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr("connect_jira.jira.connection_pool.time.time", lambda: now)
    site.act = lambda connection: connection.sendall(answer(b"done"))
    counts = []
    for idle in (0.0, LONGEST_IDLE_SECONDS - 1, LONGEST_IDLE_SECONDS - 1, LONGEST_IDLE_SECONDS + 1):
        now += idle
        assert call(site, pool, "POST", body={}).body == "done"
        counts.append(len(site.connections))
    first, *same, last = counts
    assert same == [first, first]
    assert last == 2 * first


def test_where_nobody_listens_nothing_is_carried(site: Site, pool: urllib3.PoolManager) -> None:
    nobodys = replace(site, listener=socket.socket())
    nobodys.listener.bind(("127.0.0.1", 0))
    with nobodys.listener, pytest.raises(JiraUnreachable) as error:
        call(nobodys, pool, "POST", body={})
    assert error.value.nothing_was_done


def test_a_handshake_that_hangs_or_fails_has_carried_nothing(trust: Trust) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, new_site_pool() as pool:
        silent = Site(listener, trust.server_context())
        with in_time(), pytest.raises(JiraUnreachable) as slow:
            call(silent, pool, "POST", body={})
        assert (slow.value.nothing_was_done, slow.value.timed_out) == (True, True)
        threading.Thread(target=silent.serve, daemon=True).start()
        with pytest.raises(JiraUnreachable) as distrusted:  # by the authorities of this machine
            call(silent, pool, "POST", body={}, timeout=10 * TIMEOUT)
        assert (distrusted.value.nothing_was_done, distrusted.value.timed_out) == (True, False)
        assert silent.requests == 0


LIMIT = 1000


@pytest.mark.parametrize(
    ("body", "is_too_large"),
    [(b"x" * LIMIT, False), (b"x" * (LIMIT + 1), True), (b"x" * 5_000_000, True)],
    ids=["just fits", "one more", "much more"],
)
def test_of_a_body_there_is_no_more_read_than_is_taken(
    site: Site, pool: urllib3.PoolManager, body: bytes, *, is_too_large: bool
) -> None:
    site.act = lambda connection: connection.sendall(answer(body))
    response = call(site, pool, "POST", body={}, max_bytes=LIMIT)
    assert (response.status, response.is_too_large) == (200, is_too_large)
    assert response.body == (None if is_too_large else body.decode())
    site.act = lambda connection: connection.sendall(answer(b"the next one"))
    assert call(site, pool).body == "the next one"


def test_what_is_small_only_as_long_as_it_is_packed_is_too_large(
    site: Site, pool: urllib3.PoolManager
) -> None:
    packed = answer(gzip.compress(b"x" * 1_000_000), b"Content-Encoding: gzip")
    site.act = lambda connection: connection.sendall(packed)
    assert call(site, pool, max_bytes=10_000).is_too_large
    assert call(site, pool, max_bytes=1_000_000).body == "x" * 1_000_000
