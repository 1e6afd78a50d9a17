"""A call for every site: enqueued ten at a time, and continued where it stopped.

There may be more sites than a function's time suffices for. Before its time is up it puts an event on the bus
with its position; that event invokes it again. A call that is enqueued twice, after a crash or a repeated
page, is made once: each site's call has the same idempotency key.
"""

from collections.abc import Mapping
from itertools import batched
from typing import Any

from connect_jira.aws.event_bus import put_event
from connect_jira.aws.service import AwsService
from connect_jira.events.call_request import CallRequest
from connect_jira.installations.store import InstallationStore
from connect_jira.lambda_context import Invocation
from connect_jira.worker.queue import MAX_BATCH, JiraCallsQueue
from connect_jwt.identity import ClientKey

CONTINUED = "Jira call for every site continued"

_RESERVED_TO_CONTINUE_SECONDS = 30
"""Time reserved to put the event that continues; a page of sites takes seconds."""


class EverySite:
    """Enqueues a call for every site.

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
        queued, after = 0, asked.get("after")
        for sites, position in self._store.enabled_sites(after=after):
            for some in batched(sites, MAX_BATCH, strict=False):
                self._queue.send_all([_call(asked, site) for site in some])
            queued += len(sites)
            if position and invocation.get_remaining_time_in_millis() < _RESERVED_TO_CONTINUE_SECONDS * 1000:
                going_on = {**asked, "after": position}
                put_event(self._events, bus=self._bus, kind=CONTINUED, detail=going_on)
                break
        return queued


def _call(asked: Mapping[str, Any], client_key: ClientKey) -> CallRequest:
    of_site = {"clientKey": client_key, "idempotencyKey": asked.get("idempotencyKey")}
    return CallRequest.from_fields({**asked["everySite"], **of_site})
