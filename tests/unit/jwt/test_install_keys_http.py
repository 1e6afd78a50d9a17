"""Key hosts that really are hosts, and take their time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import TypeAlias

import pytest
import urllib3

from connect_jwt.errors import KeyHostUnavailable
from connect_jwt.install_keys import InstallKeys
from tests.unit.jwt.handmade import KID
from tests.unit.jwt.key_host import REGISTRY_PREFIX, atlassian_pem

pytestmark = pytest.mark.usefixtures("socket_enabled")  # a time-out of a socket is for each packet

PEM = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + atlassian_pem()

Answer: TypeAlias = Callable[[socket.socket], None]
Measured: TypeAlias = dict[str, tuple[float, bool]]


@contextmanager
def host(answer: Answer) -> Iterator[str]:
    """The URL of one that takes one request at a time and answers it so."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                with suppress(OSError):  # nobody waits any longer
                    answer(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def at_once(connection: socket.socket) -> None:
    connection.sendall(PEM)


def hang(connection: socket.socket) -> None:
    connection.recv(1)


def drip_from(start: int) -> Answer:
    def drip(connection: socket.socket) -> None:
        connection.sendall(PEM[:start])
        for byte in PEM[start:]:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    return drip


SLOW = {"says nothing": hang, "drips its status": drip_from(0), "drips a key": drip_from(40)}
each_slow = pytest.mark.parametrize("slow", SLOW)


def seconds_for_key(*answers: Answer) -> tuple[float, bool]:
    """Return the seconds until the key is found, or is known to be missing."""
    with ExitStack() as parts:
        urls = [parts.enter_context(host(answer)) for answer in answers]
        http = parts.enter_context(urllib3.PoolManager())
        keys = InstallKeys(urls, registry_prefix=REGISTRY_PREFIX, http=http)
        before = time.monotonic()
        try:
            keys.public_key(KID)
        except KeyHostUnavailable:
            return time.monotonic() - before, False
        return time.monotonic() - before, True


def after_two_seconds(connection: socket.socket) -> None:
    time.sleep(2)
    connection.sendall(PEM)


HOSTS: dict[str, tuple[Answer, Answer]] = {
    **{f"{name}, the second answers": (slow, at_once) for name, slow in SLOW.items()},
    **{f"{name}, as the second does": (slow, slow) for name, slow in SLOW.items()},
    "the first is not there": (socket.socket.close, after_two_seconds),
}


@pytest.fixture(scope="module")
def measured() -> Measured:
    """All at the same time, since all that each does is wait."""
    with ThreadPoolExecutor(len(HOSTS)) as each:
        return dict(zip(HOSTS, each.map(lambda hosts: seconds_for_key(*hosts), HOSTS.values()), strict=True))


@each_slow
def test_a_slow_first_host_leaves_time_for_the_second(measured: Measured, slow: str) -> None:
    seconds, found = measured[f"{slow}, the second answers"]
    assert found
    assert 1 < seconds < 2


@each_slow
def test_two_slow_hosts_are_given_up_in_time(measured: Measured, slow: str) -> None:
    seconds, found = measured[f"{slow}, as the second does"]
    assert not found
    assert 2.3 < seconds < 3


def test_after_a_first_host_that_is_not_there_the_second_has_all_the_time(measured: Measured) -> None:
    seconds, found = measured["the first is not there"]
    assert found
    assert seconds < 2.4
