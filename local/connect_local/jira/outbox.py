"""Background sending for all sites, on a few threads.

Waiting takes no thread, so there may be hundreds of sites with something to send again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Thread
from typing import Any

THREADS = 60
"""Maximum number of simultaneous requests, for all sites together: as many as three sites may send."""

_AT_A_TIME = 20
"""Jira's limit of primary webhooks for one site and one host (https://developer.atlassian.com/cloud/jira/platform/webhooks/)."""

type Lane = tuple[str, str]
"""A site's base URL and a host: what Jira counts its concurrent webhooks by."""


class Outbox:
    """An event loop in a thread, and threads for the requests themselves. Close it in the end."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="jira-outbox")
        self._lanes: defaultdict[Lane, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_A_TIME))
        self._under_way: set[Future[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._thread = Thread(target=self._run, name="jira-outbox", daemon=True)
        self._thread.start()

    def start[T](self, sending: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin something that may wait and call `request`; the future tells what came of it."""
        started = asyncio.run_coroutine_threadsafe(sending, self._loop)
        self._under_way.add(started)
        started.add_done_callback(self._under_way.discard)
        return started

    def wait(self) -> None:
        """Wait until everything that was begun has ended."""
        while self._under_way:
            wait(self._under_way.copy())

    async def request[T](self, lane: Lane, send: Callable[[], T]) -> T:
        """Perform a request whose lane is free; for requests begun by `start`."""
        async with self._lanes[lane]:
            return await self._loop.run_in_executor(self._pool, send)

    def close(self) -> None:
        """Give up what is not under way."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join()
            self._pool.shutdown(cancel_futures=True)

    def _run(self) -> None:
        asyncio.run(self._closing.wait(), loop_factory=lambda: self._loop)  # cancels what is left
