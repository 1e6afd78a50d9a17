"""A call or a job for every site: enqueued ten at a time, and continued where it stopped.

There may be more sites than a function's time suffices for. Before its time is up it puts an event on the bus
with its position; that event invokes it again. A message that is enqueued twice, after a crash or a repeated
page, is handled once: it has the same idempotency key.
"""

import zlib
from collections.abc import Callable, Mapping
from itertools import batched
from typing import Any

from connect_jira.aws.event_bus import put_event
from connect_jira.aws.service import AwsService
from connect_jira.events.call_request import CallRequest
from connect_jira.events.job_request import JOB_REQUESTED, JobRequest
from connect_jira.events.messages import Message
from connect_jira.installations.store import InstallationStore
from connect_jira.lambda_context import Invocation
from connect_jira.worker.queue import MAX_BATCH, JiraCallsQueue
from connect_jwt.identity import ClientKey

CONTINUED = "Jira call for every site continued"

_RESERVED_TO_CONTINUE_SECONDS = 30
"""Time reserved to put the event that continues; a page of sites takes seconds."""


class EverySite:
    """Enqueues a call or a job for every site.

    IAM: `dynamodb:Scan` on the table, and that of `connect_jira.aws.event_bus` and
    `connect_jira.worker.queue` to send.

    Args:
        store: of the sites
        queue: takes the calls
        events: the service
        bus: the bus's name
    """

    def __init__(
        self, store: InstallationStore, queue: JiraCallsQueue, events: AwsService, *, bus: str
    ) -> None:
        self._store = store
        self._queue = queue
        self._events = events
        self._bus = bus

    def queue_calls(self, asked: Mapping[str, Any], invocation: Invocation) -> int:
        """Enqueue the calls; if time runs out, put an event that continues.

        Args:
            asked: `everySite`, the call without its site; `idempotencyKey`; `after`, the position, if it
                continues
            invocation: Lambda's context

        Returns:
            The number of calls enqueued now.

        Raises:
            RequestMalformed: the call cannot be made
            TemporarilyUnavailable: AWS did not answer; enqueued calls stay enqueued
        """
        return self._queue_all(
            lambda site: _call(asked, site),
            after=asked.get("after"),
            go_on=lambda position: self._put(CONTINUED, {**asked, "after": position}),
            invocation=invocation,
        )

    def queue_job(self, request: JobRequest, invocation: Invocation) -> int:
        """Enqueue a job's runs, spread over its time; if this function's time runs out, put an event that
        continues. Returns and errors as for `queue_calls`.

        Args:
            request: for one site, or for all
            invocation: Lambda's context
        """
        if request.client_key is not None:
            self._queue.send(request.run_for(request.client_key))
            return 1
        return self._queue_all(
            request.run_for,
            after=request.after,
            go_on=lambda position: self._put(JOB_REQUESTED, request.continued(position).to_fields()),
            invocation=invocation,
            delay=lambda run: _share(f"{request.job} {run.client_key}", request.spread),
        )

    def _queue_all(
        self,
        message_for: Callable[[ClientKey], Message],
        *,
        after: str | None,
        go_on: Callable[[str], None],
        invocation: Invocation,
        delay: Callable[[Message], int] = lambda _message: 0,
    ) -> int:
        queued = 0
        for sites, position in self._store.enabled_sites(after=after):
            for some in batched(sites, MAX_BATCH, strict=False):
                self._queue.send_all([message_for(site) for site in some], delay=delay)
            queued += len(sites)
            if position and invocation.get_remaining_time_in_millis() < _RESERVED_TO_CONTINUE_SECONDS * 1000:
                go_on(position)
                break
        return queued

    def _put(self, kind: str, detail: Mapping[str, Any]) -> None:
        put_event(self._events, bus=self._bus, kind=kind, detail=detail)


def _share(name: str, seconds: int) -> int:
    """Return a site's part of a time, the same whenever it is asked for."""
    return zlib.crc32(name.encode()) % (seconds + 1)


def _call(asked: Mapping[str, Any], client_key: ClientKey) -> CallRequest:
    of_site = {"clientKey": client_key, "idempotencyKey": asked.get("idempotencyKey")}
    return CallRequest.from_fields({**asked["everySite"], **of_site})
